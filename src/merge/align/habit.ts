import { indentOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { limits } from "./costs.ts";

/** What a stretch of a file is indented with. */
export type Habit = { readonly kind: "tabs" } | { readonly kind: "blanks"; readonly unit: number };

interface FileHabit {
  /** `0` not indented, `t` by tabs, `b` by blanks; a line of a block comment (` * text`) counts as not indented. */
  readonly kinds: readonly string[];
  readonly tabs: number;
  readonly blanks: number;
  /** The file holds code fences: each of them may be in another language, with a habit of its own. */
  readonly fenced: boolean;
}

const knownHabits = new WeakMap<readonly TextLine[], FileHabit>();

/** What the lines around a place are indented with, or undefined if they are not indented or use both. */
export function habitAt(source: readonly TextLine[], line: number): Habit | undefined {
  const file = habitOf(source);
  if (file.fenced || file.tabs + file.blanks < limits.leastHabit) return undefined;
  if (file.blanks === 0) return { kind: "tabs" };
  if (file.tabs === 0) return byBlanks(source, file);
  const around = new Set([...nearestIndents(file, line - 1, -1), ...nearestIndents(file, line, 1)]);
  if (around.size !== 1) return undefined;
  if (around.has("t")) return { kind: "tabs" };
  return byBlanks(source, file);
}

function byBlanks(source: readonly TextLine[], { kinds }: FileHabit): Habit {
  return {
    kind: "blanks",
    get unit() {
      return indentUnit(source, kinds);
    },
  };
}

const tab = 9;
const blank = 32;

/** What a line is indented with. The blank before the `*` of a continued block comment is not indentation. */
export function indentKind(line: string): "0" | "t" | "b" {
  const first = line.charCodeAt(0);
  if (first !== tab && first !== blank) return "0";
  if (line.trim() === "" || (first === blank && line[1] === "*")) return "0";
  return first === tab ? "t" : "b";
}

function nearestIndents(file: FileHabit, from: number, step: number): string[] {
  const found: string[] = [];
  for (
    let at = from;
    at >= 0 && at < file.kinds.length && found.length < limits.habitLines;
    at += step
  ) {
    if (file.kinds[at] !== "0") found.push(file.kinds[at]!);
  }
  return found;
}

function habitOf(source: readonly TextLine[]): FileHabit {
  const found = knownHabits.get(source);
  if (found) return found;
  const kinds = source.map((line) => indentKind(line.text));
  const habit = {
    kinds,
    tabs: kinds.filter((kind) => kind === "t").length,
    blanks: kinds.filter((kind) => kind === "b").length,
    fenced: source.some(({ text }) => /^\s{0,3}(?:`{3}|~{3})/.test(text)),
  };
  knownHabits.set(source, habit);
  return habit;
}

/** The most common step from one indentation to a deeper one. */
function indentUnit(source: readonly TextLine[], kinds: readonly string[]): number {
  const steps = new Map<number, number>();
  let above = 0;
  for (const [index, { text }] of source.entries()) {
    if (text.trim() === "" || kinds[index] === "t") continue;
    const depth = kinds[index] === "b" ? indentOf(text).length : 0;
    if (depth > above) steps.set(depth - above, (steps.get(depth - above) ?? 0) + 1);
    above = depth;
  }
  const sorted = [...steps].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return sorted[0]?.[0] ?? 1;
}
