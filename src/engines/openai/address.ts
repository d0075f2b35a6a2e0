import { RedraftError } from "../../core/errors.ts";

/** Where an OpenAI-compatible server answers, and the model it is asked for. */
export interface ServerAddress {
  /** Ends in the version, `http://localhost:8000/v1`, without a slash behind it. */
  readonly baseUrl: string;
  readonly model?: string;
}

export function isServerAddress(model: string): boolean {
  return /^https?:\/\//i.test(model) && !/\.gguf(?:[?#]|$)/i.test(model);
}

/**
 * Reads what a person writes for `--model`: `http://localhost:8000`, `https://host/v1`, the address of an
 * endpoint pasted from a manual, each with `#name` behind it where the server has several models.
 */
export function serverAddress(text: string): ServerAddress {
  if (!isServerAddress(text) || !URL.canParse(text)) {
    throw new RedraftError("usage", `"${text}" is no http address of a model server.`);
  }
  const url = new URL(text);
  const model = decodeURIComponent(url.hash.slice(1));
  url.hash = "";
  const path = url.pathname
    .replace(/\/+$/, "")
    .replace(/\/(chat\/completions|completions|models)$/, "");
  url.pathname = path === "" ? "/v1" : path;
  return { baseUrl: url.href.replace(/\/+$/, ""), ...(model && { model }) };
}

/** The address for messages: without a name and a password. */
export function shownAddress(address: string): string {
  const url = new URL(address);
  url.username = "";
  url.password = "";
  url.search = "";
  return url.href;
}
