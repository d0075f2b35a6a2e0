import type { Node } from "web-tree-sitter";

/** A node of a syntax tree as plain data. Comments, empty tokens and separators at the end of a list are left out. */
export interface SyntaxPart {
  readonly type: string;
  /** Its field in the parent. */
  readonly field: string | undefined;
  /** From its first to its last token, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** None: a token. */
  readonly children: readonly SyntaxPart[];
  readonly parent: SyntaxPart | undefined;
}

/** One text with its parts. */
export interface ParsedText {
  readonly text: string;
  readonly root: SyntaxPart;
  /** All tokens, in order. */
  readonly tokens: readonly SyntaxPart[];
  readonly comments: readonly { readonly start: number; readonly end: number }[];
  readonly hasError: boolean;
}

type Building = { -readonly [Key in keyof SyntaxPart]: SyntaxPart[Key] } & { children: Building[] };

/** Strings without code in them are one token. */
const stringLike = /^(?!concatenated_)\w*(?:string|regex|char_literal|rune_literal)/u;
const codeInString = /^(?:interpolation|template_substitution)$/u;
const semicolons = /^for_(?:statement|clause)$/u;

export function readParts(root: Node, text: string): ParsedText {
  const tokens: SyntaxPart[] = [];
  const comments: { start: number; end: number }[] = [];
  const read = (node: Node, field: string | undefined, parent: Building | undefined): void => {
    const { type, startIndex: start, endIndex: end } = node;
    if (/comment/u.test(type)) {
      comments.push({ start, end });
      return;
    }
    const part: Building = { type, field, start, end, children: [], parent };
    const isToken = node.childCount === 0 || isPlainString(node);
    if (isToken && parent && text.slice(start, end).trim() === "") return;
    if (!isToken) {
      for (const [index, child] of node.children.entries()) {
        if (child) read(child, node.fieldNameForChild(index) ?? undefined, part);
      }
      dropSeparators(part, text);
      if (part.children.length > 0) {
        part.start = part.children[0]!.start;
        part.end = part.children.at(-1)!.end;
      } else if (parent) return;
    }
    parent?.children.push(part);
    if (!parent) top = part;
  };
  let top: Building | undefined;
  read(root, undefined, undefined);
  collectTokens(top!, tokens);
  return { text, root: top!, tokens, comments, hasError: root.hasError };
}

function collectTokens(part: SyntaxPart, into: SyntaxPart[]): void {
  if (part.children.length === 0) {
    if (part.end > part.start) into.push(part);
  } else for (const child of part.children) collectTokens(child, into);
}

const isPlainString = (node: Node): boolean =>
  stringLike.test(node.type) && !node.namedChildren.some((one) => codeInString.test(one!.type));

/** A comma before a closing bracket and a semicolon mean nothing. */
function dropSeparators(part: Building, text: string): void {
  const { children } = part;
  const written = (index: number): string => {
    const child = children[index];
    return child && child.children.length === 0 ? text.slice(child.start, child.end) : "";
  };
  if (children.length > 1 && !semicolons.test(part.type)) {
    for (let index = children.length - 1; index >= 0 && children.length > 1; index -= 1) {
      if (written(index) === ";") children.splice(index, 1);
    }
  }
  const isClosed = /^[)\]}>]$/u.test(written(children.length - 1));
  const comma = children.length - (isClosed ? 2 : 1);
  if (comma > 0 && written(comma) === ",") children.splice(comma, 1);
}

/** Parts whose children are a list of statements, members or declarations. */
const listTypes =
  /^(?:program|module|source_file|translation_unit|compilation_unit|block|statement_block|statement_list|class_body|interface_body|enum_body|declaration_list|field_declaration_list|switch_body|switch_case|switch_default|compound_statement|body_statement|object_type|stylesheet)$/u;

export const isList = (part: SyntaxPart): boolean => listTypes.test(part.type);

export function* partsOf(root: SyntaxPart): Generator<SyntaxPart> {
  yield root;
  for (const child of root.children) yield* partsOf(child);
}
