export { serveModel } from "../redraft/serve-model.ts";
export { type ChatTemplate, chatml, plain } from "../session/chat-template.ts";
export type {
  GenerateRequest,
  GenerateResult,
  ServedModel,
  ServedModelOptions,
} from "../session/served-model.ts";
export { createApp, type RedraftApp } from "./app.ts";
export { type ApplyPrompt, parseApplyPrompt } from "./apply-prompt.ts";
export type { Fallback } from "./fallback.ts";
export { defaultLimits, type HttpLimits, type HttpOptions } from "./options.ts";
export { type RunningServer, type ServeOptions, startServer } from "./serve.ts";
