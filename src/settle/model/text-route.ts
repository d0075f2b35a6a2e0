import { RedraftError } from "../../core/errors.ts";
import { type Logger, silentLogger } from "../../core/logger.ts";
import type { Candidate } from "../../core/merge.ts";
import type { ModelAnswer, ModelRoute, ModelTask } from "../../core/route.ts";
import { throwIfStopped } from "../../core/signal.ts";
import type { SpeculationStats, TextTarget } from "../../core/target.ts";
import { withoutThoughts } from "../../text/model-answer.ts";
import {
  type ApplyDialogue,
  type ApplyFormatName,
  type ApplyQuestion,
  applyFormats,
  chatApplyFormat,
} from "./apply-formats.ts";
import { openRegion, type Region } from "./region.ts";
import { withRegion, wrongInRegion } from "./region-answer.ts";

export interface TextModelOptions {
  /** A model behind a chat API. */
  readonly target: TextTarget;
  /** How it is asked; default: by its name, else as any chat model. `redraft` needs role tokens, which a chat has not. */
  readonly promptFormat?: ApplyFormatName;
  /** Its name, where the target learns it only from the server. */
  readonly modelName?: (signal?: AbortSignal) => Promise<string>;
  readonly logger?: Logger;
}

/** Longest question, in characters: a region is small. */
const largestQuestion = 100_000;

/**
 * The model route on a model that only writes text. Of an ambiguous merge it is asked twice, apart: to write the open
 * region, with the source as the prediction, and to choose among the merge's candidates. An answer is taken where
 * both name the same one; nobody has measured this model's confidence. The route becomes the owner of the target.
 */
export function textModelRoute(options: TextModelOptions): ModelRoute {
  const { target, promptFormat, modelName, logger = silentLogger } = options;
  if (promptFormat !== undefined && applyFormats[promptFormat].dialogue === undefined) {
    throw new RedraftError(
      "usage",
      `the prompt format ${promptFormat} is made of role tokens, which a chat API does not take`,
    );
  }

  async function settle(task: ModelTask): Promise<ModelAnswer | undefined> {
    const { outcome, edit, request, signal, onText } = task;
    if (outcome?.kind !== "ambiguous" || edit === undefined) return undefined;
    const { candidates } = outcome;
    const region = openRegion(request.source, edit, candidates);
    const question: ApplyQuestion = {
      original: region.original,
      sketch: region.sketch,
      ...(request.instruction !== undefined && { instruction: request.instruction }),
    };
    const choice = choiceMessages(question, candidates, region);
    if (choice.reduce((sum, { content }) => sum + content.length, 0) > largestQuestion) {
      logger.debug("the open region is longer than the model is asked", { path: request.path });
      return undefined;
    }
    const name = promptFormat === undefined ? await modelName?.(signal) : undefined;
    const format = promptFormat ? applyFormats[promptFormat] : chatApplyFormat(name ?? target.name);
    const { messages, open, close } = format.dialogue!;
    const asked = askerOf(target, signal);
    const written = await asked(messages(question), {
      prediction: `${open}${region.original.join("\n")}${close}`,
      ...(onText && { onText: (text: string) => onText(text, "target") }),
    });
    const inner = written === undefined ? undefined : between(written, open, close);
    const lines = inner === undefined ? undefined : format.read(inner);
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
    if (same < 0) {
      logger.debug("what the model wrote is none of the candidates");
      return undefined;
    }
    const chosen = /^\s*(\d+)\b/.exec((await asked(choice)) ?? "")?.[1];
    if (Number(chosen) !== same + 1) {
      logger.debug("the model wrote one candidate and chose another", { same: same + 1, chosen });
      return undefined;
    }
    const why = `the merge was ambiguous; of its ${candidates.length} candidates ${target.name} wrote one and chose the same one when asked separately (this model's confidence was never measured)`;
    return { text, why, stats: asked.stats() };
  }

  return { name: target.name, settle, dispose: () => target.dispose() };
}

type Messages = ReturnType<ApplyDialogue["messages"]>;

interface Ask {
  /** The whole answer without thoughts; undefined where it was cut off. */
  (
    messages: Messages,
    more?: { readonly prediction?: string; readonly onText?: (text: string) => void },
  ): Promise<string | undefined>;
  /** What the server counted. Passes are its own business. */
  stats(): SpeculationStats;
}

function askerOf(target: TextTarget, signal: AbortSignal | undefined): Ask {
  const counts = { tokens: 0, positions: 0, drafts: 0, draftTokens: 0, acceptedTokens: 0 };
  const started = performance.now();
  const asked = async (
    messages: Messages,
    { prediction, onText }: { prediction?: string; onText?: (text: string) => void } = {},
  ): Promise<string | undefined> => {
    let text = "";
    let whole = false;
    const more = { ...(prediction && { prediction }), ...(signal && { signal }) };
    for await (const chunk of target.complete(messages, more)) {
      throwIfStopped(signal);
      text += chunk.text;
      if (chunk.text !== "") onText?.(chunk.text);
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
    return whole ? withoutThoughts(text) : undefined;
  };
  const stats = (): SpeculationStats => ({
    ...counts,
    forwards: 0,
    draftForwards: 0,
    acceptedByOrigin: counts.acceptedTokens > 0 ? { source: counts.acceptedTokens } : {},
    ms: performance.now() - started,
  });
  return Object.assign(asked, { stats });
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
  const versions = candidates.map((candidate, i) => {
    const { start, end } = region.candidates[i]!;
    const lines = candidate.text.split(/\r\n|\n|\r/).slice(start, end);
    return `<merged number="${i + 1}">\n${lines.join("\n")}\n</merged>`;
  });
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
