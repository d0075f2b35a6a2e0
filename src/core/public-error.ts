import type { ErrorCode, RedraftError } from "./errors.ts";

/** Failures of the engine, the model or the network. What they say was written for whoever runs the server. */
const inner: Partial<Record<ErrorCode, string>> = {
  "engine-failed": "The engine failed on this request. The server's log has the cause.",
  "model-unavailable": "The model cannot be used now. The server's log has the cause.",
};

/** An absolute path, or a network address, at the start of a word or a quotation. */
const places = /(?:^|[\s"'`(<=:,;[])(?:[A-Za-z]:[\\/]|\\\\|\/[^\s/]|~\/)|\w:\/\//;

/**
 * What a client may learn of an error: of the engine's own failures nothing that names a place on the server's machine, and no log.
 * Refusals are about the client's own edit and stay as they are.
 */
export function publicError(error: RedraftError): Pick<RedraftError, "message" | "details"> {
  const instead = inner[error.code];
  if (instead === undefined) return { message: error.message, details: error.details };
  const { log: _, ...details } = error.details;
  const isPlain = (text: string): boolean => !places.test(text);
  const shown = Object.entries(details).filter(
    ([, value]) => typeof value !== "object" && isPlain(String(value)),
  );
  return {
    message: isPlain(error.message) ? error.message : instead,
    details: Object.fromEntries(shown),
  };
}
