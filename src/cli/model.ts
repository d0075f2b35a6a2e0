import type { ApplyFormatName } from "../cascade/apply-formats.ts";
import { RedraftError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { ModelRoute } from "../core/route.ts";
import { isServerAddress } from "../target/openai/address.ts";
import { serverOptions } from "./server-options.ts";

export interface ModelChoice {
  /** How a GGUF of the user's own is asked; default: by its metadata. */
  readonly promptFormat?: ApplyFormatName | undefined;
  readonly logger?: Logger;
  /** Where the key of a server is looked up; default: the environment. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * The model that `--model` names; undefined = none. `default` is none where no weights are installed, and goes on
 * without, after one warning, where the native package is missing: nobody asked for it by name.
 */
export async function modelRoute(
  name: string,
  { promptFormat, logger = warnOnly, env }: ModelChoice = {},
): Promise<ModelRoute | undefined> {
  if (name === "none") return undefined;
  if (isServerAddress(name)) return serverRoute(name, { promptFormat, logger, env });
  const found = await modelFile(name);
  if (found === undefined) return undefined;
  const { localModelRoute } = await import("../local-model.ts");
  return localModelRoute({ ...found, logger, ...(promptFormat && { promptFormat }) });
}

/** A model behind an HTTP address: it is asked by chat. */
async function serverRoute(
  address: string,
  { promptFormat, logger = warnOnly, env = process.env }: ModelChoice,
): Promise<ModelRoute> {
  const [{ openAiTextTarget }, { textModelRoute }] = await Promise.all([
    import("../target/openai/chat.ts"),
    import("../cascade/text-route.ts"),
  ]);
  const target = openAiTextTarget({ ...serverOptions(address, { env }), logger });
  const { modelName } = target;
  return textModelRoute({ target, modelName, logger, ...(promptFormat && { promptFormat }) });
}

/** The weights that a name means; `optional`: nobody asked for them by name. */
export interface ModelFile {
  readonly model: string;
  readonly optional: boolean;
}

/** Where the weights of that name are; undefined = none, or `default` where none are installed. */
export async function modelFile(name: string): Promise<ModelFile | undefined> {
  if (name === "none") return undefined;
  const { installedModels, modelPath } = await import("../target/store/store.ts");
  const optional = name === "default";
  const names = (await installedModels()).map((model) => model.name);
  if (optional && !names.includes("default")) return undefined;
  if (!names.includes(name) && !name.toLowerCase().endsWith(".gguf")) {
    const known = names.length > 0 ? `an installed model (${names.join(", ")}), ` : "";
    throw new RedraftError(
      "usage",
      `--model ${name} is none of: default, none, ${known}a path ending in .gguf, a URL.`,
    );
  }
  return { model: await modelPath(name), optional };
}

const warnOnly: Logger = {
  debug: () => {},
  info: () => {},
  warn: (message) => void process.stderr.write(`redraft: ${message}\n`),
  error: (message) => void process.stderr.write(`redraft: ${message}\n`),
};
