import { columnsOf } from "../text/indent.ts";
import type { TextLine } from "../text/lines.ts";
import { isDistinctive } from "./align/distinctive.ts";
import { declaredName } from "./align/names.ts";
import { isCloser } from "./align/nesting.ts";
import { subjectOf } from "./align/subject.ts";
import type { Built } from "./proof/build.ts";
import { importedNames } from "./readings/imported-names.ts";
import type { BlockLine, Shape } from "./shape.ts";

/**
 * Counts the lines that a result adds although the file has them in the same scope. A distinctive line that occurs once
 * in the sketch and once in the file, in the same scope, is a quote: a text that keeps the file's line and also adds the
 * sketch's is not what was meant if another text is possible. Nor is a text that imports a name twice, or has the same
 * declaration at the margin more often than both the sketch and the file.
 */
export function repeatedLines(source: readonly TextLine[], shape: Shape): (built: Built) => number {
  const tokens = shape.blocks.flatMap((block) => block.tokens);
  const inEdit = linePlacesOf(tokens);
  const inSource = linePlacesOf(source, inEdit);
  const pairs: { token: BlockLine; line: number; parent: BlockLine | undefined; above: number }[] =
    [];
  const declared: { places: readonly BlockLine[]; lines: readonly number[] }[] = [];
  for (const [text, [i, ...more]] of inEdit) {
    const [line, ...others] = inSource.get(text) ?? [];
    if (line !== undefined && more.length + others.length > 0 && declaresAtMargin(source[line]!)) {
      const places = [i!, ...more].map((at) => tokens[at]!);
      declared.push({ places, lines: [line, ...others] });
    }
    if (line === undefined || more.length + others.length > 0 || !isDistinctive(text)) continue;
    const token = tokens[i!]!;
    if (token.text.trimEnd() !== source[line]!.text.trimEnd()) continue;
    const at = openerAbove(tokens, i!);
    const above = openerAbove(source, line);
    // A sketch that begins inside a scope does not show which one.
    if (at < 0 && columnsOf(token.text) > 0) continue;
    pairs.push({ token, line, parent: tokens[at], above });
  }
  const imports = importsOf(source, tokens);
  return ({ proof }) => {
    let count = 0;
    for (const { editLine, lines } of imports) {
      if (proof.edit[editLine]!.fate !== "placed") continue;
      if (lines.some((line) => proof.source[line]!.fate === "kept")) count++;
    }
    for (const { places, lines } of declared) {
      const placed = places.filter(({ editLine }) => proof.edit[editLine]!.fate === "placed");
      const kept = lines.filter((line) => proof.source[line]!.fate === "kept");
      const most = Math.max(places.length, lines.length);
      count += Math.max(0, placed.length + kept.length - most);
    }
    for (const { token, line, parent, above } of pairs) {
      if (proof.edit[token.editLine]!.fate !== "placed" || proof.source[line]!.fate !== "kept")
        continue;
      if (parent === undefined) {
        if (above < 0) count++;
        continue;
      }
      const opener = proof.edit[parent.editLine]!;
      const isSameScope =
        opener.fate === "matched"
          ? opener.source === above
          : above >= 0 && isAbout(parent.text, source[above]!.text);
      if (isSameScope) count++;
    }
    return count;
  };
}

const declaresAtMargin = ({ text }: TextLine): boolean =>
  columnsOf(text) === 0 && declaredName(text) !== undefined;

/** Whether two lines declare or assign the same name. */
function isAbout(text: string, other: string): boolean {
  const subject = subjectOf(text);
  return subject !== undefined && subject === subjectOf(other);
}

/** Edit lines that import a name which the file imports too, with the lines of the file that do. */
function importsOf(
  source: readonly TextLine[],
  tokens: readonly BlockLine[],
): { readonly editLine: number; readonly lines: readonly number[] }[] {
  const imported = tokens.map((token) => ({ token, names: [...importedNames(token.text)] }));
  if (imported.every(({ names }) => names.length === 0)) return [];
  const importers = new Map<string, number[]>();
  for (const [line, { text }] of source.entries()) {
    for (const name of importedNames(text)) {
      const lines = importers.get(name);
      if (lines) lines.push(line);
      else importers.set(name, [line]);
    }
  }
  return imported.flatMap(({ token: { editLine }, names }) => {
    const lines = names.flatMap((name) => importers.get(name) ?? []);
    return lines.length > 0 ? [{ editLine, lines }] : [];
  });
}

/** The places of each line, blanks around aside; of those only that `among` holds. */
function linePlacesOf(
  lines: readonly { readonly text: string }[],
  among?: ReadonlyMap<string, unknown>,
): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [i, { text }] of lines.entries()) {
    const key = text.trim();
    if (among && !among.has(key)) continue;
    const known = places.get(key);
    if (known) known.push(i);
    else places.set(key, [i]);
  }
  return places;
}

/**
 * The nearest distinctive line above that opens the scope of a line; -1 = none. It is less deep, or ends with a bracket
 * that is still open: the lines of a multi-line string begin at the margin at any depth.
 */
function openerAbove(lines: readonly { readonly text: string }[], at: number): number {
  let depth = columnsOf(lines[at]!.text);
  const closed = new Set<number>();
  for (let i = at - 1; i >= 0; i--) {
    const { text } = lines[i]!;
    if (text.trim() === "") continue;
    const columns = columnsOf(text);
    if (columns >= depth && (columns > depth || closed.has(columns) || !opensBracket.test(text))) {
      if (isCloser(text)) closed.add(columns);
      continue;
    }
    if (isDistinctive(text)) return i;
    depth = columns;
    if (isCloser(text)) closed.add(columns);
  }
  return -1;
}

const opensBracket = /[([{]\s*$/;
