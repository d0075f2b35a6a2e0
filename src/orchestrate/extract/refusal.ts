import { RedraftError } from "../../core/errors.ts";

/** Why a selection cannot become a function. `offset`: the place in the text that shows it. */
export class ExtractRefusal extends Error {
  readonly offset: number | undefined;

  constructor(why: string, offset?: number) {
    super(why);
    this.offset = offset;
  }
}

/** The refusal as a message for the caller. */
export function refusalError(error: ExtractRefusal, path: string, text: string): RedraftError {
  const line = error.offset === undefined ? undefined : refusedLine(text, error.offset);
  const where = line === undefined ? path : `${path}:${line}`;
  return new RedraftError("no-match", `${where}: ${error.message} Nothing was written.`, {
    details: { path, ...(line !== undefined && { line }) },
  });
}

const refusedLine = (text: string, offset: number): number =>
  text.slice(0, offset).split("\n").length;
