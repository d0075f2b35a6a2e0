export type {
  Capabilities,
  Rows,
  Sequence,
  Target,
  TextChunk,
  TextTarget,
  Token,
  TokenTarget,
  VerifyOptions,
} from "../core/target.ts";
export { type LlamaOptions, type LlamaTarget, llamaTarget } from "./llama/target.ts";
export { type OpenAiTextOptions, type OpenAiTextTarget, openAiTextTarget } from "./openai/chat.ts";
export { openServerTokens, type ServerTokensOptions } from "./openai/open.ts";
export type { ServerTokenTarget } from "./openai/token-target.ts";
export { type Engine, type EngineName, engineOf, engines } from "./registry.ts";
