import { existsSync } from "node:fs";
import { RedraftError } from "../core/errors.ts";
import type { TextTarget } from "../core/target.ts";
import type { OpenAiTextTarget } from "../engines/openai/chat.ts";
import { engineOf, engines } from "../engines/registry.ts";
import { type Environment, serverOptions } from "./server-options.ts";

export interface WriterOptions {
  /** Selects one of a server's models; overrides the name after `#`. */
  readonly name?: string;
  /** Where the key of a server is looked up; default: nowhere. */
  readonly env?: Environment | undefined;
  /** Tokens that a GGUF's prompt and answer can hold. */
  readonly contextSize?: number;
  readonly signal?: AbortSignal;
}

/** The model that makes an edit: behind an HTTP address, or a GGUF on this machine. */
export async function openWriter(
  model: string | undefined,
  { name, env = {}, contextSize, signal }: WriterOptions = {},
): Promise<TextTarget | OpenAiTextTarget> {
  if (model === undefined || model === "none" || model === "default") {
    throw new RedraftError(
      "model-unavailable",
      "an edit from an instruction needs a model: --model <URL of an OpenAI-compatible server>, or --model <file.gguf>.",
    );
  }
  const engine = engineOf(model);
  if (engine === "http") {
    if (contextSize !== undefined) {
      throw new RedraftError("usage", "--context is for a --model that is a .gguf file.");
    }
    return engines.http.openText(
      model,
      serverOptions(model, { env, ...(name !== undefined && { name }) }),
    );
  }
  if (name !== undefined) {
    throw new RedraftError("usage", "--model-name is for a --model that is the URL of a server.");
  }
  if (engine !== "gguf") {
    throw new RedraftError(
      "usage",
      `--model ${model} is neither the URL of a server nor a path ending in .gguf.`,
    );
  }
  if (!existsSync(model)) {
    throw new RedraftError("model-unavailable", `--model ${model}: there is no such file.`);
  }
  return localModel(model, contextSize, signal);
}

/** Refuses the models of this repository: they were taught to apply sketches, not to read instructions. */
async function localModel(
  path: string,
  contextSize: number | undefined,
  signal: AbortSignal | undefined,
): Promise<TextTarget> {
  const { readGgufMetadata } = await import("../engines/gguf.ts");
  if ((await readGgufMetadata(path)).has("redraft.prompt")) {
    throw new RedraftError(
      "usage",
      `${path} applies sketches and does not follow instructions: name it with --apply-model, and name a chat model with --model.`,
    );
  }
  const { localTextTarget } = await import("./local-text-target.ts");
  const target = await engines.gguf.openTokens(path, {
    cost: "measured",
    ...(contextSize !== undefined && { contextSize }),
    ...(signal && { signal }),
  });
  return localTextTarget(target);
}
