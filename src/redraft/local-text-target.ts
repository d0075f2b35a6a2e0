import type { TextTarget } from "../core/target.ts";
import type { LlamaTarget } from "../engines/llama/target.ts";
import { serveModel } from "../redraft/serve-model.ts";
import { detectChatTemplate } from "../session/chat-template.ts";
import { editPlanner } from "./local-model.ts";

/** A GGUF as a text target: the prediction is drafted from, and the model verifies it. Takes the target over. */
export async function localTextTarget(target: LlamaTarget): Promise<TextTarget> {
  const model = serveModel({ target, createPlanner: () => editPlanner(target) });
  const template = await detectChatTemplate(target);
  return {
    kind: "text",
    name: target.name,
    async *complete(messages, { prediction, maxTokens, signal }) {
      const prompt = await target.tokenize(await template(messages), { special: true });
      const predicted = prediction ? await target.tokenize(prediction) : undefined;
      const writing = model.generate({
        prompt,
        ...(predicted && { prediction: predicted }),
        ...(maxTokens !== undefined && { maxTokens }),
        signal: signal ?? new AbortController().signal,
      });
      for (;;) {
        const step = await writing.next();
        if (!step.done) {
          yield { text: step.value };
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
