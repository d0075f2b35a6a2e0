import type { TextTarget, TokenTarget } from "../core/target.ts";
import type { LlamaOptions, LlamaTarget } from "./llama/target.ts";
import { isServerAddress, serverAddress } from "./openai/address.ts";
import type { OpenAiTextOptions, OpenAiTextTarget } from "./openai/chat.ts";
import type { ServerTokensOptions } from "./openai/open.ts";
import type { TokenScorer } from "./openai/scorer.ts";
import type { ServerTokenTarget } from "./openai/token-target.ts";

/** A kind of model, by the addresses that name it. Its code is loaded when it is opened. */
export interface Engine {
  /** What such an address looks like, for help and messages. */
  readonly address: string;
  accepts(address: string): boolean;
  /** Opens a model whose tokens Redraft verifies. */
  openTokens?(address: string): Promise<TokenTarget>;
  /** Opens a model that writes text, with the draft as its prediction. */
  openText?(address: string): Promise<TextTarget>;
}

export type GgufOptions = Omit<LlamaOptions, "model">;
export type DialectOptions = Omit<ServerTokensOptions, "baseUrl" | "dialect">;
export type ServerTextOptions = Omit<OpenAiTextOptions, "baseUrl">;

interface GgufEngine extends Engine {
  openTokens(address: string, options?: GgufOptions): Promise<LlamaTarget>;
}

interface ServerEngine extends Engine {
  openTokens(
    address: string,
    options?: DialectOptions,
    signal?: AbortSignal,
  ): Promise<ServerTokenTarget>;
}

interface HttpEngine extends ServerEngine {
  openText(address: string, options?: ServerTextOptions): Promise<OpenAiTextTarget>;
}

interface Engines {
  /** A GGUF file on this machine, run by llama.cpp. */
  readonly gguf: GgufEngine;
  /** An OpenAI-compatible server; which dialect verifies its tokens is found out. */
  readonly http: HttpEngine;
  readonly vllm: ServerEngine;
  readonly sglang: ServerEngine;
  readonly echo: ServerEngine;
}

/** A completions server, verified in the dialect that the scheme names instead of the one that it seems to speak. */
function dialect(name: TokenScorer["dialect"]): ServerEngine {
  const rest = (address: string): string => address.slice(name.length + 1);
  return {
    address: `${name}:http://...`,
    accepts: (address) => address.startsWith(`${name}:`) && isServerAddress(rest(address)),
    openTokens: (address, options, signal) =>
      openServer(rest(address), { ...options, dialect: name }, signal),
  };
}

async function openServer(
  address: string,
  options: Omit<ServerTokensOptions, "baseUrl">,
  signal?: AbortSignal,
): Promise<ServerTokenTarget> {
  const { openServerTokens } = await import("./openai/open.ts");
  return openServerTokens({ ...serverAddress(address), ...options }, signal);
}

/** Every engine that an address can name, in the order in which they are asked. */
export const engines: Engines = {
  gguf: {
    address: "a path ending in .gguf",
    accepts: (address) => /\.gguf$/i.test(address),
    async openTokens(address, options) {
      const { llamaTarget } = await import("./llama/target.ts");
      return llamaTarget({ ...options, model: address });
    },
  },
  http: {
    address: "the URL of a server",
    accepts: isServerAddress,
    openTokens: (address, options = {}, signal) => openServer(address, options, signal),
    async openText(address, options) {
      const { openAiTextTarget } = await import("./openai/chat.ts");
      return openAiTextTarget({ ...serverAddress(address), ...options });
    },
  },
  vllm: dialect("vllm"),
  sglang: dialect("sglang"),
  echo: dialect("echo"),
};

export type EngineName = keyof Engines;

/** The engine that an address names; undefined where it names none. */
export function engineOf(address: string): EngineName | undefined {
  const names = Object.keys(engines) as EngineName[];
  return names.find((name) => engines[name].accepts(address));
}
