import { describe, expect, it } from "vitest";
import { caseStudy } from "./case-study.ts";
import { caseStudySvg } from "./case-svg.ts";
import { hunksBetween, speedupFigure } from "./figure3.ts";
import { speedupFigureSvg } from "./figure3-svg.ts";
import type { MethodRun } from "./runs.ts";

const original = "a\nb\nc\nd\n";
const texts = { none: "a\nb\nc\nd\n", one: "a\nB\nc\nd\n", two: "A\nb\nc\nD\n" };
const runs = Object.entries(texts).flatMap(([id, text]) =>
  [
    ["ar", 100],
    ["ours", id === "none" ? 10 : 50],
  ].map(
    ([method, ms]): MethodRun => ({
      set: "l1",
      id,
      method: method as string,
      passes: 1,
      draftPasses: 0,
      drafted: 0,
      accepted: 0,
      ms: ms as number,
      finish: "fence",
      output: [1],
      text: `${text}\`\`\``,
    }),
  ),
);
const figure = speedupFigure({
  source: "replayed",
  time: "under <no> curve & none",
  methods: [
    { name: "ar", label: "AR" },
    { name: "ours", label: "Redraft" },
  ],
  runs,
  originals: new Map(Object.keys(texts).map((id) => [id, original])),
});

/** Tags that are opened and not closed, in a text without comments. */
function openTags(svg: string): string[] {
  const open: string[] = [];
  for (const [, close, name, self] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!self) open.push(name!);
  }
  return open;
}

describe("speedupFigure", () => {
  it("counts reused lines and hunks per case, and medians per bin", () => {
    const [series] = figure.series;
    expect(figure.series).toHaveLength(1);
    expect(
      series!.points.map(({ id, reuse, hunks, speedup }) => [id, reuse, hunks, speedup]),
    ).toEqual([
      ["none", 100, 0, 10],
      ["one", 75, 1, 2],
      ["two", 50, 2, 2],
    ]);
    expect(series!.byReuse.map(({ label, cases, median }) => [label, cases, median])).toEqual([
      ["0-20", 0, 0],
      ["20-40", 0, 0],
      ["40-60", 1, 2],
      ["60-80", 1, 2],
      ["80-100", 1, 10],
    ]);
    expect(series!.byHunks.map(({ cases }) => cases)).toEqual([1, 1, 1, 0, 0, 0]);
  });

  it("counts stretches of changes, not lines", () => {
    expect(hunksBetween("a\nb\nc\nd\ne", "a\nX\nY\nd\n")).toBe(2);
    expect(hunksBetween("a\nb", "a\nb\n")).toBe(0);
  });

  it("is drawn with its medians and counts, and escapes what it writes", () => {
    const svg = speedupFigureSvg(figure);
    expect(svg).toContain(">10.0x (1)<");
    expect(svg).toContain("under &lt;no&gt; curve &amp; none");
    expect(svg).toContain("prefers-color-scheme:dark");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(openTags(svg)).toEqual([]);
  });
});

describe("caseStudy", () => {
  const pass = (text: string, accepted: number, drafted: number) => ({
    positions: 1 + drafted,
    accepted,
    tokens: text.length,
    origins: [...text].map((_, i) => (i < accepted ? ("source" as const) : ("target" as const))),
    pieces: [...text],
    text,
    ms: 10,
  });
  const passes = [pass("ab\nc", 3, 5), pass("<d>\n", 0, 0)];
  const output = [..."ab\nc<d>\n"].map((_, i) => i);
  const counted = {
    run: { output, text: "ab\nc<d>\n", passes, finish: "fence" as const, ms: 24 },
    draftPasses: 2,
  };
  const head = {
    set: "l1",
    id: "case",
    method: "ours",
    label: "Redraft",
    unit: "ms",
    plainTotal: 80,
  } as const;

  it("says which pass wrote which part of which line, and when", () => {
    const study = caseStudy(head, counted, { pass: (n) => n, draftPass: 0.5 });
    expect(study.total).toBe(6 + 1 + 1);
    expect(study.passes).toMatchObject([
      { pass: 1, start: 0, time: 6.5, tokens: 4, accepted: 3, lines: [1, 2] },
      { pass: 2, start: 6.5, time: 1.5, tokens: 4, accepted: 0, lines: [2, 2] },
    ]);
    expect(study.passes[0]!.origins).toEqual({ source: 3, target: 1 });
    expect(study.lines).toEqual([
      [{ pass: 1, origin: "source", text: "ab" }],
      [
        { pass: 1, origin: "target", text: "c" },
        { pass: 2, origin: "target", text: "<d>" },
      ],
    ]);
  });

  it("counts the clock's time outside of passes too", () => {
    const study = caseStudy(head, counted);
    expect(study.total).toBe(24);
    expect(study.passes.map(({ start, time }) => [start, time])).toEqual([
      [0, 12],
      [12, 12],
    ]);
  });

  it("is drawn with every pass and every line", () => {
    const svg = caseStudySvg([caseStudy(head, counted)]);
    expect(svg).toContain("2 passes, 3.3x");
    expect(svg).toContain("c&lt;d&gt;");
    expect(svg.match(/<title>pass \d/g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(openTags(svg)).toEqual([]);
  });
});
