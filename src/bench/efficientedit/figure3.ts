import { diffArrays } from "diff";
import { fencedCode } from "../decode/fence.ts";
import { median, round } from "../decode/rows.ts";
import { lineReuse } from "../traces/data.ts";
import { plainMethod } from "./methods.ts";
import type { RowSource } from "./rows.ts";
import type { MethodRun } from "./runs.ts";

/** One case by one method. */
export interface FigurePoint {
  readonly set: string;
  readonly id: string;
  /** Share of the output's lines that occur in the original, in per cent. */
  readonly reuse: number;
  /** Stretches of changed lines between original and output. */
  readonly hunks: number;
  /** Time of plain decoding / time. */
  readonly speedup: number;
}

export interface FigureBin {
  readonly label: string;
  readonly cases: number;
  readonly median: number;
}

export interface FigureSeries {
  readonly method: string;
  readonly label: string;
  readonly points: readonly FigurePoint[];
  readonly byReuse: readonly FigureBin[];
  readonly byHunks: readonly FigureBin[];
}

/** Figure 3 of the EfficientEdit paper in numbers: speed-up against reuse and against hunks. */
export interface SpeedupFigure {
  readonly suite: "efficientedit-figure-3";
  readonly source: RowSource;
  /** Where the times are from, in a sentence. */
  readonly time: string;
  readonly series: readonly FigureSeries[];
}

interface Bin {
  readonly label: string;
  holds(point: FigurePoint): boolean;
}

export const reuseStep = 20;
/** Edits with this many hunks or more share a bin. */
export const mostHunks = 5;

const reuseGroups: readonly Bin[] = Array.from({ length: 100 / reuseStep }, (_, i) => ({
  label: `${i * reuseStep}-${(i + 1) * reuseStep}`,
  holds: ({ reuse }) => Math.min(100 / reuseStep - 1, Math.floor(reuse / reuseStep)) === i,
}));

const hunkGroups: readonly Bin[] = Array.from({ length: mostHunks + 1 }, (_, i) => ({
  label: i === mostHunks ? `${i}+` : `${i}`,
  holds: ({ hunks }) => Math.min(mostHunks, hunks) === i,
}));

export interface SpeedupFigureInput {
  readonly source: RowSource;
  readonly time: string;
  readonly methods: readonly { readonly name: string; readonly label: string }[];
  readonly runs: readonly MethodRun[];
  /** The file before the edit, by case. */
  readonly originals: ReadonlyMap<string, string>;
}

export function speedupFigure({
  source,
  time,
  methods,
  runs,
  originals,
}: SpeedupFigureInput): SpeedupFigure {
  const plain = new Map(
    runs.filter(({ method }) => method === plainMethod).map((run) => [run.id, run]),
  );
  const series: FigureSeries[] = [];
  for (const { name, label } of methods) {
    if (name === plainMethod) continue;
    const points = runs.flatMap((run): FigurePoint[] => {
      const base = plain.get(run.id);
      const original = originals.get(run.id);
      if (run.method !== name || base === undefined || original === undefined) return [];
      // What was changed is read from the plain output, the same for all methods.
      const written = fencedCode(base.text);
      return [
        {
          set: run.set,
          id: run.id,
          reuse: round(100 * lineReuse(original, written)),
          hunks: hunksBetween(original, written),
          speedup: round(base.ms / run.ms),
        },
      ];
    });
    if (points.length === 0) continue;
    const byReuse = grouped(points, reuseGroups);
    series.push({ method: name, label, points, byReuse, byHunks: grouped(points, hunkGroups) });
  }
  return { suite: "efficientedit-figure-3", source, time, series };
}

function grouped(points: readonly FigurePoint[], bins: readonly Bin[]): FigureBin[] {
  return bins.map((bin) => {
    const speedups = points.filter(bin.holds).map(({ speedup }) => speedup);
    const cases = speedups.length;
    return { label: bin.label, cases, median: cases === 0 ? 0 : median(speedups) };
  });
}

/** Stretches of lines that were removed, added or replaced; the last line's end does not count. */
export function hunksBetween(before: string, after: string): number {
  const lines = (text: string): string[] => text.replace(/\n$/, "").split("\n");
  let hunks = 0;
  let inside = false;
  for (const { added, removed } of diffArrays(lines(before), lines(after))) {
    const changed = added || removed;
    if (changed && !inside) hunks++;
    inside = changed;
  }
  return hunks;
}
