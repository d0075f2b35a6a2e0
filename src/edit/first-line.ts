import { indentOf } from "../text/indent.ts";

/**
 * Writers often copy a block from its first character on, so that its first line lacks the indentation that
 * the others have. If the file shows that, the first line of both sides gets it, in the block's own units.
 * Undefined if the block is not of this kind.
 */
export function withFirstIndent(
  old: readonly string[],
  newLines: readonly string[],
  places: readonly (readonly string[])[],
): { readonly old: string[]; readonly new: string[] } | undefined {
  const lacks = indentOf(old[0]!);
  const indentAt = (place: readonly string[]): string | undefined =>
    old.length === 1 ? indentOfAlone(newLines, indentOf(place[0]!)) : missingIndent(old, place);
  const indents = new Set(places.map(indentAt));
  const [indent] = indents;
  if (indents.size !== 1 || indent === undefined || indent.length <= lacks.length) return undefined;
  const restored = (lines: readonly string[]): string[] =>
    lines.map((line, index) =>
      index === 0 && line.trim() !== "" && indentOf(line) === lacks
        ? indent + line.slice(lacks.length)
        : line,
    );
  return { old: restored(old), new: restored(newLines) };
}

/** The indentation that the first line of the block has to have, by what its other lines have in the file. */
function missingIndent(old: readonly string[], place: readonly string[]): string | undefined {
  const wanted = indentOf(place[0]!);
  const others = old.flatMap((line, index) =>
    index > 0 && line.trim() !== "" ? [[indentOf(line), indentOf(place[index]!)] as const] : [],
  );
  if (others.length === 0) return undefined;
  const equal = others.find(([, own]) => own === wanted);
  if (equal)
    return others.every(([edit, own]) => own !== wanted || edit === equal[0])
      ? equal[0]
      : undefined;
  return others.every(([edit, own]) => edit === own) ? wanted : undefined;
}

/**
 * The same for a block of one line, by its new lines. They have the indentation of the file if none is less
 * indented than the old line and no line before them opens the scope that they are in.
 */
function indentOfAlone(newLines: readonly string[], wanted: string): string | undefined {
  const [first, ...rest] = newLines.filter((line) => line.trim() !== "");
  if (first === undefined || rest.length === 0 || indentOf(first) !== "") return undefined;
  if (!rest.every((line) => indentOf(line).startsWith(wanted))) return undefined;
  const opens = /[{([:]\s*$|\b(?:then|do)\s*$/.test(first);
  const isContinued =
    /^\s*[.&|+?:,=*<>/-]/.test(rest[0]!) && !/^\s*(?:\/\/|\/\*|--|<)/.test(rest[0]!);
  if (isContinued) return undefined;
  return !opens || indentOf(rest[0]!).length > wanted.length ? wanted : undefined;
}
