import { createIdScanner, type IdScanner } from "./message-id.ts";

export interface LineReaderOptions {
  /** Of one line. */
  readonly maxBytes: number;
  /** Called with each line that has more than white space, without its line end. */
  readonly onLine: (line: Buffer) => void;
  /** Called at the end of a line that is too long, with what was read of its message and its size in bytes. */
  readonly onTooLong: (message: IdScanner, bytes: number) => void;
}

export interface LineReader {
  push(chunk: Buffer): void;
  /** Stops reading, even in the middle of a chunk. */
  end(): void;
}

/** Cuts a stream of bytes into lines. Of a line that is too long only the id of its message is kept. */
export function createLineReader({ maxBytes, onLine, onTooLong }: LineReaderOptions): LineReader {
  let chunks: Buffer[] = [];
  let size = 0;
  let tooLong: IdScanner | undefined;
  let ended = false;

  function take(part: Buffer): void {
    size += part.length;
    if (tooLong === undefined && size <= maxBytes) {
      chunks.push(part);
      return;
    }
    if (tooLong === undefined) {
      tooLong = createIdScanner();
      for (const earlier of chunks.splice(0)) tooLong.feed(earlier);
    }
    tooLong.feed(part);
  }

  function endLine(): void {
    const line = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    const [message, bytes] = [tooLong, size];
    chunks = [];
    size = 0;
    tooLong = undefined;
    if (message !== undefined) onTooLong(message, bytes);
    else if (line.some((byte) => byte > 0x20)) onLine(line);
  }

  return {
    push(chunk) {
      for (let from = 0; from < chunk.length && !ended; ) {
        const end = chunk.indexOf(lineFeed, from);
        take(chunk.subarray(from, end < 0 ? chunk.length : end));
        if (end < 0) return;
        endLine();
        from = end + 1;
      }
    },
    end() {
      ended = true;
      chunks = [];
    },
  };
}

const lineFeed = 0x0a;
