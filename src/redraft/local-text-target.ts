import type { DecodeStep } from "../core/decode.ts";
import type {
  LocalModelFacts,
  ModelWork,
  Origin,
  PassAccount,
  TextTarget,
} from "../core/target.ts";
import type { LlamaTarget } from "../engines/llama/target.ts";
import { serveModel } from "../redraft/serve-model.ts";
import { detectChatTemplate } from "../session/chat-template.ts";
import { editPlanner } from "./local-model.ts";

/**
 * A GGUF as a text target: the prediction is drafted from, and the model verifies it. Takes the target over. `drafting` false = plain
 * decoding.
 */
export async function localTextTarget(
  target: LlamaTarget,
  { drafting = true }: { readonly drafting?: boolean | undefined } = {},
): Promise<TextTarget> {
  const createPlanner = drafting ? () => editPlanner(target) : undefined;
  const model = serveModel({ target, ...(createPlanner && { createPlanner }) });
  const template = await detectChatTemplate(target);
  const count: LocalModelFacts["count"] = async (messages) =>
    (await target.tokenize(await template(messages), { special: true })).length;
  const { parameters, trainedContext } = target.info;
  const { contextSize } = target.capabilities;
  return {
    kind: "text",
    name: target.name,
    local: {
      parameters,
      trainedContext,
      contextSize,
      count,
      seconds: (work) => expectedSeconds(target, work),
    },
    async *complete(messages, { prediction, maxTokens, signal }) {
      const prompt = await target.tokenize(await template(messages), { special: true });
      const predicted = prediction ? await target.tokenize(prediction) : undefined;
      let tokens = 0;
      let accepted = 0;
      let passes: PassAccount[] = [];
      const writing = model.generate({
        prompt,
        onPass(step) {
          tokens += step.tokens.length;
          accepted += step.accepted;
          passes.push(passAccount(step));
        },
        ...(predicted && { prediction: predicted }),
        ...(maxTokens !== undefined && { maxTokens }),
        signal: signal ?? new AbortController().signal,
      });
      for (;;) {
        const step = await writing.next();
        if (!step.done) {
          yield { text: step.value, tokens, accepted, passes };
          tokens = 0;
          accepted = 0;
          passes = [];
          continue;
        }
        const { finish, stats } = step.value;
        yield {
          text: "",
          finish,
          usage: {
            promptTokens: prompt.length,
            completionTokens: stats.tokens,
            ...(predicted && { acceptedPredictionTokens: stats.acceptedByOrigin.source ?? 0 }),
          },
        };
        return;
      }
    },
    dispose: () => model.dispose(),
  };
}

function passAccount({ tokens, drafted, accepted, ms, origins }: DecodeStep): PassAccount {
  const runs: [Origin, number][] = [];
  for (const origin of origins) {
    const last = runs.at(-1);
    if (last?.[0] === origin) last[1] += 1;
    else runs.push([origin, 1]);
  }
  return { tokens: tokens.length, drafted, accepted, ms, origins: runs };
}

/** Tokens of a pass that reads a prompt, by which its speed is taken from the curve. */
const readingPass = 64;
/** Of what the machine could gain by drafts that are always right: rejected drafts and short ones take the rest. */
const draftYield = 0.7;

/** What the measured cost of passes says of this work, in seconds. */
function expectedSeconds(
  { cost }: LlamaTarget,
  { promptTokens, outputTokens, predictedTokens }: ModelWork,
): number | undefined {
  if (cost.source !== "measured") return undefined;
  const step = cost.points[0]!.ms;
  const reading = (cost.at(readingPass) * step) / readingPass;
  const gain = Math.max(1, ...cost.points.map(({ tokens }) => tokens / cost.at(tokens)));
  const predicted = step / Math.max(1, draftYield * gain);
  const own = Math.max(0, outputTokens - predictedTokens);
  return (promptTokens * reading + predictedTokens * predicted + own * step) / 1000;
}
