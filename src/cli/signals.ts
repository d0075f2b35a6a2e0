import { RedraftError } from "../core/errors.ts";

/** A signal that Ctrl-C and a polite kill abort, so that locks and temporary files go; a second one ends at once. */
export function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      controller.abort(new RedraftError("cancelled", `cancelled by ${name}; nothing was written.`));
    });
  }
  return controller.signal;
}
