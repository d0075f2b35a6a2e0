import type { FigureBin, FigurePoint, SpeedupFigure } from "./figure3.ts";
import { mostHunks, reuseStep } from "./figure3.ts";
import { colourOf, svgLine, svgPicture, svgText, tenths } from "./svg.ts";

const panel = { width: 420, height: 300, left: 56, top: 64, gap: 64 };

/** Two panels: speed-up (logarithmic) against reused lines and against hunks; points are cases, lines are medians. */
export function speedupFigureSvg(figure: SpeedupFigure): string {
  const speedups = figure.series.flatMap(({ points }) => points.map(({ speedup }) => speedup));
  const low = 2 ** Math.floor(Math.log2(Math.min(1, ...speedups)));
  const high = 2 ** Math.ceil(Math.log2(Math.max(2, ...speedups)));
  const share = (value: number): number => Math.log2(value / low) / Math.log2(high / low);
  const y = (value: number): number => panel.top + panel.height * (1 - share(value));
  const rows = figure.series.length;
  const width = panel.left + 2 * panel.width + panel.gap + 16;
  const notes = wrapped(figure.time, 150);
  const notesTop = panel.top + panel.height + 64 + 14 * rows;
  const height = notesTop + 15 * notes.length;
  const cases = Math.max(0, ...figure.series.map(({ points }) => points.length));
  const title = `Speed-up over plain decoding, ${cases} cases (${figure.source})`;

  const legend = figure.series.map(({ label }, i) => {
    const x = panel.left + i * 180;
    return `<circle cx="${x + 5}" cy="40" r="5" style="fill:${colourOf(i + 1)}"/>${svgText(x + 16, 44, label)}`;
  });
  const panels = (["byReuse", "byHunks"] as const).map((kind, index) => {
    const left = panel.left + index * (panel.width + panel.gap);
    return panelSvg({ figure, kind, left, y, low, high });
  });
  const body = [
    svgText(panel.left, 20, title, { kind: "title" }),
    ...legend,
    ...panels,
    svgText(14, panel.top + panel.height / 2, "speed-up over plain decoding", {
      kind: "small",
      anchor: "middle",
      rotate: -90,
    }),
    ...notes.map((line, i) => svgText(panel.left, notesTop + 15 * i, line, { kind: "small" })),
  ];
  return svgPicture(title, width, height, body.join(""));
}

/** Lines of at most so many characters, cut at blanks. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

interface Panel {
  readonly figure: SpeedupFigure;
  readonly kind: "byReuse" | "byHunks";
  readonly left: number;
  readonly y: (speedup: number) => number;
  readonly low: number;
  readonly high: number;
}

function panelSvg({ figure, kind, left, y, low, high }: Panel): string {
  const bins = figure.series[0]?.[kind] ?? [];
  const step = panel.width / Math.max(1, bins.length);
  const bottom = panel.top + panel.height;
  const shapes: string[] = [];
  for (let value = low; value <= high; value *= 2) {
    const kind = value === 1 ? "axis" : "grid";
    shapes.push(svgLine(kind, [left, y(value), left + panel.width, y(value)]));
    shapes.push(svgText(left - 6, y(value) + 4, `${value}x`, { kind: "small", anchor: "end" }));
  }
  shapes.push(svgLine("axis", [left, panel.top, left, bottom]));
  figure.series.forEach(({ points, ...series }, s) => {
    const colour = colourOf(s + 1);
    // One path of dots: an element per case would make the file ten times as long.
    const dots = points.map((point) => {
      const x = left + step * placeOf(point, kind, s, figure.series.length);
      return `M${tenths(x)} ${tenths(y(point.speedup))}h0`;
    });
    shapes.push(
      `<path d="${dots.join("")}" style="stroke:${colour};stroke-width:4;stroke-linecap:round" opacity=".3"/>`,
    );
    shapes.push(medianLine(series[kind], (i) => left + step * (i + 0.5), y, colour));
  });
  bins.forEach(({ label }, i) => {
    const x = left + step * (i + 0.5);
    shapes.push(svgText(x, bottom + 16, label, { kind: "small", anchor: "middle" }));
    figure.series.forEach((series, s) => {
      const { cases, median } = series[kind][i]!;
      const text = cases === 0 ? "" : `${median.toFixed(1)}x (${cases})`;
      const options = { kind: "small", anchor: "middle", colour: s + 1 } as const;
      shapes.push(svgText(x, bottom + 48 + 14 * s, text, options));
    });
  });
  const axis =
    kind === "byReuse" ? "lines of the output that are the original's, %" : "hunks of the edit";
  shapes.push(
    svgText(left + panel.width / 2, bottom + 32, `${axis}; below: median (cases)`, {
      kind: "small",
      anchor: "middle",
    }),
  );
  return shapes.join("");
}

/** In bins: shares at their place, counts in the middle of theirs, series beside each other. */
function placeOf(point: FigurePoint, kind: Panel["kind"], series: number, of: number): number {
  if (kind === "byReuse") return point.reuse / reuseStep;
  return Math.min(mostHunks, point.hunks) + 0.5 + 0.16 * (series - (of - 1) / 2);
}

function medianLine(
  bins: readonly FigureBin[],
  x: (bin: number) => number,
  y: (speedup: number) => number,
  colour: string,
): string {
  const places = bins.flatMap(({ cases, median }, i) =>
    cases === 0 ? [] : [[tenths(x(i)), tenths(y(median))] as const],
  );
  const path = places.map(([px, py], i) => `${i === 0 ? "M" : "L"}${px} ${py}`).join("");
  const marks = places.map(
    ([px, py]) =>
      `<circle cx="${px}" cy="${py}" r="4.5" style="fill:${colour};stroke:var(--paper)"/>`,
  );
  return `<path d="${path}" style="fill:none;stroke:${colour};stroke-width:2"/>${marks.join("")}`;
}
