import { RedraftError } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { ModelRoute } from "../core/route.ts";
import { engineOf, engines } from "../engines/registry.ts";
import type { ApplyFormatName } from "../settle/model/apply-formats.ts";
import { lazyRoute } from "./lazy-route.ts";
import type { Environment } from "./server-options.ts";

export interface SettleOptions {
  /** How a GGUF of the user's own is prompted; default: by its metadata. */
  readonly promptFormat?: ApplyFormatName | undefined;
  readonly logger?: Logger | undefined;
  /** Where the key of a model server is looked up; default: nowhere. */
  readonly env?: Environment | undefined;
}

/**
 * The route that settles what the merge leaves ambiguous, by name: `ranker` (or `default`), `none` = undefined, a path to
 * a GGUF, an alias of an installed model, or the URL of a model server. Nothing is loaded before an edit needs it.
 *
 * @throws `usage` where the name is none of these; `model-unavailable` where there is no such file.
 */
export async function settleRoute(
  name: string,
  options: SettleOptions = {},
): Promise<ModelRoute | undefined> {
  if (name === "none") return undefined;
  if (name === "default" || name === "ranker") return rankerRoute();
  if (engineOf(name) === "http") {
    return lazyRoute(name, { methods: ["settle", "rewrite"] }, () => serverRoute(name, options));
  }
  const model = await modelFile(name);
  const { promptFormat, logger = silentLogger } = options;
  return lazyRoute(model, { methods: ["settle"], ranks: true }, async () => {
    const { localModelRoute } = await import("./local-model.ts");
    return localModelRoute({ model, logger, ...(promptFormat && { promptFormat }) });
  });
}

/** The learned ranker, which needs no weights beyond this package: it takes the candidate that it is confident in. */
export function rankerRoute(): ModelRoute {
  return {
    name: "ranker",
    ranks: true,
    async settle(task) {
      if (task.ranked || task.outcome?.kind !== "ambiguous") return undefined;
      const { settleByRanking } = await import("../settle/rank/settle-by-rank.ts");
      return settleByRanking(task);
    },
    dispose: async () => {},
  };
}

/** A model behind an HTTP address: it is asked by chat. */
async function serverRoute(
  address: string,
  { promptFormat, logger = silentLogger, env = {} }: SettleOptions,
): Promise<ModelRoute> {
  const [{ textModelRoute }, { serverOptions }] = await Promise.all([
    import("../settle/model/text-route.ts"),
    import("./server-options.ts"),
  ]);
  const target = await engines.http.openText(address, {
    ...serverOptions(address, { env }),
    logger,
  });
  const { modelName } = target;
  return textModelRoute({ target, modelName, logger, ...(promptFormat && { promptFormat }) });
}

/** The path of the weights that a name means: a GGUF, an installed model, or an alias of the catalogue. */
export async function modelFile(name: string): Promise<string> {
  const { installedModels, isModelName, modelPath } = await import("../engines/store/store.ts");
  if (!name.toLowerCase().endsWith(".gguf") && !(await isModelName(name))) {
    const names = (await installedModels()).map((model) => model.name);
    const known = names.length > 0 ? `an installed model (${names.join(", ")}), ` : "";
    throw new RedraftError(
      "usage",
      `there is no model ${JSON.stringify(name)}. Use default, none, ${known}a path ending in .gguf, or a URL.`,
    );
  }
  return modelPath(name);
}
