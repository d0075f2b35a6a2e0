import type { Node } from "web-tree-sitter";
import type { Replacement } from "../rename/rewrite.ts";

/** Changes of one file whose stretches may contain each other: the inner ones are made first. */
export class NestedEdits {
  readonly text: string;
  private list: Replacement[] = [];

  constructor(text: string) {
    this.text = text;
  }

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  /** Whether a stretch is in one that has another text already. */
  covers({ startIndex, endIndex }: Node): boolean {
    return this.list.some(({ start, end }) => start <= startIndex && endIndex <= end);
  }

  /** The text of a node with the changes that were made in it. */
  textOf({ startIndex, endIndex }: Node): string {
    return this.between(startIndex, endIndex);
  }

  replace(start: number, end: number, text: string): void {
    this.list = this.list.filter((one) => one.start < start || one.end > end);
    this.list.push({ start, end, text });
  }

  result(): string {
    return this.between(0, this.text.length);
  }

  private between(start: number, end: number): string {
    let result = "";
    let from = start;
    const inside = this.list.filter((one) => one.start >= start && one.end <= end);
    for (const one of inside.sort((a, b) => a.start - b.start || a.end - b.end)) {
      result += this.text.slice(from, one.start) + one.text;
      from = one.end;
    }
    return result + this.text.slice(from, end);
  }
}

/** Gives a list with commas other items: what stays at its place keeps its layout and its comments. */
export function writeItems(
  edits: NestedEdits,
  list: Node,
  old: readonly Node[],
  items: readonly string[],
): void {
  const { text } = edits;
  for (const [at, item] of items.slice(0, old.length).entries()) {
    const node = old[at]!;
    if (edits.textOf(node) !== item) edits.replace(node.startIndex, node.endIndex, item);
  }
  const last = old.at(-1);
  if (items.length < old.length) {
    const from = items.length > 0 ? old[items.length - 1]!.endIndex : old[0]!.startIndex;
    const comma = items.length > 0 ? "" : (/^\s*,/u.exec(text.slice(last!.endIndex))?.[0] ?? "");
    edits.replace(from, last!.endIndex + comma.length, "");
  } else if (items.length > old.length) {
    const added = items.slice(old.length);
    if (!last) {
      edits.replace(list.startIndex + 1, list.startIndex + 1, added.join(", "));
      return;
    }
    const before = old.at(-2);
    const between = before
      ? text.slice(before.endIndex, last.startIndex)
      : ownLine(text, list, last);
    const separator = /^\s*,\s*$/u.test(between) ? between : ", ";
    edits.replace(last.endIndex, last.endIndex, added.map((one) => separator + one).join(""));
  }
}

/** What separates items of a list whose only one is on a line of its own. */
function ownLine(text: string, list: Node, only: Node): string {
  const before = text.slice(list.startIndex + 1, only.startIndex);
  return /^[ \t]*\r?\n[ \t]*$/u.test(before)
    ? `,${before.trimStart() === "" ? before.replace(/^[ \t]*/u, "") : before}`
    : ", ";
}

/** The items of a list with commas. */
export const listItems = (list: Node): Node[] =>
  list.namedChildren.filter((one): one is Node => one !== null && one.type !== "comment");
