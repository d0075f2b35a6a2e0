import { spend } from "../../text/budget.ts";
import { indentOf } from "../../text/indent.ts";
import { directive } from "./scope.ts";

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
  spend(1 + indent.length / 10);
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
export type IndentPair = readonly [edit: string, source: string];

/** Pairs that are the same, and how many of them there are. */
interface CountedPair {
  readonly pair: IndentPair;
  count: number;
}

function counted(pairs: readonly IndentPair[]): CountedPair[] {
  const found = new Map<string, CountedPair>();
  for (const pair of pairs) {
    const key = `${pair[0]}|${pair[1]}`;
    const known = found.get(key);
    if (known) known.count++;
    else found.set(key, { pair, count: 1 });
  }
  return [...found.values()];
}

/**
 * The change of indentation that explains the most pairs, simplest first: a shift of the whole block,
 * other units, both. Pairs that it does not explain are real changes.
 */
export function reindentOf(pairs: readonly IndentPair[]): Reindent {
  let best = sameIndent;
  let bestCount = explainedPairs(pairs, sameIndent);
  if (bestCount === pairs.length) return sameIndent;
  const kinds = counted(pairs);
  const consider = (candidate: Reindent): void => {
    let count = 0;
    for (const { pair, count: equal } of kinds) {
      if (convert(pair[0], candidate) === pair[1]) count += equal;
    }
    if (count > bestCount) {
      best = candidate;
      bestCount = count;
    }
  };
  const shiftsOf = (editUnit: string, sourceUnit: string): void => {
    const seen = new Set<string>();
    for (const {
      pair: [edit, source],
    } of kinds) {
      const indent = convert(edit, { ...sameIndent, editUnit, sourceUnit });
      if (indent === source) continue;
      const [add, cut] = source.endsWith(indent)
        ? [source.slice(0, source.length - indent.length), ""]
        : indent.endsWith(source)
          ? ["", indent.slice(0, indent.length - source.length)]
          : ["", ""];
      if ((add === "" && cut === "") || seen.has(`${add}|${cut}`)) continue;
      seen.add(`${add}|${cut}`);
      consider({ editUnit, sourceUnit, add, cut });
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

export function explainedPairs(pairs: readonly IndentPair[], reindent: Reindent): number {
  let count = 0;
  for (const [edit, source] of pairs) if (convert(edit, reindent) === source) count++;
  return count;
}

/** What another block says about this one: the units, not the shift. */
export function unitsOnly(reindent: Reindent): Reindent {
  return { ...reindent, add: "", cut: "" };
}

export function explains(reindent: Reindent, edit: string, source: string): boolean {
  return convert(indentOf(edit), reindent) === indentOf(source);
}

/** Whether lines can have been shifted as one: none of them is less deep than what is taken off them all. */
export function canShift(lines: readonly string[], reindent: Reindent): boolean {
  if (reindent.cut === "") return true;
  const whole = { ...reindent, cut: "" };
  return lines.every(
    (line) =>
      line.trim() === "" ||
      directive.test(line) ||
      convert(indentOf(line), whole).startsWith(reindent.cut),
  );
}
