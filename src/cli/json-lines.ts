import { RedraftError } from "../core/errors.ts";

/** Longer lines are answered with an error instead of being kept; a string holds little more. */
const longest = 256 * 1024 * 1024;

/**
 * The lines of a byte stream, cut at `\n` only (readline also cuts at U+2028, which JSON may hold). Blank
 * lines are passed over. Holds one line at a time; reads on only when asked for the next.
 */
export async function* readJsonLines(
  input: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<string | RedraftError> {
  let parts: Buffer[] = [];
  let length = 0;
  const take = (): string | RedraftError | undefined => {
    const tooLong = length > longest;
    const text = tooLong ? "" : Buffer.concat(parts).toString("utf8");
    parts = [];
    length = 0;
    if (tooLong) return new RedraftError("usage", "the line is longer than 256 MiB.");
    return text.trim() === "" ? undefined : text;
  };
  for await (const chunk of input) {
    let rest = typeof chunk === "string" ? Buffer.from(chunk) : viewOf(chunk);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      add(rest.subarray(0, end));
      const line = take();
      if (line !== undefined) yield line;
      rest = rest.subarray(end + 1);
    }
    add(rest);
  }
  const last = take();
  if (last !== undefined) yield last;

  function add(part: Buffer): void {
    length += part.length;
    if (length <= longest) parts.push(part);
  }
}

function viewOf(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
