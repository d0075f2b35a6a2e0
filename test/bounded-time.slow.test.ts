import { describe, expect, it } from "vitest";
import { formatNames } from "../src/core/edit.ts";
import { RedraftError } from "../src/core/errors.ts";
import { parseApplyPrompt } from "../src/http/apply-prompt.ts";
import { createRedraft } from "../src/redraft/create-redraft.ts";
import { splitPatch } from "../src/workspace/patches.ts";

/** Refusals are answers; what is no `RedraftError` is a defect. */
async function answered(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!RedraftError.is(error) && (error as { name?: string }).name !== "ApiError") throw error;
  }
}

/** The least CPU time of up to three tries. What takes four times as long as is enough is not tried again. */
async function leastTimeOf(enough: number, work: () => Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && least > enough; tries++) {
    if (tries > 0 && least > 4 * enough) break;
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

type Shape = (run: string, share: number) => string;

describe("every edit is answered in bounded time", { timeout: 120_000 }, () => {
  const redraft = createRedraft();
  /** A quarter of a second on a machine of its own, with room for a slow one. What this keeps out grew with the square. */
  const enough = 2_500;
  /** Every format is tried at a tenth of the size first, where such growth takes a hundredth of the time. */
  const share = 0.1;
  const shapes: readonly (readonly [string, Shape])[] = [
    ["one line of 100 kB", (run, share) => `${run.repeat((100_000 * share) / run.length)}x\n`],
    ["10,000 short lines", (run, share) => `${run}\n`.repeat(10_000 * share)],
  ];
  const pieces = [
    " ",
    "*",
    "-",
    "/* ",
    "...",
    "[",
    "{",
    '"',
    "\\",
    "```",
    "=======",
    "@@",
    "+a",
  ].concat(
    [
      "<<<<<<< SEARCH",
      ">>>>>>> REPLACE",
      "// ... existing code ...",
      "--- a/b",
      "*** Update File: a.js",
    ],
    ["// removed a()", "<code>", "diff --git a/a b/a", "12 | a", "}", "a b ("],
  );
  const inputs = shapes.flatMap(([shape, make]) =>
    pieces.map((piece) => [`${shape} of ${JSON.stringify(piece)}`, make, piece] as const),
  );

  it.each(inputs)("%s", async (_, make, piece) => {
    const whole = make(piece, 1);
    const part = make(piece, share);
    const own = (edit: string): string => `first();\n${edit}last();\n`;
    const requests = [
      ...(["auto", ...formatNames] as const).map((format) => ({
        format,
        source: () => "a();\nb();\n",
      })),
      { format: "auto", source: own } as const,
    ];
    for (const { format, source } of requests) {
      const time = (edit: string, enough: number): Promise<number> =>
        leastTimeOf(enough, () =>
          answered(() => redraft.apply({ path: "a.js", source: source(edit), edit, format })),
        );
      // What nobody names a format for is tried at the full size in any case.
      const bound = enough * share ** 2;
      if (format !== "auto" && (await time(part, bound)) <= bound) continue;
      expect(await time(whole, enough), format).toBeLessThan(enough);
    }
    const ms = await leastTimeOf(enough, () =>
      answered(() => {
        splitPatch(whole);
        parseApplyPrompt(`<instruction>a</instruction>\n<code>${whole}</code>\n<update>${whole}`);
      }),
    );
    expect(ms).toBeLessThan(enough);
  });
});
