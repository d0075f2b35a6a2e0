import type { Edit } from "../../core/edit.ts";
import { RedraftError } from "../../core/errors.ts";
import { type Logger, silentLogger } from "../../core/logger.ts";
import type { Candidate } from "../../core/merge.ts";
import type { ModelAnswer, ModelRoute, ModelTask } from "../../core/route.ts";
import { throwIfStopped } from "../../core/signal.ts";
import type {
  SpeculationStats,
  TextChunk,
  TextOptions,
  TextTarget,
  TokenPrompts,
} from "../../core/target.ts";
import { withoutThoughts } from "../../text/model-answer.ts";
import {
  type ApplyDialogue,
  type ApplyFormat,
  type ApplyFormatName,
  type ApplyQuestion,
  applyFormats,
  chatApplyFormat,
  hasRoleTokens,
} from "./apply-formats.ts";
import { openRegion, type Region } from "./region.ts";
import { withRegion, wrongInRegion } from "./region-answer.ts";

export interface TextModelOptions {
  /** A model that is reached by text alone, such as one behind a server. */
  readonly target: TextTarget;
  /** How it is asked; default: by its tokens and its name, else as any chat model. `redraft` needs a server that takes tokens. */
  readonly promptFormat?: ApplyFormatName;
  /** Its name, where the target learns it only from the server. */
  readonly modelName?: (signal?: AbortSignal) => Promise<string>;
  readonly logger?: Logger;
}

/** Longest question, in characters: a region is small. */
const largestQuestion = 100_000;

/** Prompt and answer together that the models of this repository were trained on, in tokens. */
const longestTrained = 1792;

/** Agreed lines around the dispute in the second question to an apply model: fewer than in the first, and enough to see the places. */
const otherContext = 2;

/**
 * The model route on a model that only writes text. Of an ambiguous merge it is asked twice, apart. A chat model writes
 * the open region, with the candidates as its predictions, and chooses among them by number; an apply model, which knows no
 * other question, writes the region as shown with more and with fewer lines around it. An answer is taken where both name
 * the same candidate; nobody has measured this model's confidence. The route becomes the owner of the target.
 */
export function textModelRoute(options: TextModelOptions): ModelRoute {
  const { target, promptFormat, modelName, logger = silentLogger } = options;
  const isDialogue =
    promptFormat === undefined || applyFormats[promptFormat].dialogue !== undefined;
  if (!isDialogue && target.tokenPrompts === undefined) throw noTokens(promptFormat, target.name);
  let finding: Promise<AskedBy> | undefined;

  async function findWay(signal: AbortSignal | undefined): Promise<AskedBy> {
    if (!isDialogue || promptFormat === undefined) {
      const prompts = await target.tokenPrompts?.(signal);
      if (!isDialogue && prompts === undefined) throw noTokens(promptFormat, target.name);
      if (prompts !== undefined && (!isDialogue || (await knowsRoles(prompts)))) {
        return { format: applyFormats.redraft, prompts };
      }
    }
    const name = promptFormat === undefined ? await modelName?.(signal) : undefined;
    return {
      format: promptFormat ? applyFormats[promptFormat] : chatApplyFormat(name ?? target.name),
    };
  }

  async function wayOf(signal: AbortSignal | undefined): Promise<AskedBy> {
    finding ??= findWay(signal);
    try {
      return await finding;
    } catch (error) {
      finding = undefined;
      throw error;
    }
  }

  /** Has the region written; returns which of the candidates came out. */
  async function writtenCandidate(
    asked: Ask,
    way: AskedBy,
    region: Region,
    known: Ambiguity,
    onText: ModelTask["onText"],
  ): Promise<number | undefined> {
    const { edit, candidates, instruction } = known;
    const question = questionOf(region, instruction);
    const written = await asked.write(way, question, candidateLines(region, candidates), onText);
    const lines = written === undefined ? undefined : writtenRegion(way.format, written);
    if (lines === undefined) {
      logger.warn("the model's answer is not in the form it was asked for", { model: target.name });
      return undefined;
    }
    const wrong = wrongInRegion(region, edit, lines);
    if (wrong !== undefined) {
      logger.debug("the written region fails a check", { wrong });
      return undefined;
    }
    const text = withRegion(candidates[0]!, region.candidates[0]!, lines);
    const same = candidates.findIndex((candidate) => candidate.text === text);
    if (same >= 0) return same;
    logger.debug("what the model wrote is none of the candidates");
    return undefined;
  }

  async function settle(task: ModelTask): Promise<ModelAnswer | undefined> {
    const { outcome, edit, request, signal, onText } = task;
    if (outcome?.kind !== "ambiguous" || edit === undefined) return undefined;
    const { candidates } = outcome;
    const { source, instruction } = request;
    const known: Ambiguity = { edit, candidates, instruction };
    const region = openRegion(source, edit, candidates);
    const choice = choiceMessages(questionOf(region, instruction), candidates, region);
    if (choice.reduce((sum, { content }) => sum + content.length, 0) > largestQuestion) {
      logger.debug("the open region is longer than the model is asked", { path: request.path });
      return undefined;
    }
    const way = await wayOf(signal);
    const other = openRegion(source, edit, candidates, { context: otherContext });
    if (way.prompts !== undefined && other.original.length === region.original.length) {
      logger.debug("the file is too short to ask an apply model twice", { path: request.path });
      return undefined;
    }
    const asked = askerOf(target, signal);
    const same = await writtenCandidate(asked, way, region, known, onText);
    if (same === undefined) return undefined;
    let again: number | undefined;
    let how = "chose the same one when asked separately";
    if (way.prompts === undefined) {
      const chosen = /^\s*(\d+)\b/.exec((await asked(choice)) ?? "")?.[1];
      again = chosen === undefined ? undefined : Number(chosen) - 1;
    } else {
      again = await writtenCandidate(asked, way, other, known, undefined);
      how = "wrote the same one when fewer lines around it were shown";
    }
    if (again !== same) {
      logger.debug("the model wrote one candidate and then another", { same, again });
      return undefined;
    }
    const by = target.answeredBy ? ` (${target.answeredBy})` : "";
    const why = `the merge was ambiguous; of its ${candidates.length} candidates ${target.name}${by} wrote one and ${how} (this model's confidence was never measured)`;
    return { text: candidates[same]!.text, why, stats: asked.stats() };
  }

  return { name: target.name, settle, dispose: () => target.dispose() };
}

/** How a model is asked: by dialogue, or by tokens where there are `prompts`. */
interface AskedBy {
  readonly format: ApplyFormat;
  readonly prompts?: TokenPrompts;
}

/** A server that refuses to show its tokens can still be asked by dialogue. */
async function knowsRoles(prompts: TokenPrompts): Promise<boolean> {
  try {
    return await hasRoleTokens(prompts);
  } catch (error) {
    if (RedraftError.is(error) && error.details.status !== undefined) return false;
    throw error;
  }
}

interface Ambiguity {
  readonly edit: Edit;
  readonly candidates: readonly Candidate[];
  readonly instruction: string | undefined;
}

function noTokens(format: string | undefined, name: string): RedraftError {
  return new RedraftError(
    "usage",
    `the prompt format ${format} is made of role tokens, which ${name} does not take: serve the model with vLLM, SGLang, llama-server or redraft serve.`,
  );
}

function questionOf({ original, sketch }: Region, instruction: string | undefined): ApplyQuestion {
  return { original, sketch, ...(instruction !== undefined && { instruction }) };
}

/** The region's lines in each candidate. */
function candidateLines(region: Region, candidates: readonly Candidate[]): (readonly string[])[] {
  return candidates.map(({ text }, i) => {
    const { start, end } = region.candidates[i]!;
    return text.split(/\r\n|\n|\r/).slice(start, end);
  });
}

function writtenRegion(format: ApplyFormat, written: string): readonly string[] | undefined {
  if (format.dialogue === undefined) return format.read(written);
  const inner = between(written, format.dialogue.open, format.dialogue.close);
  return inner === undefined ? undefined : format.read(inner);
}

type Messages = ReturnType<ApplyDialogue["messages"]>;

interface Ask {
  /** The whole answer without thoughts; undefined where it was cut off. */
  (messages: Messages): Promise<string | undefined>;
  /** Has a region written; `answers` are the lines of the candidates, for drafts. */
  write(
    way: AskedBy,
    question: ApplyQuestion,
    answers: readonly (readonly string[])[],
    onText: ModelTask["onText"],
  ): Promise<string | undefined>;
  /** What the server counted. Passes are its own business. */
  stats(): SpeculationStats;
}

function askerOf(target: TextTarget, signal: AbortSignal | undefined): Ask {
  const counts = { tokens: 0, positions: 0, drafts: 0, draftTokens: 0, acceptedTokens: 0 };
  const started = performance.now();

  async function read(
    chunks: AsyncIterable<TextChunk>,
    onText?: ModelTask["onText"],
  ): Promise<string | undefined> {
    let text = "";
    let whole = false;
    for await (const chunk of chunks) {
      throwIfStopped(signal);
      text += chunk.text;
      if (chunk.text !== "") onText?.(chunk.text, "target");
      if (chunk.finish === undefined) continue;
      whole = chunk.finish === "stop";
      const { usage } = chunk;
      const taken = usage?.acceptedPredictionTokens ?? 0;
      const lost = usage?.rejectedPredictionTokens ?? 0;
      counts.tokens += usage?.completionTokens ?? 0;
      counts.positions += usage?.promptTokens ?? 0;
      counts.drafts += taken + lost > 0 ? 1 : 0;
      counts.draftTokens += taken + lost;
      counts.acceptedTokens += taken;
    }
    return whole ? text : undefined;
  }

  const more = { ...(signal && { signal }) };
  const asked = async (messages: Messages): Promise<string | undefined> => {
    const answer = await read(target.complete(messages, more));
    return answer === undefined ? undefined : withoutThoughts(answer);
  };
  const write: Ask["write"] = async ({ format, prompts }, question, answers, onText) => {
    const { open, close } = format.dialogue ?? { open: "", close: "\n" };
    const answerOf = (lines: readonly string[]): string => `${open}${lines.join("\n")}${close}`;
    const texts: TextOptions = {
      ...more,
      prediction: answerOf(question.original),
      candidates: answers.map(answerOf),
      sketch: question.sketch.join("\n"),
    };
    if (prompts === undefined) {
      const answer = await read(
        target.complete(format.dialogue!.messages(question), texts),
        onText,
      );
      return answer === undefined ? undefined : withoutThoughts(answer);
    }
    const prompt = await format.prompt({ name: target.name, tokenize: prompts.tokenize }, question);
    const room = Math.min(longestTrained, prompts.contextSize ?? longestTrained) - prompt.length;
    // The answer is about as long as the region: what cannot hold it need not be asked.
    if (room < prompt.length / 3) return undefined;
    return read(prompts.complete(prompt, { ...texts, maxTokens: room }), onText);
  };
  const stats = (): SpeculationStats => ({
    ...counts,
    forwards: 0,
    draftForwards: 0,
    acceptedByOrigin: counts.acceptedTokens > 0 ? { source: counts.acceptedTokens } : {},
    ms: performance.now() - started,
  });
  return Object.assign(asked, { write, stats });
}

/** Returns the text between the tags, which may be on lines of their own, or undefined without them. */
function between(answer: string, open: string, close: string): string | undefined {
  const start = answer.indexOf(open.trim());
  const end = answer.lastIndexOf(close.trim());
  const from = start + open.trim().length;
  return start < 0 || end < from ? undefined : answer.slice(from, end);
}

function choiceMessages(
  { original, sketch, instruction }: ApplyQuestion,
  candidates: readonly Candidate[],
  region: Region,
): Messages {
  const versions = candidateLines(region, candidates).map(
    (lines, i) => `<merged number="${i + 1}">\n${lines.join("\n")}\n</merged>`,
  );
  const meant = instruction ? `The update is meant to: ${instruction}\n` : "";
  return [
    {
      role: "system",
      content:
        "You check how an update was merged into code. You answer with one number and nothing else.",
    },
    {
      role: "user",
      content: `The <update> was to be merged into the <code>; lines such as "... existing code ..." in it stand for code that stays as it is. Of the <merged> versions only one puts the update where it was meant. Answer with its number, or with 0 if that cannot be told.
${meant}
<code>
${original.join("\n")}
</code>

<update>
${sketch.join("\n")}
</update>

${versions.join("\n\n")}`,
    },
  ];
}
