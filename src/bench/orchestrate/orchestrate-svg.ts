import { colourOf, svgLine, svgPicture, svgText, tenths } from "../efficientedit/svg.ts";
import type { OrchestrateRow } from "./orchestrate-rows.ts";

const barStart = 190;
const barWidth = 420;
const typeHeight = 44;
const firstBar = 44;

/** Per type how much of its set was proposed, accepted and right, in per cent, and how long decoding takes beside it. */
export function orchestrateSvg(rows: readonly OrchestrateRow[]): string {
  const height = firstBar + rows.length * typeHeight + 40;
  const x = (share: number): number => barStart + share * barWidth;
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    svgLine("grid", [x(share), firstBar - 6, x(share), height - 34]),
    svgText(x(share), height - 18, `${100 * share} %`, { kind: "small", anchor: "middle" }),
  ]);
  const bars = rows.flatMap((row, at) => {
    const y = firstBar + at * typeHeight;
    const parts = [
      ["proposed", row.proposed],
      ["accepted", row.accepted],
      ["right", row.right],
    ] as const;
    const beside = row.againstPlain === undefined ? "" : `, plain decoding ${row.againstPlain} x`;
    return [
      svgText(barStart - 8, y + 14, row.type, { anchor: "end" }),
      svgText(barStart - 8, y + 29, `${row.cases} cases${beside}`, {
        kind: "small",
        anchor: "end",
      }),
      ...parts.map(([name, count], n) => {
        const width = tenths((count / row.cases) * barWidth);
        const title = `<title>${name}: ${count} of ${row.cases}</title>`;
        return `<rect x="${barStart}" y="${y + 2 + 11 * n}" width="${width}" height="9" style="fill:${colourOf(n)}">${title}</rect>`;
      }),
    ];
  });
  const legend = ["proposed", "accepted", "right"].map((name, n) =>
    svgText(barStart + 90 * n, 26, name, { kind: "small", colour: n }),
  );
  const title = "Edits by specialists, by type: share of the set";
  const head = svgText(8, 26, "share of the set", { kind: "title" });
  return svgPicture(
    title,
    barStart + barWidth + 40,
    height,
    [head, ...legend, ...grid, ...bars].join(""),
  );
}
