import { existsSync } from "node:fs";
import { RedraftError } from "../core/errors.ts";
import type { ModelRoute } from "../core/route.ts";

/** The model that `--model` names; undefined = none. `default` is none until weights ship. */
export async function modelRoute(name: string): Promise<ModelRoute | undefined> {
  if (name === "none" || name === "default") return undefined;
  if (/^https?:\/\//.test(name)) {
    throw unavailable(
      `--model ${name}: this version cannot use a model over HTTP for this command.`,
    );
  }
  if (!name.endsWith(".gguf")) {
    throw new RedraftError(
      "usage",
      `--model ${name} is none of: default, none, a path ending in .gguf, a URL.`,
    );
  }
  if (!existsSync(name)) throw unavailable(`--model ${name}: there is no such file.`);
  throw unavailable(`--model ${name}: this version cannot load local weights for this command.`);
}

function unavailable(message: string): RedraftError {
  return new RedraftError(
    "model-unavailable",
    `${message} Use --model none to work without a model.`,
  );
}
