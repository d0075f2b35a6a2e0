import { liveLine } from "./live-line.ts";

/** ms before a person sees that something is going on. */
export const silentMs = 2000;

/**
 * Runs work; where it takes longer than 2 s and a person watches, a line says what is done and for how long. `what` undefined: the
 * work writes on the terminal itself.
 */
export async function whileWaiting<Result>(
  what: string | (() => string) | undefined,
  work: () => Promise<Result>,
  terminal: {
    readonly isTTY?: boolean;
    readonly columns?: number;
    write(text: string): unknown;
  } = process.stderr,
): Promise<Result> {
  if (!terminal.isTTY || what === undefined) return work();
  const line = liveLine((text) => void terminal.write(text), { columns: terminal.columns || 80 });
  const started = performance.now();
  const draw = (): void => {
    const elapsed = performance.now() - started;
    if (elapsed < silentMs) return;
    line.show(`${typeof what === "string" ? what : what()}, ${Math.floor(elapsed / 1000)} s`);
  };
  const timer = setInterval(draw, 500);
  timer.unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    line.clear();
  }
}
