import { RedraftError } from "../../core/errors.ts";
import type { Connection } from "./connection.ts";
import { asCount, asObject, asText } from "./errors.ts";
import { type ListedModel, listModels } from "./models.ts";

/** Engines that Redraft has a form of its own for; `other`: any server with OpenAI's API. */
export type ServerKind = "vllm" | "sglang" | "llama-server" | "redraft" | "other";

/** What a server does with a prediction: `drafted` from, `perhaps` (it may have a plug-in), `ignored`, or `unknown`. */
export type PredictionUse = "drafted" | "perhaps" | "ignored" | "unknown";

export interface ServerFacts {
  readonly kind: ServerKind;
  readonly version?: string;
  /** Whether the middleware of redraft-vllm answers there. */
  readonly plugin: boolean;
  /** What is known of the model that is asked; absent where the server does not list it. */
  readonly model?: ListedModel;
}

const kindsByOwner: Readonly<Record<string, ServerKind>> = {
  vllm: "vllm",
  sglang: "sglang",
  llamacpp: "llama-server",
  redraft: "redraft",
};

/**
 * Finds out which engine answers, by at most three small requests. A server that does not list its models is `other`:
 * what it takes shows when it is asked.
 *
 * @param name of the model; absent = the only one
 * @throws only where nothing answers, or where the caller stops
 */
export async function describeServer(
  connection: Connection,
  name: string | undefined,
  signal?: AbortSignal,
): Promise<ServerFacts> {
  const models = await ifOffered(listModels(connection, signal));
  const model =
    models?.find(({ id }) => id === name) ?? (name === undefined ? models?.[0] : undefined);
  const owner = model?.owner ?? models?.[0]?.owner ?? "";
  const kind = Object.hasOwn(kindsByOwner, owner) ? kindsByOwner[owner]! : "other";
  const asked = model?.id ?? name;
  const [about, plugin] = await Promise.all([
    aboutServer(connection, kind, signal),
    kind === "vllm" && asked !== undefined ? hasPlugin(connection, asked, signal) : false,
  ]);
  const contextSize = model?.contextSize ?? about.contextSize;
  const known = model && { ...model, ...(contextSize && { contextSize }) };
  const { version } = about;
  return { kind, plugin, ...(version && { version }), ...(known && { model: known }) };
}

/** How this server treats a prediction. */
export function predictionUse({ kind, plugin }: ServerFacts): PredictionUse {
  switch (kind) {
    case "redraft":
      return "drafted";
    case "vllm":
      return plugin ? "drafted" : "perhaps";
    case "sglang":
    case "llama-server":
      return "ignored";
    default:
      return "unknown";
  }
}

const kindNames: Readonly<Record<ServerKind, string>> = {
  vllm: "vLLM",
  sglang: "SGLang",
  "llama-server": "llama-server",
  redraft: "redraft serve",
  other: "a server with OpenAI's API",
};

/** @example `vLLM 0.32.0 with redraft-vllm` */
export function serverTitle({ kind, version, plugin }: ServerFacts): string {
  return `${kindNames[kind]}${version ? ` ${version}` : ""}${plugin ? " with redraft-vllm" : ""}`;
}

interface AboutServer {
  readonly version?: string;
  readonly contextSize?: number;
}

async function aboutServer(
  connection: Connection,
  kind: ServerKind,
  signal: AbortSignal | undefined,
): Promise<AboutServer> {
  const read = async (path: string) => asObject(await ifOffered(connection.get(path, signal)));
  if (kind === "vllm") return versionOf(asText((await read("/version"))?.version));
  if (kind === "sglang") return versionOf(asText((await read("/server_info"))?.version));
  if (kind !== "llama-server") return {};
  const props = await read("/props");
  const contextSize = asCount(asObject(props?.default_generation_settings)?.n_ctx);
  return { ...versionOf(asText(props?.build_info)), ...(contextSize && { contextSize }) };
}

const versionOf = (version: string | undefined): AboutServer => (version ? { version } : {});

/**
 * The middleware refuses a field with a value that it does not know, which costs nothing; vLLM without it writes one token.
 */
async function hasPlugin(
  connection: Connection,
  model: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const body = {
    model,
    prompt: " ",
    max_tokens: 1,
    vllm_xargs: { draft: "is redraft-vllm here?" },
  };
  try {
    await connection.post("completions", body, signal);
    return false;
  } catch (error) {
    if (RedraftError.is(error) && error.details.status !== undefined) {
      return error.details.status === 400 && error.message.includes("vllm_xargs.draft");
    }
    throw error;
  }
}

/** Undefined where the server answers that it has no such thing, or with something else. */
async function ifOffered<Result>(asked: Promise<Result>): Promise<Result | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    const { status, server } = error.details;
    // A server that answered is there; its refusals and its other forms count for nothing here.
    if (status !== undefined || (error.code === "engine-failed" && server !== undefined))
      return undefined;
    throw error;
  }
}
