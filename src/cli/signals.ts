import { RedraftError } from "../core/errors.ts";

const names = ["SIGINT", "SIGTERM"] as const;

/**
 * A signal that Ctrl-C and a polite kill abort, for work that has something to put back; a second one ends at once. Only
 * where nothing synchronous runs long: while this listens, nothing else ends the process. Everywhere else the system's own
 * answer to a signal is the right one, since files are replaced whole.
 */
export function onInterrupt(signals: readonly NodeJS.Signals[] = names): AbortSignal {
  const controller = new AbortController();
  for (const name of signals) {
    process.once(name, () => {
      controller.abort(new RedraftError("cancelled", `cancelled by ${name}; nothing was written.`));
    });
  }
  return controller.signal;
}

/** Work that is short and must not end in the middle: a signal ends the process when it is done, a second one at once. */
export async function uninterrupted<Result>(work: () => Promise<Result>): Promise<Result> {
  let caught: NodeJS.Signals | undefined;
  const note = (name: NodeJS.Signals): void => {
    if (caught !== undefined) process.exit(130);
    caught = name;
  };
  for (const name of names) process.on(name, note);
  try {
    return await work();
  } finally {
    for (const name of names) process.off(name, note);
    if (caught !== undefined) process.kill(process.pid, caught);
  }
}
