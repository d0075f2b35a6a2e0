import type { ApplyFormatName } from "../cascade/apply-formats.ts";
import { RedraftError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { ModelRoute } from "../core/route.ts";

export interface ModelChoice {
  /** How a GGUF of the user's own is asked; default: by its metadata. */
  readonly promptFormat?: ApplyFormatName;
  readonly logger?: Logger;
}

/**
 * The model that `--model` names; undefined = none. `default` is none where no weights are installed, and goes on
 * without, after one warning, where the native package is missing: nobody asked for it by name.
 */
export async function modelRoute(
  name: string,
  { promptFormat, logger = warnOnly }: ModelChoice = {},
): Promise<ModelRoute | undefined> {
  if (name === "none") return undefined;
  if (/^https?:\/\//.test(name)) {
    throw new RedraftError(
      "model-unavailable",
      `--model ${name}: this version cannot use a model over HTTP for this command. Use --model none to work without a model.`,
    );
  }
  const found = await modelFile(name);
  if (found === undefined) return undefined;
  const { localModelRoute } = await import("../local-model.ts");
  return localModelRoute({ ...found, logger, ...(promptFormat && { promptFormat }) });
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
