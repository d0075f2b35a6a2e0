import { existsSync } from "node:fs";
import { RedraftError } from "../core/errors.ts";
import type { TextTarget } from "../core/target.ts";
import { isServerAddress } from "../target/openai/address.ts";
import { type OpenAiTextTarget, openAiTextTarget } from "../target/openai/chat.ts";
import { serverOptions } from "./server-options.ts";

export interface LargeModelOptions {
  /** Where a server has several models; stands over the name behind `#`. */
  readonly name?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** The model that makes an edit: behind an HTTP address, or a GGUF on this machine. */
export async function largeModel(
  model: string,
  { name, env = process.env, signal }: LargeModelOptions = {},
): Promise<TextTarget | OpenAiTextTarget> {
  if (isServerAddress(model)) {
    return openAiTextTarget(serverOptions(model, { env, ...(name !== undefined && { name }) }));
  }
  if (name !== undefined) {
    throw new RedraftError("usage", "--model-name is for a --model that is the URL of a server.");
  }
  if (model === "none" || model === "default") {
    throw new RedraftError(
      "model-unavailable",
      "to make an edit from an instruction takes a model: --model <URL of an OpenAI-compatible server>, or --model <file.gguf>.",
    );
  }
  if (!model.endsWith(".gguf")) {
    throw new RedraftError(
      "usage",
      `--model ${model} is neither the URL of a server nor a path ending in .gguf.`,
    );
  }
  if (!existsSync(model)) {
    throw new RedraftError("model-unavailable", `--model ${model}: there is no such file.`);
  }
  return localModel(model, signal);
}

/** A GGUF as a text target: the prediction is drafted from, and the model verifies it here. */
async function localModel(path: string, signal: AbortSignal | undefined): Promise<TextTarget> {
  const [{ llamaTarget }, { serveModel }, { detectChatTemplate }] = await Promise.all([
    import("../target/llama/target.ts"),
    import("../http/model.ts"),
    import("../http/chat-template.ts"),
  ]);
  const target = await llamaTarget({ model: path, cost: "measured", ...(signal && { signal }) });
  const model = serveModel({ target });
  const template = await detectChatTemplate(target);
  return {
    kind: "text",
    name: target.name,
    async *complete(messages, { prediction, maxTokens, signal: own }) {
      const prompt = await target.tokenize(await template(messages), { special: true });
      const predicted = prediction ? await target.tokenize(prediction) : undefined;
      const writing = model.generate({
        prompt,
        ...(predicted && { prediction: predicted }),
        ...(maxTokens !== undefined && { maxTokens }),
        signal: own ?? new AbortController().signal,
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
