import type { FormatName } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";

/** The error for an edit of this format that cannot be read, with the 1-based line of the edit if one is to blame. */
export function unreadable(format: FormatName, message: string, line?: number): RedraftError {
  return new RedraftError("unreadable-edit", message, {
    details: { ...(line === undefined ? {} : { line }), format },
  });
}
