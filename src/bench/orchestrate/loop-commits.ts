import type { Node } from "web-tree-sitter";
import { nameLanguageOf } from "../../orchestrate/index/languages.ts";
import { type LoopForm, loopForms } from "../../orchestrate/loops/request.ts";
import { LineDiff } from "../../text/line-diff.ts";
import type { CommitFile } from "./history.ts";
import { readTree } from "./written-functions.ts";

/** A loop to which a commit gives another form, or what it makes a loop of. */
export interface LoopOfCommit {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** Undefined where no form of a request has the name of what the commit writes. */
  readonly to: LoopForm | undefined;
  /** What the commit writes: `some`, `comprehension`. */
  readonly form: string;
  /** The type of its node: a list, a set, a generator. */
  readonly kind: string;
  readonly file: CommitFile;
}

/** A loop, or an expression that does what one does. */
interface LoopCode {
  /** `loop`, `index`, `comprehension`, `any`, `map`, `filter`, `some` and the like. */
  readonly form: string;
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  /** The words of its statement that say what is done; not those of loops, lists and variables. */
  readonly words: string;
}

/** A hunk has one loop on one side and none on the other, where one expression uses the same names. */
export async function loopOfCommit(
  files: readonly CommitFile[],
): Promise<LoopOfCommit | undefined> {
  for (const file of files) {
    const { path, before, after } = file;
    if (nameLanguageOf(path) === "go" || !/\bfor\b/u.test(before + after)) continue;
    const changes = new LineDiff(before.split("\n"), after.split("\n")).compare();
    const [oldLines, newLines] = [before.split("\n"), after.split("\n")];
    const loops = (lines: readonly string[], start: number, end: number): number =>
      lines.slice(start, end).filter((line) => /^\s*(?:async )?for\b.*[:({]/u.test(line)).length;
    // One side has a loop more than the other, or a loop of another kind.
    const near = changes.filter(({ oldStart, oldEnd, newStart, newEnd }) => {
      const isReplaced = oldEnd > oldStart && newEnd > newStart;
      return (
        isReplaced && loops(oldLines, oldStart, oldEnd) + loops(newLines, newStart, newEnd) > 0
      );
    });
    if (near.length === 0) continue;
    const old = await readTree(path, before, loopsIn);
    const now = old && (await readTree(path, after, loopsIn));
    if (!now) continue;
    for (const { oldStart, oldEnd, newStart, newEnd } of near) {
      const within = (all: readonly LoopCode[], start: number, end: number): LoopCode[] =>
        all.filter(({ from, to }) => from >= start && to < end);
      const [left, added] = [within(old, oldStart, oldEnd), within(now, newStart, newEnd)];
      const [one, other] = [left[0], added[0]];
      if (!one || !other || left.length > 1 || added.length > 1) continue;
      if (one.form === other.form || one.words !== other.words) continue;
      return {
        path,
        line: one.from + 1,
        to: requestedForm(one.form, other.form),
        form: other.form,
        kind: other.kind,
        file,
      };
    }
  }
  return undefined;
}

const namedForms: readonly string[] = loopForms.filter(
  (form) => form !== "hoist" && form !== "set",
);

const isAnyLoop = (form: string): boolean => /^(?:loop|for-of|index)$/u.test(form);

/** What a request calls the form: `loop` is the way back from an expression. */
function requestedForm(old: string, now: string): LoopForm | undefined {
  if (isAnyLoop(now) && !isAnyLoop(old)) return "loop";
  return namedForms.includes(now) ? (now as LoopForm) : undefined;
}

const loopNodes = ["for_statement", "for_in_statement"];
const comprehensions =
  /^(?:list_comprehension|set_comprehension|dictionary_comprehension|generator_expression)$/u;
const collectingCall = /^(?:map|filter|flatMap|some|every|find|findIndex|reduce|forEach)$/u;

/** The outermost loops and expressions that do what loops do. */
function loopsIn(root: Node): LoopCode[] {
  const found: LoopCode[] = [];
  const visit = (node: Node): void => {
    const form = formAt(node);
    if (form !== undefined) found.push(loopCode(node, form));
    else for (const child of node.namedChildren) if (child) visit(child);
  };
  visit(root);
  return found;
}

function formAt(node: Node): string | undefined {
  if (loopNodes.includes(node.type)) {
    if (node.childForFieldName("condition")) return "index";
    return node.type === "for_in_statement" ? "for-of" : "loop";
  }
  if (comprehensions.test(node.type)) return "comprehension";
  const called = node.childForFieldName("function");
  if (node.type === "call" && /^(?:any|all|sum)$/u.test(called?.text ?? "")) {
    const [only] = node.childForFieldName("arguments")?.namedChildren ?? [];
    const list = node.childForFieldName("arguments");
    const isOfLoop = /generator_expression/u.test(`${list?.type} ${only?.type}`);
    return isOfLoop ? called!.text : undefined;
  }
  if (node.type !== "call_expression") return undefined;
  const name = called?.childForFieldName("property")?.text ?? "";
  if (!collectingCall.test(name)) return undefined;
  const inner = called?.childForFieldName("object");
  const before = inner?.childForFieldName("function")?.childForFieldName("property")?.text;
  if (name === "map" && before === "filter") return "filter-map";
  return name === "flatMap" ? "flat-map" : name;
}

const ownWords =
  /^(?:for|in|of|if|else|const|let|var|return|continue|break|append|push|add|map|filter|flatMap|some|every|find|findIndex|reduce|forEach|any|all|sum|list|set|dict|Array|from|True|False|true|false|not|function|async|await|None|null|undefined|length|extend|update|range|enumerate|i)$/u;

function loopCode(node: Node, form: string): LoopCode {
  const bound = boundIn(node);
  const words = new Set(
    loopWords(node).filter((one) => !ownWords.test(one) && !bound.has(one) && !/^\d/u.test(one)),
  );
  return {
    form,
    kind: kindOfLoop(node),
    from: node.startPosition.row,
    to: node.endPosition.row,
    words: [...words].sort().join(" "),
  };
}

/** `dict((k, v) for ...)` is what `{k: v for ...}` is. */
function kindOfLoop({ type, parent }: Node): string {
  if (type !== "generator_expression") return type;
  const called = (parent?.type === "argument_list" ? parent.parent : parent)?.childForFieldName(
    "function",
  )?.text;
  if (called === "dict") return "dictionary_comprehension";
  return called === "list" || called === "set" ? `${called}_comprehension` : type;
}

function loopWords(node: Node): string[] {
  const found: string[] = [];
  const open: Node[] = [node];
  for (let one = open.pop(); one; one = open.pop()) {
    if (/comment|type_annotation/u.test(one.type)) continue;
    if (one.childCount === 0 || /^string$/u.test(one.type))
      found.push(...(one.text.match(/[\p{L}_$][\p{L}\p{N}_$]*|\d+/gu) ?? []));
    else for (const child of one.children) if (child) open.push(child);
  }
  return found;
}

/** Names of the loop's own variables, and of what it fills. */
function boundIn(node: Node): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (one: Node | null | undefined): void => {
    for (const word of one?.text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []) found.add(word);
  };
  const open: Node[] = [node];
  for (let one = open.pop(); one; one = open.pop()) {
    if (/^(?:for_statement|for_in_statement|for_in_clause)$/u.test(one.type))
      add(one.childForFieldName("left") ?? one.childForFieldName("initializer"));
    if (/^(?:arrow_function|function_expression)$/u.test(one.type))
      add(one.childForFieldName("parameters") ?? one.childForFieldName("parameter"));
    if (one.type === "assignment" || one.type === "augmented_assignment")
      add(leftmost(one.childForFieldName("left")));
    if (one.type === "variable_declarator") add(one.childForFieldName("name"));
    if (/^call/u.test(one.type)) {
      const called = one.childForFieldName("function");
      const member =
        called?.childForFieldName("attribute") ?? called?.childForFieldName("property");
      if (/^(?:append|push|add|extend|update)$/u.test(member?.text ?? ""))
        add(called!.childForFieldName("object"));
    }
    for (const child of one.namedChildren) if (child) open.push(child);
  }
  return found;
}

const leftmost = (node: Node | null): Node | null => {
  let one = node;
  while (one && /^(?:subscript|attribute)$/u.test(one.type)) one = one.namedChildren[0] ?? null;
  return one;
};

/**
 * How an answer differs from the form that a commit gave a loop; undefined where the answer has at its place what the commit has: the
 * same form with the same names and numbers, the loop's own variables aside. What a commit writes `xs.map(f)` may be `Array.from(xs, f)`,
 * which also reads holes.
 */
export async function wrongLoop(
  { path, line, form, kind, file }: LoopOfCommit,
  made: string,
): Promise<string | undefined> {
  const [old, mine, now] = [
    await readTree(path, file.before, loopsIn),
    await readTree(path, made.replaceAll(/\bArray\.from\(([^(),]+), /gu, "$1.map("), loopsIn),
    await readTree(path, file.after, loopsIn),
  ];
  if (!old || !mine || !now) return `${path} does not parse`;
  const wanted = old.find(({ from }) => from === line - 1)!;
  const others = (all: readonly LoopCode[]): number =>
    all.filter((one) => one.form === form && one.kind === kind && one.words === wanted.words)
      .length;
  if (others(mine) <= others(old)) return `it is no ${form} with the names of the commit`;
  return undefined;
}
