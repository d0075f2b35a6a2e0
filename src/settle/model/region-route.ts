import { type Logger, silentLogger } from "../../core/logger.ts";
import type { Ambiguous } from "../../core/merge.ts";
import type { ModelAnswer, ModelTask } from "../../core/route.ts";
import type { DraftRequest, Sequence, SpeculationStats, Token } from "../../core/target.ts";
import type { LocalTarget } from "./apply-formats.ts";
import { type AskOptions, askedQuestion, regionPrompt, type ScoredQuestion } from "./asked.ts";
import { type Calibration, confidenceOf, type Evidence, evidenceFor, weigh } from "./confidence.ts";
import { openRegion, type Region } from "./region.ts";
import { withRegion, wrongInRegion } from "./region-answer.ts";
import { type Likelihood, scoreCandidates } from "./score-candidates.ts";

/** Writes after what the sequence holds; wired to the decode core by the caller. */
export type Generate = (
  sequence: Sequence,
  options: {
    readonly request: DraftRequest;
    readonly maxTokens: number;
    readonly stop: readonly string[];
    readonly onText?: (text: string, origin: string) => void;
    readonly signal?: AbortSignal;
  },
) => Promise<{
  readonly text: string;
  readonly finish: "end" | "stop" | "length" | "context";
  readonly stats: SpeculationStats;
}>;

/**
 * Calibrations of the two ways to an answer; a way without one is not taken. `agreement` is for models that nobody
 * has measured: an answer is taken where ranking and writing, asked apart, name the same candidate.
 */
export type RegionCalibration =
  | { readonly rank?: Calibration; readonly write?: Calibration }
  | "agreement";

export interface RegionRouteOptions extends AskOptions {
  readonly generate: Generate;
  readonly calibration: RegionCalibration;
  readonly logger?: Logger;
}

/** Everything the model says about one open region. */
export interface RegionJudgement extends ScoredQuestion {
  readonly region: Region;
  /** Whether lines that no candidate touches were left out of the question, so that it is short. */
  readonly cropped: boolean;
  readonly scores: readonly Likelihood[];
}

/**
 * Settles what an ambiguous merge leaves open. The candidates are scored in one forward pass over the shared
 * prompt; a clear winner is taken. Otherwise the model writes the region, drafting from candidates, source and
 * sketch; what it writes must pass the checks and be likely enough. Returns undefined if the model cannot decide either.
 */
export async function settleRegion(
  task: ModelTask,
  options: RegionRouteOptions,
): Promise<ModelAnswer | undefined> {
  const { outcome, edit, request, signal } = task;
  if (outcome?.kind !== "ambiguous" || edit === undefined) return undefined;
  const { target, calibration, logger = silentLogger } = options;
  const { rank, write } = calibration === "agreement" ? {} : calibration;
  if (calibration !== "agreement" && !rank && !write) return undefined;

  const region = openRegion(request.source, edit, outcome.candidates);
  const sequence = await target.open();
  try {
    const judged = await judgeRegion(
      sequence,
      region,
      outcome,
      options,
      request.instruction,
      signal,
    );
    if (judged === undefined) {
      logger.debug("the open region is longer than the model can read", { path: request.path });
      return undefined;
    }
    const evidence = weigh(judged.scores);
    const best = outcome.candidates[evidence.best]!.text;
    if (rank) {
      const confidence = confidenceOf(evidence, rank);
      logger.debug("candidates ranked", { ...evidence, confidence });
      if (confidence >= rank.threshold)
        return { text: best, why: whyRanked(task, target), confidence };
      if (!write) return undefined;
    }

    const written = await writeRegion(sequence, judged, options, task);
    if (written === undefined) return undefined;
    const { lines, stats } = written;
    const wrong = wrongInRegion(region, edit, lines);
    if (wrong !== undefined) {
      logger.debug("the written region fails a check", { wrong });
      return undefined;
    }
    const text = withRegion(outcome.candidates[0]!, region.candidates[0]!, lines);
    if (calibration === "agreement") {
      const why = `${whyRanked(task, target)} and wrote the same one when asked separately (this model's confidence was never measured)`;
      return text === best ? { text, why, stats } : undefined;
    }
    if (!write || judged.cropped) return undefined;
    const own = await scoreWritten(sequence, judged, lines, options, signal);
    const confidence = confidenceOf(own, write);
    logger.debug("region written", { ...own, confidence });
    if (confidence < write.threshold) return undefined;
    const why = `the merge was ambiguous; ${target.name} wrote the open region`;
    return { text, why, confidence, stats };
  } finally {
    await sequence.dispose().catch(() => {});
  }
}

function whyRanked({ outcome }: ModelTask, target: LocalTarget): string {
  const count = outcome?.kind === "ambiguous" ? outcome.candidates.length : 0;
  return `the merge was ambiguous; of its ${count} candidates ${target.name} finds one clearly likelier`;
}

/**
 * Scores the candidates, asked about the disputed lines and what surrounds them; undefined where even that is longer than the
 * model can read.
 */
export async function judgeRegion(
  sequence: Sequence,
  region: Region,
  outcome: Ambiguous,
  options: AskOptions,
  instruction?: string,
  signal?: AbortSignal,
): Promise<RegionJudgement | undefined> {
  const asked = await askedQuestion(region, outcome.candidates, options, instruction);
  if (asked === undefined) return undefined;
  await sequence.append(asked.prompt, signal);
  const scores = await scoreCandidates(
    sequence,
    options.target.capabilities,
    asked.answers,
    signal,
  );
  return { region, ...asked, scores };
}

/** Lets the model write the whole region; the sequence holds the prompt of the judgement. */
export async function writeRegion(
  sequence: Sequence,
  judged: RegionJudgement,
  options: Pick<RegionRouteOptions, "target" | "format" | "generate" | "longest">,
  { request, onText, signal }: Partial<Pick<ModelTask, "request" | "onText" | "signal">> = {},
): Promise<{ readonly lines: readonly string[]; readonly stats: SpeculationStats } | undefined> {
  const { target, format, generate, longest } = options;
  const { region, cropped, answers } = judged;
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
  let prompt: readonly Token[] | undefined = judged.prompt;
  if (cropped) {
    prompt = await regionPrompt(region.original, region, options, request?.instruction);
    // The answer is about as long as the region.
    if (prompt === undefined || 1.5 * prompt.length > longest) return undefined;
    await sequence.truncate(0);
    await sequence.append(prompt, signal);
  }
  // The last token of the prompt is fed again, for the row that follows it.
  await sequence.truncate(prompt.length - 1);
  const written = await generate(sequence, {
    request: {
      prompt: prompt.slice(-1),
      source: await target.tokenize(text(region.original)),
      sketch: await target.tokenize(text(region.sketch)),
      candidates: answers,
    },
    maxTokens: longest - prompt.length,
    stop: format.stop,
    ...(onText && { onText }),
    ...(signal && { signal }),
  });
  const lines = format.read(written.text);
  if ((written.finish !== "end" && written.finish !== "stop") || lines === undefined)
    return undefined;
  return { lines, stats: written.stats };
}

/** The evidence for what the model wrote, beside the candidates that it did not write; for a question that was not cropped. */
export async function scoreWritten(
  sequence: Sequence,
  { prompt, answers, scores }: RegionJudgement,
  lines: readonly string[],
  { target, format }: Pick<RegionRouteOptions, "target" | "format">,
  signal?: AbortSignal,
): Promise<Evidence> {
  const answer = await format.answer(target, lines);
  const same = answers.findIndex((other) => other.join() === answer.join());
  await sequence.truncate(prompt.length);
  const own =
    same >= 0
      ? scores[same]!
      : (await scoreCandidates(sequence, target.capabilities, [answer], signal))[0]!;
  const others = scores.filter((_, i) => i !== same);
  const evidence = evidenceFor(0, [own, ...others]);
  return { ...evidence, first: same === 0, candidates: answers.length };
}
