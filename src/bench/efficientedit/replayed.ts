import type { Token, TokenTarget } from "../../core/target.ts";
import type { Speller } from "../../draft/spelling.ts";
import { replayTarget } from "../../engines/replay.ts";
import { createStandIn, standInPredictor } from "../baselines/stand-in.ts";
import type { DecodeCase } from "../decode/cases.ts";
import type { RecordedCase } from "../decode/replay.ts";
import type { TraceRecord } from "../traces/data.ts";
import type { TableMethod } from "./methods.ts";
import { generateBy, type MethodRun, methodRun, type Pricing } from "./runs.ts";

export interface ReplayVocabulary extends Pick<TokenTarget, "tokenize" | "detokenize"> {
  readonly info: { readonly vocabSize: number };
  isEnd(token: Token): boolean;
}

/** Tokens' bytes, each asked for once: a replay asks a million times. */
export interface KnownBytes {
  learn(tokens: readonly Token[]): Promise<void>;
  of(tokens: readonly Token[]): Uint8Array;
  readonly speller: Speller;
}

export function rememberedBytes({ detokenize }: Pick<TokenTarget, "detokenize">): KnownBytes {
  const bytes = new Map<Token, Buffer>();
  const texts = new Map<Token, string>();
  return {
    async learn(tokens) {
      const asked = [...new Set(tokens)].filter((token) => !bytes.has(token));
      if (asked.length === 0) return;
      // A target that remembers its tokens' texts learns all of them from one question.
      await detokenize(asked);
      for (const token of asked) {
        const own = Buffer.from(await detokenize([token]));
        bytes.set(token, own);
        texts.set(token, own.toString());
      }
    },
    of: (tokens) => Buffer.concat(tokens.map((token) => bytes.get(token) ?? Buffer.alloc(0))),
    speller: (tokens) => tokens.map((token) => texts.get(token) ?? ""),
  };
}

/** A target that answers with a recorded output, and ends after it. */
export async function recordedTarget(
  { one, output }: RecordedCase,
  vocabulary: ReplayVocabulary,
  bytes: KnownBytes,
): Promise<TokenTarget> {
  const { prompt, source = [], context = [] } = one.request;
  const last = output.at(-1);
  const written = last !== undefined && vocabulary.isEnd(last) ? output.slice(0, -1) : output;
  for (const text of [prompt, source, written, ...context]) await bytes.learn(text);
  // One token more than the vocabulary: the end, so that no recorded token can end the replay.
  const end = vocabulary.info.vocabSize;
  return replayTarget({
    recording: { prompt, output: written },
    vocabSize: end + 1,
    end,
    detokenize: bytes.of,
  });
}

export interface ReplayedRunsOptions {
  readonly cases: readonly RecordedCase[];
  readonly vocabulary: ReplayVocabulary;
  readonly bytes: KnownBytes;
  /** The methods for a case: a stand-in of a draft model knows the output. */
  readonly methodsFor: (recorded: RecordedCase) => readonly TableMethod[];
  readonly pricing: Pricing;
  readonly progress: (done: number, of: number) => void;
}

/** Every recorded output by every lossless method; times are modelled. */
export async function replayedRuns(options: ReplayedRunsOptions): Promise<MethodRun[]> {
  const { cases, vocabulary, bytes, pricing, progress } = options;
  const runs: MethodRun[] = [];
  for (const [i, recorded] of cases.entries()) {
    const target = await recordedTarget(recorded, vocabulary, bytes);
    for (const method of options.methodsFor(recorded)) {
      if (!method.lossless) continue;
      const counted = await generateBy(target, method, recorded.one);
      runs.push(methodRun(method, recorded.one, counted, pricing));
    }
    progress(i + 1, cases.length);
  }
  return runs;
}

/** The recorded edits themselves as outputs: those of a 32B model, or human ones. */
export async function editsAsOutputs(
  cases: readonly DecodeCase[],
  records: ReadonlyMap<string, TraceRecord>,
  { tokenize }: Pick<TokenTarget, "tokenize">,
): Promise<RecordedCase[]> {
  return Promise.all(
    cases.map(async (one) => {
      const { edited } = records.get(one.id)!;
      const output = await tokenize(`${edited.replace(/\n$/, "")}\n\`\`\``);
      return { one: { ...one, maxTokens: Number.MAX_SAFE_INTEGER }, output };
    }),
  );
}

/** A stand-in for the draft model of a recorded edit. */
export function standInFor(
  { one, output }: RecordedCase,
  vocabSize: number,
): ReturnType<typeof standInPredictor> {
  const { prompt, source = [] } = one.request;
  const { id, task } = one;
  const trace = { id, task, prompt, source, output, context: [], sketch: [], reuse: 0 };
  return standInPredictor(createStandIn(trace, vocabSize));
}
