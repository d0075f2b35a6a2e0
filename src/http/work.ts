import type { Clock } from "../core/clock.ts";
import type { Call } from "./call.ts";
import { ApiError } from "./errors.ts";
import type { HttpLimits } from "./options.ts";

/** A running request: its abort signal, and what is to be done when it ends. */
export interface RequestWork {
  readonly controller: AbortController;
  readonly signal: AbortSignal;
  /** When it began, in ms of the clock. */
  readonly started: number;
  /** Called when the work ends, in any way. */
  onFinish(then: () => void): void;
  finish(): void;
}

/** Begins the work of a request. It is aborted if it takes too long or its client disconnects; `working` has the running ones. */
export function beginWork(
  call: Call,
  limits: HttpLimits,
  working: Set<AbortController>,
  clock: Clock,
): RequestWork {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(disconnected());
  const timer = setTimeout(
    () => controller.abort(requestTimedOut(limits.requestMs)),
    limits.requestMs,
  );
  timer.unref();
  if (call.signal.aborted) onAbort();
  else call.signal.addEventListener("abort", onAbort, { once: true });
  working.add(controller);
  const after: (() => void)[] = [];
  return {
    controller,
    signal: controller.signal,
    started: clock.now(),
    onFinish: (then) => void after.push(then),
    finish() {
      clearTimeout(timer);
      call.signal.removeEventListener("abort", onAbort);
      working.delete(controller);
      for (const then of after.splice(0)) then();
    },
  };
}

/** The reason a request is aborted for when its client disconnects: nobody reads an answer, and nothing failed. */
export function disconnected(): DOMException {
  return new DOMException("The client disconnected.", "AbortError");
}

function requestTimedOut(ms: number): ApiError {
  return new ApiError(504, `The request took longer than the ${ms} ms this server allows.`, {
    code: "timeout",
  });
}
