import type { EditLine } from "../../core/edit.ts";
import type { Proof } from "../../core/merge.ts";
import { ellipses, isComment, removalOf } from "../../text/comments.ts";
import { declares } from "../../text/declares.ts";
import { leadingSpace } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { hasWords, isBlank } from "../../text/words.ts";

/** A comment alone in the place of something that the file declares. */
export interface Placeholder {
  readonly line: EditLine;
  /** What the file declares there, as it is named; empty where it is other code. */
  readonly names: readonly string[];
}

/** One line of the result, or a removed source line, in the order of both texts. */
interface PlaceholderRow {
  readonly text: string;
  readonly kind: "kept" | "new" | "removed";
  readonly edit?: EditLine;
}

/**
 * Returns the first new comment that takes the place of code, or undefined: alone in the place of removed lines that
 * declare something, or alone as the body of a declaration that had one. Whatever its words, such a comment usually means
 * "as before", so the result is not trusted. `isQuoted`: the edit quotes the lines that it removes. Comments that say that
 * something was removed, and code that is commented out, are taken as text.
 */
export function placeholderOf(
  source: readonly TextLine[],
  proof: Proof,
  edit: readonly EditLine[],
  isQuoted = true,
): Placeholder | undefined {
  const isNewFiller = (row: number): boolean => isFiller(edit[row]?.text ?? "");
  if (!proof.edit.some((one, row) => one.fate === "placed" && isNewFiller(row))) return undefined;
  const rows = placeholderRows(source, proof, edit);
  return (
    loneComment(rows, true) ??
    inPlaceOfBody(rows) ??
    (isQuoted ? undefined : loneComment(rows, false))
  );
}

/** A comment, or what a language needs where there is nothing else, with a comment behind it. */
function isFiller(text: string): boolean {
  if (isComment(text)) return true;
  const bare = text.trim();
  return (
    /^(?:pass|\.\.\.)\s*;?\s*#/.test(bare) ||
    (bare !== "" && bare.replace(ellipses, "") === "") ||
    isInlineFiller(text)
  );
}

// As in `post() { /* same */ }`, `post() { ... }`, `def f(): ...  # as before`.
function isInlineFiller(text: string): boolean {
  return (
    /\{\s*(?:\/\*.*\*\/|\.\.\.|…)\s*\}?\s*[;,)]*\s*$/u.test(text) ||
    /\{\s*(?:\/\/|#\s).*$/u.test(text) ||
    /\)[^()]*:\s*(?:(?:pass\s*)?#.*|(?:\.\.\.|…)\s*(?:#.*)?)$/u.test(text)
  );
}

function placeholderRows(
  source: readonly TextLine[],
  proof: Proof,
  edit: readonly EditLine[],
): PlaceholderRow[] {
  const rows: PlaceholderRow[] = [];
  let next = 0;
  const removedUpTo = (to: number): void => {
    for (; next < to; next++) {
      if (proof.source[next]!.fate !== "kept")
        rows.push({ text: source[next]!.text, kind: "removed" });
    }
  };
  for (const origin of proof.result) {
    if (origin.from === "layout") continue;
    if (origin.from === "source") {
      removedUpTo(origin.source);
      rows.push({ text: source[origin.source]!.text, kind: "kept" });
      next = Math.max(next, origin.source + 1);
    } else rows.push({ text: edit[origin.edit]!.text, kind: "new", edit: edit[origin.edit]! });
  }
  removedUpTo(source.length);
  return rows;
}

/** The rows added and removed between two lines that stay. */
interface RowStretch {
  readonly rows: PlaceholderRow[];
  /** Whether only blank lines, braces and lines that the file has often stay between the one before and this one. */
  readonly near: boolean;
}

function rowStretches(rows: readonly PlaceholderRow[]): RowStretch[] {
  const all: RowStretch[] = [];
  const times = new Map<string, number>();
  for (const { kind, text } of rows) {
    if (kind !== "new") times.set(text.trim(), (times.get(text.trim()) ?? 0) + 1);
  }
  let open = false;
  let near = false;
  for (const row of rows) {
    if (row.kind === "kept") {
      open = false;
      if (hasWords(row.text) && times.get(row.text.trim()) === 1) near = false;
      continue;
    }
    if (!open) all.push({ rows: [], near });
    all.at(-1)!.rows.push(row);
    open = true;
    near = true;
  }
  return all;
}

/**
 * A stretch with those near it that declare less than they did: of equal braces and blank lines a diff may keep any one,
 * which may put removed lines beside another change.
 */
function withLosses(all: readonly RowStretch[], at: number): PlaceholderRow[] {
  const loses = ({ rows }: RowStretch): boolean =>
    declaresLess(rows) || rows.every(({ kind }) => kind === "removed");
  let from = at;
  while (from > 0 && all[from]!.near && loses(all[from - 1]!)) from--;
  let to = at + 1;
  while (to < all.length && all[to]!.near && loses(all[to]!)) to++;
  return all.slice(from, to).flatMap(({ rows }) => rows);
}

function declaresLess(rows: readonly PlaceholderRow[]): boolean {
  const count = (wanted: PlaceholderRow["kind"]): number =>
    rows.filter(({ kind, text }) => kind === wanted && !isComment(text) && declares(text)).length;
  return count("removed") > count("new");
}

/** `declaring`: only where the lines that are removed declare something. */
function loneComment(rows: readonly PlaceholderRow[], declaring: boolean): Placeholder | undefined {
  const stay = new Set<string>();
  for (const { kind, text } of rows) {
    const declared = kind === "removed" || isComment(text) ? undefined : declares(text);
    if (declared !== undefined) stay.add(declared);
  }
  const all = rowStretches(rows);
  for (const [at, { rows: own }] of all.entries()) {
    if (!own.some(({ kind, text }) => kind === "new" && isComment(text))) continue;
    const stretch = withLosses(all, at);
    const added = own.filter(({ kind, text }) => kind === "new" && !isBlank(text));
    const removed = stretch.filter(
      (row) => row.kind === "removed" && hasWords(row.text) && !isComment(row.text),
    );
    // Beside new code only comments at its end, where less is declared than before.
    const lastCode = added.findLastIndex((row) => hasWords(row.text) && !isComment(row.text));
    const code = added.filter((row) => hasWords(row.text) && !isComment(row.text)).length;
    const isShorter = !declaring && removed.length >= code + 2;
    if (lastCode !== -1 && !declaresLess(own) && !isShorter) continue;
    const comments = added.slice(lastCode + 1).filter(({ text }) => isComment(text));
    const said = comments.find(
      ({ text }) => /[\p{L}\p{N}.…]/u.test(text) || /^\s*\/\*\s*\*\/\s*$/.test(text),
    );
    if (!said || removed.length < 2 || removed.length <= comments.length) continue;
    if (comments.some(({ text }) => removalOf(text) !== undefined)) continue;
    if (comments.some(({ text }) => isCommentedOut(text, removed))) continue;
    const names = [...new Set(removed.map(({ text }) => declares(text)))].filter(
      (one): one is string => one !== undefined && !stay.has(one),
    );
    // A block or a diff quotes what it removes, and a whole file says all that is left; a sketch only leaves lines out.
    if (names.length > 0 || isShorter) return { line: said.edit!, names };
  }
  return undefined;
}

function isCommentedOut(comment: string, removed: readonly PlaceholderRow[]): boolean {
  const words = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const said = words(comment);
  return said !== "" && removed.some(({ text }) => words(text) === said);
}

function inPlaceOfBody(rows: readonly PlaceholderRow[]): Placeholder | undefined {
  const here = rows.filter(({ kind }) => kind !== "removed");
  for (const [index, row] of here.entries()) {
    const declared = isComment(row.text) ? undefined : declares(row.text);
    if (declared === undefined) continue;
    const filler = row.kind === "new" && isInlineFiller(row.text) ? row : fillerBelow(here, index);
    if (filler?.edit && !isRemoval(filler) && lostBody(rows, declared)) {
      return { line: filler.edit, names: [declared] };
    }
  }
  return undefined;
}

const isRemoval = ({ text }: PlaceholderRow): boolean => removalOf(text) !== undefined;

/** The new comment that is the whole body of a declaration. */
function fillerBelow(rows: readonly PlaceholderRow[], at: number): PlaceholderRow | undefined {
  const depth = leadingSpace(rows[at]!.text).length;
  let filler: PlaceholderRow | undefined;
  for (let index = at + 1; index < rows.length; index++) {
    const row = rows[index]!;
    if (isBlank(row.text)) continue;
    if (leadingSpace(row.text).length <= depth) break;
    if (row.kind !== "new" || !isFiller(row.text) || isInlineFiller(row.text)) return undefined;
    filler ??= row;
  }
  return filler;
}

/** Whether a declaration of this name had a body of which no line is kept or added again. */
function lostBody(rows: readonly PlaceholderRow[], declared: string): boolean {
  const added = new Set(rows.flatMap(({ kind, text }) => (kind === "new" ? [text.trim()] : [])));
  return rows.some((row, at) => {
    if (row.kind === "new" || declares(row.text) !== declared) return false;
    const depth = leadingSpace(row.text).length;
    let lost = 0;
    for (const { kind, text } of rows.slice(at + 1)) {
      if (kind === "new" || isBlank(text)) continue;
      if (leadingSpace(text).length <= depth) break;
      if (kind === "kept") return false;
      if (added.has(text.trim())) return false;
      if (hasWords(text) && !isComment(text)) lost++;
    }
    return lost > 0;
  });
}
