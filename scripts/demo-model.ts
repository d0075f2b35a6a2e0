import { RedraftError } from "../src/core/errors.ts";
import type { Ambiguous } from "../src/core/merge.ts";
import type { EditRequest } from "../src/core/request.ts";
import { readEdit } from "../src/edit/read.ts";
import { llamaTarget } from "../src/engines/llama/target.ts";
import { merge } from "../src/merge/merge.ts";
import { createRedraft } from "../src/redraft/create-redraft.ts";
import { generateWith } from "../src/redraft/local-model.ts";
import { modelFile } from "../src/redraft/settle-route.ts";
import { applyFormats } from "../src/settle/model/apply-formats.ts";
import { openRegion } from "../src/settle/model/region.ts";
import { judgeRegion, writeRegion } from "../src/settle/model/region-route.ts";
import { dim, heading, linesOf, paint, painted, print, printDiff } from "./demo-print.ts";

/** Shows what becomes of an edit that the merge alone cannot place: `--model default`. */
export async function showModelRoute(request: EditRequest): Promise<void> {
  const edit = readEdit(request.edit, request);
  const outcome = merge(request.source, edit);
  if (outcome.kind !== "ambiguous") throw new Error(`the example is ${outcome.kind}`);
  showOpen(request, outcome);
  await showRoute(request);
  await showWriting(request, outcome);
}

function showOpen({ path, source, edit }: EditRequest, { candidates }: Ambiguous): void {
  heading(
    "OPEN",
    "a diff whose context lacks the comment above Done: where does the new function go?",
  );
  for (const line of linesOf(edit)) print(`  ${painted(line)}`);
  for (const [i, { text }] of candidates.entries()) {
    print(`\n  ${paint(1, `candidate ${i + 1}`)}`);
    printDiff(path, source, text);
  }
}

async function showRoute(request: EditRequest): Promise<void> {
  heading(
    "SETTLED",
    "with --model default: a ranker learnt from real edits; without a model: refused",
  );
  const redraft = createRedraft({ settle: "ranker" });
  try {
    const done = await redraft.apply(request);
    print(`  route       ${done.route}: ${done.routeReason}`);
    if (done.confidence !== undefined)
      print(`  confidence  ${(100 * done.confidence).toFixed(1)} %, in ${done.ms.toFixed(1)} ms\n`);
    printDiff(done.path, request.source, done.text!);
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    print(`  refused     ${linesOf(error.message)[0]}`);
  } finally {
    await redraft.dispose();
  }
}

/** The same region, written by the shipped weights: drafts are verified many tokens at a time. */
async function showWriting(request: EditRequest, outcome: Ambiguous): Promise<void> {
  heading(
    "WRITTEN",
    "the same region by the shipped weights, drafting from source, sketch and candidates",
  );
  try {
    const target = await llamaTarget({
      model: await modelFile("apply"),
      contextSize: 4096,
      cost: "measured",
    });
    try {
      const options = {
        target,
        format: applyFormats.redraft,
        generate: generateWith(target),
        longest: 1792,
      };
      const region = openRegion(
        request.source,
        readEdit(request.edit, request),
        outcome.candidates,
      );
      const sequence = await target.open();
      const judged = await judgeRegion(sequence, region, outcome, options);
      const written = judged && (await writeRegion(sequence, judged, options));
      await sequence.dispose();
      if (written === undefined) return print("  too long, or not finished: nothing written");
      const { lines, stats } = written;
      const texts = outcome.candidates.map(({ text }, i) =>
        text.split("\n").slice(region.candidates[i]!.start, region.candidates[i]!.end).join("\n"),
      );
      const found = texts.indexOf(lines.join("\n"));
      print(
        `  ${paint(1, `${stats.tokens} tokens in ${stats.forwards} passes`)}: ${stats.acceptedTokens} of ${stats.draftTokens} drafted ones accepted, ${stats.ms.toFixed(0)} ms`,
      );
      print(`  it wrote ${found < 0 ? "none of the candidates" : `candidate ${found + 1}`}`);
      print(
        dim(
          "  (shown for the decoding: Redraft takes nothing that these weights write before that is measured right in 99 of 100)",
        ),
      );
    } finally {
      await target.dispose();
    }
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    print(`  not here: ${linesOf(error.message)[0]}`);
  }
}
