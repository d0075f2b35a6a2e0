import { createHash } from "node:crypto";
import { RedraftError } from "../../core/errors.ts";
import { loadTokenizer } from "../../engines/bpe.ts";
import { createRedraft } from "../../redraft/create-redraft.ts";
import { createStandIn } from "../baselines/stand-in.ts";
import { readTraces, type TraceRecord, tokenizeTrace } from "../traces/data.ts";
import { replayTrace } from "../traces/run.ts";
import { spellerOf } from "../traces/speller.ts";
import { namedStrategies, strategies } from "../traces/strategies.ts";
import { weightsFor } from "../traces/weights.ts";
import type { DraftedPass, EditWork } from "./work.ts";

/** Most tokens that vLLM verifies per request and step, less the model's own. */
const mostDrafted = 127;

export interface RecordedWorkOptions {
  readonly data: string;
  readonly vocab: string;
  readonly limit?: number;
}

/** Recorded edits as work: replayed with the source as prediction, and merged from their ideal sketch. */
export async function recordedWork(
  { data, vocab, limit }: RecordedWorkOptions,
  note: (text: string) => void,
): Promise<EditWork[]> {
  const tokenizer = await loadTokenizer(vocab);
  const speller = spellerOf(tokenizer);
  const [strategy] = namedStrategies(strategies, ["redraft-line"]);
  const redraft = createRedraft({});
  const work: EditWork[] = [];
  for (const suite of readTraces(data)) {
    for (const record of suite.records.slice(0, limit)) {
      const trace = tokenizeTrace(record, tokenizer);
      const standIn = createStandIn(trace, tokenizer.vocabSize);
      const context = { speller, weights: weightsFor(trace.task), cost: () => 1, standIn };
      const { passes } = await replayTrace(strategy!, trace, context, tokenizer.vocabSize, false);
      const merged = record.sketch === undefined ? {} : await mergeOf(record, redraft);
      work.push({
        id: record.id,
        prompt: trace.prompt.length,
        key: createHash("sha256").update(record.original).digest("hex").slice(0, 12),
        shared: trace.source.length,
        output: trace.output.length,
        passes: cutPasses(passes, trace.output.length),
        ...merged,
      });
      if (work.length === 1 && merged.proved !== undefined) {
        // The first merge also loads grammars.
        work[0] = { ...work[0]!, ...(await mergeOf(record, redraft)) };
      }
      note(`\r${suite.name} ${work.length}\u001b[K`);
    }
  }
  note("\r\u001b[K");
  return work;
}

type MergedRecord = Pick<EditWork, "proved" | "mergeSeconds">;

async function mergeOf(
  { original, edited, sketch }: TraceRecord,
  redraft: ReturnType<typeof createRedraft>,
): Promise<MergedRecord> {
  const started = process.cpuUsage();
  let text: string | null = null;
  try {
    ({ text } = await redraft.apply({ path: "edit.py", source: original, edit: sketch! }));
  } catch (error) {
    if (!(error instanceof RedraftError)) throw error;
  }
  const { user, system } = process.cpuUsage(started);
  const mergeSeconds = (user + system) / 1e6;
  return { proved: text !== null && text.trimEnd() === edited.trimEnd(), mergeSeconds };
}

/**
 * Passes of a replay as drafted and written tokens; a draft of more than 127 tokens continues in the next pass. The
 * replay says of a pass how many tokens were written before it, since the pass before.
 */
export function cutPasses(
  replayed: readonly { readonly committed: number; readonly nodes: number }[],
  output: number,
): DraftedPass[] {
  const passes: DraftedPass[] = [];
  let left = output;
  for (const [index, { nodes }] of replayed.entries()) {
    let written = Math.min(left, replayed[index + 1]?.committed ?? left);
    let drafted = Math.max(nodes, written - 1);
    left -= written;
    while (written > mostDrafted + 1) {
      passes.push({ drafted: mostDrafted, written: mostDrafted + 1 });
      written -= mostDrafted + 1;
      drafted -= mostDrafted + 1;
    }
    if (written > 0) passes.push({ drafted: Math.min(mostDrafted, drafted), written });
  }
  return passes;
}
