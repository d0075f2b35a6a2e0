/** Leading blanks of a line. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)![0];
}

/** How the edit's indentation becomes the source's: in other units, then deeper or less deep by a prefix. */
export interface Reindent {
  readonly editUnit: string;
  readonly sourceUnit: string;
  /** Put before every line, or taken off every line. */
  readonly add: string;
  readonly cut: string;
}

export const sameIndent: Reindent = { editUnit: "", sourceUnit: "", add: "", cut: "" };

export function isSame(reindent: Reindent): boolean {
  return reindent.add === "" && reindent.cut === "" && reindent.editUnit === reindent.sourceUnit;
}

export function reindented(line: string, reindent: Reindent): string {
  if (line.trim() === "") return line;
  const indent = indentOf(line);
  return convert(indent, reindent) + line.slice(indent.length);
}

function convert(indent: string, { editUnit, sourceUnit, add, cut }: Reindent): string {
  let rest = indent;
  let converted = "";
  if (editUnit !== sourceUnit) {
    while (rest.startsWith(editUnit)) {
      rest = rest.slice(editUnit.length);
      converted += sourceUnit;
    }
  }
  const whole = converted + rest;
  if (cut !== "") return whole.startsWith(cut) ? whole.slice(cut.length) : "";
  return add + whole;
}

const units = ["\t", "  ", "    ", "   ", "        ", " "];

/** A matched pair: indentation in the edit and in the source. */
export type Pair = readonly [edit: string, source: string];

/**
 * The change of indentation that explains the most pairs, simplest first: a shift of the whole block,
 * other units, both. Pairs that it does not explain are real changes.
 */
export function reindentOf(pairs: readonly Pair[]): Reindent {
  let best = sameIndent;
  let bestCount = explained(pairs, sameIndent);
  if (bestCount === pairs.length) return sameIndent;
  const consider = (candidate: Reindent): void => {
    const count = explained(pairs, candidate);
    if (count > bestCount) {
      best = candidate;
      bestCount = count;
    }
  };
  const shiftsOf = (editUnit: string, sourceUnit: string): void => {
    const seen = new Set<string>();
    for (const [edit, source] of pairs) {
      const indent = convert(edit, { ...sameIndent, editUnit, sourceUnit });
      if (indent === source || seen.has(`${indent}|${source}`)) continue;
      seen.add(`${indent}|${source}`);
      if (source.endsWith(indent)) {
        consider({
          editUnit,
          sourceUnit,
          add: source.slice(0, source.length - indent.length),
          cut: "",
        });
      } else if (indent.endsWith(source)) {
        consider({
          editUnit,
          sourceUnit,
          add: "",
          cut: indent.slice(0, indent.length - source.length),
        });
      }
    }
  };
  shiftsOf("", "");
  for (const shifted of [false, true]) {
    for (const editUnit of units) {
      for (const sourceUnit of units) {
        if (editUnit === sourceUnit) continue;
        if (shifted) shiftsOf(editUnit, sourceUnit);
        else consider({ editUnit, sourceUnit, add: "", cut: "" });
      }
    }
    if (bestCount === pairs.length) break;
  }
  return best;
}

export function explained(pairs: readonly Pair[], reindent: Reindent): number {
  let count = 0;
  for (const [edit, source] of pairs) if (convert(edit, reindent) === source) count++;
  return count;
}

/** What other blocks tell about this one: the units, not the shift. */
export function unitsOnly(reindent: Reindent): Reindent {
  return { ...reindent, add: "", cut: "" };
}

export function explains(reindent: Reindent, edit: string, source: string): boolean {
  return convert(indentOf(edit), reindent) === indentOf(source);
}

/** A line that stands at the margin however deep what is around it is: of a C preprocessor. */
const isDirective = /^#\s*[a-z]+/;

/** Whether lines can have been shifted as one: none of them is less deep than what is taken off them all. */
export function canShift(lines: readonly string[], reindent: Reindent): boolean {
  if (reindent.cut === "") return true;
  const whole = { ...reindent, cut: "" };
  return lines.every(
    (line) =>
      line.trim() === "" ||
      isDirective.test(line) ||
      convert(indentOf(line), whole).startsWith(reindent.cut),
  );
}
