import { RedraftError } from "../core/errors.ts";
import type { TextTarget } from "../core/target.ts";
import type { LlamaOptions } from "../engines/llama/target.ts";
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
  /** Tokens that the work is expected to need: a GGUF without `contextSize` gets a context of about this size. */
  readonly expectedTokens?: number;
  readonly threads?: number;
  /** False: a GGUF decodes plainly, one pass a token; for measurements. Default true. */
  readonly drafting?: boolean;
  /** What the opening of a GGUF is at. */
  readonly onOpening?: LlamaOptions["onOpening"];
  readonly signal?: AbortSignal;
}

/** The model that makes an edit: behind an HTTP address, or a GGUF on this machine. */
export async function openWriter(
  model: string | undefined,
  options: WriterOptions = {},
): Promise<TextTarget | OpenAiTextTarget> {
  const { name, env = {}, contextSize } = options;
  if (model === undefined || model === "none" || model === "default") {
    throw new RedraftError(
      "model-unavailable",
      'an edit from an instruction needs a model: --model <URL of an OpenAI-compatible server>, --model <file.gguf>, or an alias of "redraft models".',
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
  const { isModelName, modelPath } = await import("../engines/store/store.ts");
  if (engine !== "gguf" && !(await isModelName(model))) {
    throw new RedraftError(
      "usage",
      `--model ${model} is neither the URL of a server, nor a path ending in .gguf, nor an alias of "redraft models".`,
    );
  }
  return localModel(await modelPath(model), options);
}

/** Refuses the models of this repository: they were taught to apply sketches, not to read instructions. */
async function localModel(
  path: string,
  { contextSize, expectedTokens, threads, drafting, onOpening, signal }: WriterOptions,
): Promise<TextTarget> {
  const { readGgufMetadata } = await import("../engines/gguf.ts");
  const metadata = await readGgufMetadata(path, { lengths: true });
  if (metadata.has("redraft.prompt")) {
    throw new RedraftError(
      "usage",
      `${path} applies sketches and does not follow instructions: name it with --apply-model, and name a chat model with --model.`,
    );
  }
  const { localTextTarget } = await import("./local-text-target.ts");
  const trained = metadata.get(`${String(metadata.get("general.architecture"))}.context_length`);
  const tokens = contextSize ?? roomFor(expectedTokens, Number(trained) || undefined);
  const target = await engines.gguf.openTokens(path, {
    cost: "measured",
    ...(tokens !== undefined && { contextSize: tokens }),
    ...(threads !== undefined && { threads }),
    ...(onOpening && { onOpening }),
    ...(signal && { signal }),
  });
  return localTextTarget(target, { drafting });
}

/** Least context without `--context`, in tokens: a second question may follow. */
const leastContext = 2048;

/** A context for the work, since its cache is allocated whole; undefined leaves it to the engine. */
function roomFor(expected: number | undefined, trained: number | undefined): number | undefined {
  if (expected === undefined) return undefined;
  const tokens = Math.max(leastContext, Math.ceil(expected / 512) * 512);
  return trained === undefined ? tokens : Math.min(tokens, trained);
}
