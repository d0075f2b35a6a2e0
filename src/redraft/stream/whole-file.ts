/** Lines in a row that a new text and its source have in agreeingLines, from which the two are taken to agree again. */
const agreeingLines = 7;

/** A line that occurs more often is not looked for. */
const mostTailPlaces = 50;

export interface CommonPoint {
  /** Lines of the source, and of the new text, up to where they agree. */
  readonly source: number;
  readonly written: number;
}

/** Follows a new text of a file line by line. `take` answers where the two agree again after a change. */
export function followWholeFile(source: readonly string[]): {
  take(line: string): CommonPoint | undefined;
} {
  const places = new Map<string, number[]>();
  for (const [index, line] of source.entries()) {
    const known = places.get(line);
    if (known) known.push(index);
    else places.set(line, [index]);
  }
  const tail: string[] = [];
  let written = 0;
  /** The line of the source that comes next. */
  let at = 0;
  let isChanged = false;

  /** Where the last lines that were written end in the source, from `at` on. */
  function agreed(): number | undefined {
    if (tail.length < agreeingLines) return undefined;
    const ends = places.get(tail.at(-1)!) ?? [];
    if (ends.length > mostTailPlaces) return undefined;
    const isHere = (end: number): boolean =>
      end - agreeingLines + 1 >= at &&
      tail.every((line, index) => source[end - agreeingLines + 1 + index] === line);
    return ends.find(isHere);
  }

  return {
    take(line) {
      written++;
      tail.push(line);
      if (tail.length > agreeingLines) tail.shift();
      if (!isChanged && source[at] === line) {
        at++;
        return undefined;
      }
      isChanged = true;
      const end = agreed();
      if (end === undefined) return undefined;
      at = end + 1;
      isChanged = false;
      return { source: at, written };
    },
  };
}
