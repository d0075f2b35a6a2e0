import type { LlamaTarget } from "../../engines/llama/target.ts";
import type { KvPolicy } from "../../session/change-plan.ts";
import { divergence, divergenceTopK } from "../../session/divergence.ts";
import { createSessions } from "../../session/sessions.ts";
import { decode } from "../../verify/decode.ts";
import { nextRow } from "./measure.ts";
import { type SourceFile, seededNumbers } from "./sources.ts";

/** Random edits in a row on one document; every so many the next token is compared with full evaluation. */
export interface DriftRow {
  readonly suite: "kv-drift";
  readonly model: string;
  readonly policy: KvPolicy;
  readonly edits: number;
  /** Tokens of the document, mean. */
  readonly length: number;
  readonly compared: number;
  /** Share of compared places with the same likeliest token, in percent: in the first and in the last tenth of the edits, and in all. */
  readonly top1: number;
  readonly top1First: number;
  readonly top1Last: number;
  /** Kullback-Leibler divergence in nats: median, and the largest. */
  readonly kl: number;
  readonly largestKl: number;
  /** Of the tokens that full evaluation after each edit would take, those that were not evaluated. */
  readonly savedOfSuffix: number;
}

/** @param every edits between comparisons */
export async function runDrift(
  target: LlamaTarget,
  files: readonly SourceFile[],
  options: {
    readonly policies: readonly KvPolicy[];
    readonly edits: number;
    readonly every: number;
    readonly lines: number;
  },
): Promise<DriftRow[]> {
  const { policies, edits, every, lines } = options;
  const file = files.find(({ text }) => text.split("\n").length >= lines);
  if (file === undefined) return [];
  const source = file.text.split("\n");
  const rows: DriftRow[] = [];
  for (const policy of policies) {
    const random = seededNumbers(7);
    // The policy alone is measured: no probe corrects it.
    const sessions = createSessions({ target, decode });
    const session = await sessions.open({
      path: file.path,
      text: source.slice(0, lines).join("\n"),
      policy,
      probeEvery: 0,
    });
    await session.next();
    const found: { readonly kl: number; readonly top1: boolean }[] = [];
    let length = 0;
    let recomputed = 0;
    let suffixes = 0;
    for (let i = 1; i <= edits; i++) {
      const report = await session.change({
        text: randomEdit(session.text, source, lines, random),
      });
      recomputed += report.recomputed;
      if (report.savedOfSuffix < 1) suffixes += report.recomputed / (1 - report.savedOfSuffix);
      length += session.tokens.length;
      if (i % every !== 0) continue;
      const row = await session.next({ topK: divergenceTopK });
      const exact = await target.open();
      await exact.append(session.tokens);
      found.push(divergence(await nextRow(exact), row));
      await exact.dispose();
    }
    await sessions.dispose();
    const tenth = Math.max(1, Math.floor(found.length / 10));
    const kls = found.map(({ kl }) => kl).sort((a, b) => a - b);
    rows.push({
      suite: "kv-drift",
      model: target.name,
      policy,
      edits,
      length: Math.round(length / edits),
      compared: found.length,
      top1: percentSame(found),
      top1First: percentSame(found.slice(0, tenth)),
      top1Last: percentSame(found.slice(-tenth)),
      kl: Number((kls[kls.length >> 1] ?? 0).toFixed(4)),
      largestKl: Number((kls.at(-1) ?? 0).toFixed(3)),
      savedOfSuffix: Number((1 - recomputed / Math.max(1, suffixes)).toFixed(3)),
    });
  }
  return rows;
}

const percentSame = (found: readonly { readonly top1: boolean }[]): number =>
  Math.round((100 * found.filter(({ top1 }) => top1).length) / Math.max(1, found.length));

/** Lines of the same file come in, go, or take the place of others; the document stays about as long. */
function randomEdit(
  text: string,
  source: readonly string[],
  lines: number,
  random: () => number,
): string {
  const list = text.split("\n");
  const at = Math.floor(random() * list.length);
  const removed = list.length > lines ? 1 + Math.floor(3 * random()) : Math.floor(2 * random());
  const from = Math.floor(random() * (source.length - 3));
  const added = source.slice(from, from + (list.length > lines ? 0 : 1 + Math.floor(3 * random())));
  list.splice(at, removed, ...added);
  return list.join("\n");
}
