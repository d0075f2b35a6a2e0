/** Closes the code of an answer: at the start of a line. */
const closing = "```";

/** Watches an answer that began inside a code fence for the line that closes it. */
export interface FenceWatch {
  /** Returns whether the answer, with this text added, has its closing fence. */
  push(text: string): boolean;
  /** The same, without adding the text. */
  closesWith(text: string): boolean;
}

export function fenceWatch(): FenceWatch {
  // The answer begins on a line of its own.
  let tail = "\n";
  const closesWith = (text: string): boolean => `${tail}${text}`.includes(`\n${closing}`);
  return {
    closesWith,
    push(text) {
      const closed = closesWith(text);
      tail = `${tail}${text}`.slice(-closing.length);
      return closed;
    },
  };
}

/** The code of an answer, without the line that closes it. */
export function fencedCode(text: string): string {
  const at = `\n${text}`.indexOf(`\n${closing}`);
  return at < 0 ? text : text.slice(0, at);
}
