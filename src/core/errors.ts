/** Stable error codes, the same in `--json`, HTTP and MCP. Scripts rely on them. */
export const errorCodes = [
  "unreadable-edit",
  "no-match",
  "ambiguous",
  "check-failed",
  "stale-file",
  "not-text",
  "file-error",
  "outside-root",
  "model-unavailable",
  "engine-failed",
  "timeout",
  "cancelled",
  "usage",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface RedraftErrorOptions {
  readonly cause?: unknown;
  /** Whether the same call may succeed when made again unchanged. Decided where the error is made. */
  readonly retryable?: boolean;
  /** Machine-readable particulars: candidates, places, line numbers. Plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Every failure that Redraft reports. The message is written for whoever must fix the edit, model or
 * person: what, where, the nearest candidate, what to do next. Callers read `code`, never the message.
 */
export class RedraftError extends Error {
  override readonly name: "RedraftError" = "RedraftError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: RedraftErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }

  /** Works across two copies of the package in one program, where `instanceof` does not. */
  static is(error: unknown): error is RedraftError {
    return (
      error instanceof Error &&
      error.name === "RedraftError" &&
      (errorCodes as readonly unknown[]).includes((error as { code?: unknown }).code)
    );
  }
}

const exitCodes: Readonly<Record<ErrorCode, number>> = {
  "unreadable-edit": 1,
  "no-match": 1,
  ambiguous: 1,
  "check-failed": 1,
  "outside-root": 1,
  cancelled: 1,
  usage: 2,
  "stale-file": 3,
  "not-text": 3,
  "file-error": 3,
  "model-unavailable": 4,
  "engine-failed": 4,
  timeout: 4,
};

/** Exit code of the command line: 1 refused, 2 wrong usage, 3 the file, 4 the engine, model or network. */
export function exitCodeOf(code: ErrorCode): number {
  return exitCodes[code];
}

/** A message with its code in front, for readers who see nothing else; a message that begins with the code's word says it once. */
export function messageWithCode(code: ErrorCode, message: string): string {
  const isSaid = message.toLowerCase().startsWith(`${code}: `);
  return `${code}: ${isSaid ? message.slice(code.length + 2) : message}`;
}
