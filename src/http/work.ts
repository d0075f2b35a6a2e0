import type { Clock } from "../core/clock.ts";
import type { Call } from "./call.ts";
import { ApiError } from "./errors.ts";
import type { HttpLimits } from "./options.ts";

/** One request in work: what ends it early, and what is to be done when it is over. */
export interface RequestWork {
  readonly controller: AbortController;
  readonly signal: AbortSignal;
  /** When it began, in ms of the clock. */
  readonly started: number;
  /** Runs when the work is over, however that comes. */
  onFinish(then: () => void): void;
  finish(): void;
}

/** Ends a request that takes too long or whose client leaves; at shutdown `working` has those that go on. */
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
