import { RedraftError } from "../core/errors.ts";

/**
 * Refuses a carriage return that is not a line end of the file. It would be read as a line end and become the file's
 * (`\n`), so the result would not be what was sent. A file that has such line ends may get more of them, and a text
 * in which every line ends with one follows the file, as texts with CRLF do.
 *
 * @param isExact the text is a string to be taken exactly: nothing in it is a line end of another system.
 */
export function refuseLoneReturns(
  text: string,
  source: string,
  {
    isExact = false,
    what = "the edit",
  }: { readonly isExact?: boolean; readonly what?: string } = {},
): void {
  const found = loneReturn.exec(text);
  if (found === null || loneReturn.test(source)) return;
  if (!isExact && !text.includes("\n") && source.includes("\n")) return;
  const line = text.slice(0, found.index).split("\n").length;
  throw new RedraftError(
    "unreadable-edit",
    `line ${line} of ${what} holds a carriage return (CR) that is not part of a CRLF, and the file has no such line ends. Nothing was ` +
      "written. Remove it, or write it as an escape of the language (\\r).",
    { details: { line } },
  );
}

const loneReturn = /\r(?!\n)/;
