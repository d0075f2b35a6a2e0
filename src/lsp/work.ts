import {
  type CancellationToken,
  type Connection,
  LSPErrorCodes,
  type ProgressToken,
  ResponseError,
} from "vscode-languageserver/node.js";
import { RedraftError } from "../core/errors.ts";

export interface ShownWork {
  readonly title: string;
  readonly cancel: CancellationToken;
  /** Where the editor wants the progress of its request. */
  readonly progress?: ProgressToken | undefined;
  /** Whether the editor shows progress that a server begins. */
  readonly mayBegin: boolean;
}

/** ShownWork that is shorter shows no progress. */
const quietMs = 500;

/**
 * Does the work of a request: with a signal that its cancellation aborts, and with progress once it has taken half a second.
 *
 * @throws ResponseError `RequestCancelled` where it was cancelled
 */
export async function doWork<Result>(
  connection: Connection,
  { title, cancel, progress, mayBegin }: ShownWork,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (cancel.isCancellationRequested) abort();
  const listening = cancel.onCancellationRequested(abort);
  let isOver = false;
  let end = (): void => {};
  const show = async (): Promise<void> => {
    const { window } = connection;
    if (progress === undefined && !mayBegin) return;
    const begun =
      progress === undefined
        ? await window.createWorkDoneProgress().catch(() => undefined)
        : undefined;
    begun?.token.onCancellationRequested(abort);
    const reporter = begun ?? window.attachWorkDoneProgress(progress);
    if (isOver) return;
    reporter.begin(title, undefined, undefined, true);
    end = () => reporter.done();
  };
  const timer = setTimeout(() => void show(), quietMs);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) throw cancelledRequest(error);
    throw error;
  } finally {
    isOver = true;
    clearTimeout(timer);
    listening.dispose();
    end();
  }
}

function cancelledRequest(error: unknown): ResponseError<void> {
  const message = RedraftError.is(error) ? error.message : "the request was cancelled";
  return new ResponseError(LSPErrorCodes.RequestCancelled, message);
}

/** A refusal as the error of a request whose answer has no place for it. */
export function refusedRequest(error: unknown): unknown {
  if (!RedraftError.is(error)) return error;
  const { code, message, retryable, details } = error;
  return new ResponseError(LSPErrorCodes.RequestFailed, message, { code, retryable, details });
}
