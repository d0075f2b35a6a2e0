import { RedraftError } from "./errors.ts";

/** Throws `cancelled`, or `timeout`, once a signal has been aborted; a `RedraftError` as reason is thrown as it is. */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  const reason: unknown = signal.reason;
  if (RedraftError.is(reason)) throw reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    throw new RedraftError("timeout", "the edit exceeded its time limit.", {
      cause: reason,
      retryable: true,
    });
  }
  throw new RedraftError("cancelled", "the edit was cancelled.", { cause: reason });
}
