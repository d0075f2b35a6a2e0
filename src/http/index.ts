export { createApp, type RedraftApp } from "./app.ts";
export { type ApplyPrompt, parseApplyPrompt } from "./apply-prompt.ts";
export { type ChatTemplate, chatml, plain } from "./chat-template.ts";
export {
  type GenerateRequest,
  type GenerateResult,
  type ServedModel,
  type ServedModelOptions,
  serveModel,
} from "./model.ts";
export { defaultLimits, type HttpLimits, type HttpOptions } from "./options.ts";
export { type RunningServer, type ServeOptions, startServer } from "./serve.ts";
