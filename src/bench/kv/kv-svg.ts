import type { KvRow } from "./kv-rows.ts";
import type { KvResult } from "./results.ts";

const plotWidth = 640;
const height = 360;
const plotMargin = { left: 56, right: 220, top: 40, bottom: 44 } as const;
const policyColours = [
  "#4c78a8",
  "#f58518",
  "#54a24b",
  "#e45756",
  "#72b7b2",
  "#b279a2",
  "#9d755d",
  "#eeca3b",
];

/** Answers equal to those of full evaluation against the share of the suffix that was evaluated: one point per policy, set and context. */
export function costSvg(rows: readonly KvRow[]): string {
  const points = rows.filter(({ edit, policy }) => edit === "all" && policy !== "full");
  const policies = [...new Set(points.map(({ policy }) => policy))];
  const most = Math.max(0.1, ...points.map(({ savedOfSuffix }) => 1 - savedOfSuffix));
  const x = (share: number): number =>
    plotMargin.left + (share / most) * (plotWidth - plotMargin.left - plotMargin.right);
  const y = (percent: number): number =>
    height - plotMargin.bottom - (percent / 100) * (height - plotMargin.top - plotMargin.bottom);
  const marks = points.map((row) => {
    const colour = policyColours[policies.indexOf(row.policy) % policyColours.length]!;
    const [cx, cy] = [x(1 - row.savedOfSuffix).toFixed(1), y(row.sameAsFull).toFixed(1)];
    const title = `<title>${row.set}, ${row.context} tokens, ${row.policy}: ${row.sameAsFull} %</title>`;
    return row.set === "stale"
      ? `<rect x="${Number(cx) - 4}" y="${Number(cy) - 4}" width="8" height="8" fill="${colour}">${title}</rect>`
      : `<circle cx="${cx}" cy="${cy}" r="4.5" fill="${colour}">${title}</circle>`;
  });
  const ticks = [0, most / 2, most].map(
    (share) =>
      `<text x="${x(share)}" y="${height - plotMargin.bottom + 18}" text-anchor="middle">${Math.round(100 * share)} %</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${plotWidth} ${height}" font-family="sans-serif" font-size="11">
<title>Same answer as full evaluation, by tokens evaluated</title>
<text x="${plotMargin.left}" y="20" font-size="13">Same answer as full evaluation, by tokens evaluated (${points[0]?.model ?? ""})</text>
${[...percentGrid(y), ...ticks, ...marks, ...policyLegend(policies)].join("\n")}
<text x="${plotMargin.left}" y="${height - 8}">evaluated share of the tokens behind the first change; squares: edits that change the meaning of later text</text>
</svg>
`;
}

/**
 * What is not evaluated, as a share of the tokens behind the first change, against how many these are: one point per case and policy. Near the
 * end there is little to save.
 */
export function positionSvg(results: readonly KvResult[]): string {
  const points = results.filter(({ set, policy }) => set === "edits" && policy !== "full");
  const policies = [...new Set(points.map(({ policy }) => policy))];
  const nearest = 16;
  const farthest = Math.max(2 * nearest, ...points.map(({ suffix }) => suffix));
  const width = plotWidth - plotMargin.left - plotMargin.right;
  const x = (suffix: number): number =>
    plotMargin.left +
    (Math.log(Math.max(nearest, suffix) / nearest) / Math.log(farthest / nearest)) * width;
  const y = (percent: number): number =>
    height - plotMargin.bottom - (percent / 100) * (height - plotMargin.top - plotMargin.bottom);
  const marks = points.map((one) => {
    const colour = policyColours[policies.indexOf(one.policy) % policyColours.length]!;
    const percent = 100 * Math.max(0, 1 - one.recomputed / one.suffix);
    const title = `<title>${one.edit}, ${one.suffix} tokens follow, ${one.policy}: ${percent.toFixed(0)} %</title>`;
    return `<circle cx="${x(one.suffix).toFixed(1)}" cy="${y(percent).toFixed(1)}" r="3" fill="${colour}" fill-opacity="0.6">${title}</circle>`;
  });
  const ticks: string[] = [];
  for (let suffix = nearest; suffix <= farthest; suffix *= 4) {
    ticks.push(
      `<text x="${x(suffix).toFixed(1)}" y="${height - plotMargin.bottom + 18}" text-anchor="middle">${suffix}</text>`,
    );
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${plotWidth} ${height}" font-family="sans-serif" font-size="11">
<title>Tokens that are not evaluated, by the place of the change</title>
<text x="${plotMargin.left}" y="20" font-size="13">Not evaluated, by the place of the change (${points[0]?.model ?? ""})</text>
${[...percentGrid(y), ...ticks, ...marks, ...policyLegend(policies)].join("\n")}
<text x="${plotMargin.left}" y="${height - 8}">tokens behind the first change; percent of them</text>
</svg>
`;
}

function percentGrid(y: (percent: number) => number): string[] {
  return [0, 25, 50, 75, 100].map(
    (percent) =>
      `<line x1="${plotMargin.left}" x2="${plotWidth - plotMargin.right}" y1="${y(percent)}" y2="${y(percent)}" stroke="#ddd"/><text x="${plotMargin.left - 8}" y="${y(percent) + 4}" text-anchor="end">${percent}</text>`,
  );
}

function policyLegend(policies: readonly string[]): string[] {
  return policies.map((policy, i) => {
    const at = plotMargin.top + 18 * i;
    const left = plotWidth - plotMargin.right + 16;
    return `<circle cx="${left}" cy="${at}" r="4.5" fill="${policyColours[i % policyColours.length]}"/><text x="${left + 10}" y="${at + 4}">${policy}</text>`;
  });
}
