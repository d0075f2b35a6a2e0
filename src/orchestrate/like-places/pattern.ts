import { type ParsedText, partsOf, type SyntaxPart } from "./parts.ts";

/** Syntax with holes. Offsets are those of the example. */
export type Pattern =
  | {
      readonly kind: "token";
      readonly type: string;
      readonly text: string;
      readonly part: SyntaxPart;
    }
  | {
      readonly kind: "hole";
      readonly hole: string;
      readonly part: SyntaxPart /** Only what has the same type can be in it. */;
      readonly isName?: boolean;
    }
  | {
      readonly kind: "branch";
      readonly type: string;
      readonly part: SyntaxPart;
      readonly children: readonly Pattern[];
    };

/** What an edit does at one place, without what is particular to the place. */
export interface Rule {
  readonly old: readonly Pattern[];
  readonly new: readonly Pattern[];
}

/** How much of what both sides have is left open: whole values, names and literals, nothing. */
export type Openness = "values" | "words" | "nothing";

export function ruleOf(
  before: ParsedText,
  after: ParsedText,
  region: { readonly old: readonly SyntaxPart[]; readonly new: readonly SyntaxPart[] },
  openness: Openness,
  /** Whether a name is one that the old parts declare: it may be another one elsewhere. */
  isOwn: (part: SyntaxPart) => boolean = () => false,
): Rule {
  const isOpen = openness === "values" ? isValue : openness === "words" ? isWordPart : () => false;
  const written = new Set<string>();
  for (const part of region.new) collectValues(part, after.text, isOpen, written);
  const own = new Set<string>();
  if (openness !== "nothing") {
    for (const part of region.old.flatMap((one) => [...partsOf(one)])) {
      const text = before.text.slice(part.start, part.end);
      if (part.type === "identifier" && isOwn(part)) own.add(text);
    }
  }
  const isOwnName = ({ type }: SyntaxPart, text: string): boolean =>
    type === "identifier" && own.has(text);
  const fixed = new Set<string>();
  // A text that is needed as it is somewhere is no hole anywhere.
  for (;;) {
    const isHole = (part: SyntaxPart, text: string): boolean =>
      written.has(text) &&
      !fixed.has(text) &&
      isOpen(part) &&
      isValuePlace(part) &&
      !isMessage(part, text);
    const old = region.old.map((part) => open(part, before.text, isHole, isOwnName));
    const holes = new Set(old.flatMap((one) => holesOf(one)));
    const known = fixed.size;
    for (const one of old) {
      for (const { text } of patternTokens(one)) if (holes.has(text)) fixed.add(text);
    }
    if (fixed.size > known) continue;
    const inNew = (part: SyntaxPart, text: string): boolean => holes.has(text) && isOpen(part);
    return { old, new: region.new.map((part) => open(part, after.text, inNew, isOwnName)) };
  }
}

type Test = (part: SyntaxPart, text: string) => boolean;

/** A text of several words is a message, which marks a place. */
const isMessage = ({ type }: SyntaxPart, text: string): boolean =>
  /string/u.test(type) && /\p{L}\s+\S/u.test(text);

function open(part: SyntaxPart, text: string, isHole: Test, isOwnName: Test): Pattern {
  const own = text.slice(part.start, part.end);
  if (isOwnName(part, own)) return { kind: "hole", hole: own, part, isName: true };
  if (isHole(part, own)) {
    return { kind: "hole", hole: own, part, ...(isBody(part) && { isName: true }) };
  }
  if (part.children.length === 0) return { kind: "token", type: part.type, text: own, part };
  return {
    kind: "branch",
    type: part.type,
    part,
    children: part.children.map((child) => open(child, text, isHole, isOwnName)),
  };
}

function collectValues(
  part: SyntaxPart,
  text: string,
  isOpen: (part: SyntaxPart) => boolean,
  into: Set<string>,
): void {
  if (isOpen(part)) into.add(text.slice(part.start, part.end));
  for (const child of part.children) collectValues(child, text, isOpen, into);
}

export type TokenPattern = Extract<Pattern, { kind: "token" }>;
export type HolePattern = Extract<Pattern, { kind: "hole" }>;

/** Tokens and holes, in order. */
export function leavesOf(pattern: Pattern): (TokenPattern | HolePattern)[] {
  return pattern.kind === "branch" ? pattern.children.flatMap(leavesOf) : [pattern];
}

export const patternTokens = (pattern: Pattern): TokenPattern[] =>
  leavesOf(pattern).filter((one) => one.kind === "token");

export const holesOf = (pattern: Pattern): string[] =>
  leavesOf(pattern).flatMap((one) => (one.kind === "hole" ? [one.hole] : []));

const wordTypes =
  /^(?:identifier|string|number|integer|float|\w*_literal|template_string|regex|shorthand_property_identifier)$/u;
const valueTypes =
  /^(?:call|attribute|subscript|array|object|list|dictionary|set|tuple|lambda|arrow_function|await|concatenated_string|\w+_comprehension|\w+_expression|\w+_operator)$/u;
const noValues =
  /^(?:type_\w+|as_pattern\w*|\w*splat\w*|spread_\w+|boolean_literal|null_literal)$/u;

/** The body of a loop, a condition or a function. */
const isBody = ({ type, field }: SyntaxPart): boolean =>
  /^(?:block|statement_block)$/u.test(type) && field !== undefined;

const isWordPart = ({ type }: SyntaxPart): boolean => wordTypes.test(type) && !noValues.test(type);
const isValue = (part: SyntaxPart): boolean =>
  isWordPart(part) || isBody(part) || (valueTypes.test(part.type) && !noValues.test(part.type));

/** What names a thing instead of being a value: a callee, a receiver, a member, a key. */
const namingFields =
  /^(?:function|constructor|property|attribute|field|key|name|type|label|operators?|alias|source|module_name|object|operand|pattern|parameters?|superclass|macro)$/u;
const namingParents =
  /^(?:type|type_annotation|type_arguments|generic_type|decorator|(?:\w+_)?parameters?|parameter_list|\w*parameter_declaration|\w*import\w*|export_\w+|dotted_name|global_statement|nonlocal_statement|pattern_list|tuple_pattern|array_pattern|object_pattern|\w*assignment_pattern|as_pattern\w*|except_clause|class_heritage|extends_clause|argument_list_of_class|jsx_\w+|keyed_element|literal_element)$/u;
const assigning =
  /^(?:assignment|assignment_expression|assignment_statement|augmented_assignment|augmented_assignment_expression|short_var_declaration|for_statement|for_in_statement|for_in_clause|range_clause|let_declaration)$/u;

/** Whether other code could be written in the place of a part, and would be used in the same way. */
export function isValuePlace({ type, field, parent }: SyntaxPart): boolean {
  if (!parent) return false;
  if (field !== undefined && namingFields.test(field)) return false;
  if (field === "condition" && type === "parenthesized_expression") return false;
  if (namingParents.test(parent.type) && field !== "value") return false;
  if (field === "left" && assigning.test(parent.type)) return false;
  const isTarget = parent.type === "expression_list" && parent.field === "left";
  return !(isTarget && assigning.test(parent.parent?.type ?? ""));
}

/** A rule with what differs between two left open, or undefined where they are of different forms. */
export function generalised(one: Rule, other: Rule): Rule | undefined {
  const pairs = new Map<string, string>();
  const merge = (a: Pattern, b: Pattern, mayOpen: boolean): Pattern | undefined => {
    if (a.kind === "branch" && b.kind === "branch" && a.type === b.type) {
      if (a.children.length === b.children.length) {
        const children: Pattern[] = [];
        for (const [index, child] of a.children.entries()) {
          const merged = merge(child, b.children[index]!, mayOpen);
          if (!merged) return undefined;
          children.push(merged);
        }
        return { ...a, children };
      }
    }
    if (a.kind === "token" && b.kind === "token" && a.type === b.type && a.text === b.text)
      return a;
    const id = `${shownPattern(a)}\0${shownPattern(b)}`;
    const known = pairs.get(id);
    if (known === undefined) {
      if (!mayOpen || !isOpenPart(a.part) || !isOpenPart(b.part)) return undefined;
      const taken = [...pairs.values()].includes(shownPattern(a));
      pairs.set(id, taken ? `${shownPattern(a)}, ${shownPattern(b)}` : shownPattern(a));
    }
    return { kind: "hole", hole: pairs.get(id)!, part: a.part };
  };
  const all = (
    a: readonly Pattern[],
    b: readonly Pattern[],
    mayOpen: boolean,
  ): Pattern[] | undefined => {
    if (a.length !== b.length) return undefined;
    const merged = a.map((pattern, index) => merge(pattern, b[index]!, mayOpen));
    return merged.every((pattern) => pattern !== undefined) ? merged : undefined;
  };
  const old = all(one.old, other.old, true);
  const now = old && all(one.new, other.new, false);
  return old && now && { old, new: now };
}

const isOpenPart = (part: SyntaxPart): boolean => isValue(part) || /identifier$/u.test(part.type);

/** A pattern for people: holes are `$name`. */
export const shownPattern = (pattern: Pattern): string =>
  leavesOf(pattern)
    .map((one) => (one.kind === "hole" ? `$(${one.hole})` : one.text))
    .join(" ");
