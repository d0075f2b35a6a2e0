import type { Readable, Writable } from "node:stream";

/** One JSON-RPC message, as far as a client reads it. */
export interface LspMessage {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A larger message than that is not read: the server is not to be trusted with our memory. */
const largestMessage = 64 * 1024 * 1024;

const blankLine = Buffer.from("\r\n\r\n");

/** Writes a message with the header of the Language Server Protocol. */
export function sendMessage(stream: Writable, message: LspMessage): void {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }), "utf8");
  stream.write(`Content-Length: ${body.length}\r\n\r\n`);
  stream.write(body);
}

/** Calls `take` for every message of a stream, and `fail` once where the stream is no such thing. */
export function receiveMessages(
  stream: Readable,
  take: (message: LspMessage) => void,
  fail: (why: string) => void,
): void {
  let pieces: Buffer[] = [];
  let length = 0;
  let wanted = 0;
  let failed = false;
  stream.on("data", (piece: Buffer) => {
    if (failed) return;
    pieces.push(piece);
    length += piece.length;
    // What is not complete yet is put together once, when it is.
    while (!failed && length > 0 && length >= wanted) {
      let bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      const end = bytes.indexOf(blankLine);
      if (end < 0) {
        pieces = [bytes];
        wanted = length + 1;
        if (length > 8192) stop("its output is not that of a language server");
        return;
      }
      const header = /^content-length: *(\d{1,9})\s*$/im.exec(bytes.toString("latin1", 0, end));
      const size = header ? Number(header[1]) : -1;
      if (size < 0 || size > largestMessage)
        return stop("its output is not that of a language server");
      const start = end + blankLine.length;
      wanted = start + size;
      if (length < wanted) {
        pieces = [bytes];
        return;
      }
      const body = bytes.toString("utf8", start, wanted);
      bytes = bytes.subarray(wanted);
      pieces = [bytes];
      length = bytes.length;
      wanted = 0;
      let message: LspMessage;
      try {
        message = JSON.parse(body) as LspMessage;
      } catch {
        return stop("it sent a message that is not JSON");
      }
      take(message);
    }
  });

  function stop(why: string): void {
    failed = true;
    pieces = [];
    fail(why);
  }
}
