import type { Readable, Writable } from "node:stream";
import {
  deserializeMessage,
  isJSONRPCRequest,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/server";
import { beyondBounds, requestBounds } from "../text/json-bounds.ts";
import { createLineReader } from "./line-reader.ts";
import { createIdScanner, type IdScanner } from "./message-id.ts";

type McpMessage = Parameters<Transport["send"]>[0];

export interface StdioOptions {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  /** Of one message, in bytes. Default 10 MiB. */
  readonly maxMessageBytes?: number;
  /** Of all messages that wait for their answer, in bytes. Default 64 MiB. */
  readonly maxPendingBytes?: number;
}

const parseError = -32700;
const invalidRequest = -32600;
/** Of the range that JSON-RPC leaves to servers. */
const serverBusy = -32000;

/**
 * MCP on two streams, one message a line. A line that is not a message, or is too large, is answered with a JSON-RPC error, and
 * the connection continues: one bad call must not end a client's session. Ends when the client closes either stream.
 */
export function stdioTransport(options: StdioOptions = {}): Transport {
  const { stdin = process.stdin, stdout = process.stdout } = options;
  const { maxMessageBytes = 10 * 1024 * 1024, maxPendingBytes = 64 * 1024 * 1024 } = options;
  /** Bytes of each call that is not answered yet. */
  const pending = new Map<string | number, number>();
  let pendingBytes = 0;
  let closed = false;

  const lines = createLineReader({
    maxBytes: maxMessageBytes,
    onLine: read,
    onTooLong(start, bytes) {
      const limit = `${maxMessageBytes} bytes`;
      const why = `The message has ${bytes} bytes and this server takes ${limit}. Send the edit in smaller parts.`;
      refuse(start, invalidRequest, why);
    },
  });
  const onData = (chunk: Buffer): void => lines.push(chunk);

  function read(line: Buffer): void {
    const beyond = beyondBounds(line, requestBounds);
    if (beyond !== undefined) {
      refuse(scanned(line), invalidRequest, `The message was refused: ${beyond}.`);
      return;
    }
    let message: McpMessage;
    try {
      message = deserializeMessage(line.toString("utf8"));
    } catch (error) {
      const isJson = !(error instanceof SyntaxError);
      const why = isJson ? "This is not a JSON-RPC message." : "This is not JSON.";
      refuse(scanned(line), isJson ? invalidRequest : parseError, why);
      return;
    }
    if (isJSONRPCRequest(message)) {
      if (pendingBytes + line.length > maxPendingBytes) {
        const why = `Calls of ${pendingBytes} bytes are already waiting. Nothing was written; try again shortly.`;
        answer(message.id, serverBusy, why);
        return;
      }
      pending.set(message.id, line.length);
      pendingBytes += line.length;
    }
    transport.onmessage?.(message);
  }

  function refuse({ found }: IdScanner, code: number, message: string): void {
    transport.onerror?.(new Error(message));
    // A notification gets no answer; a message that is not even that is answered with the id null.
    if (found.id !== undefined || !found.isCall) answer(found.id ?? null, code, message);
  }

  function answer(id: string | number | null, code: number, message: string): void {
    write(`${JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } })}\n`).catch(() => {});
  }

  function settle(message: McpMessage): void {
    if (!("id" in message) || "method" in message || message.id === undefined) return;
    pendingBytes -= pending.get(message.id) ?? 0;
    pending.delete(message.id);
  }

  function write(text: string): Promise<void> {
    if (closed) return Promise.reject(new Error("the connection is closed"));
    return new Promise((resolve, reject) => {
      stdout.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  const onError = (error: Error): void => transport.onerror?.(error);
  const onBroken = (error: Error): void => {
    if (!closed) transport.onerror?.(error);
    void close();
  };
  const onEnd = (): void => void close();

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    stdin.off("data", onData).off("error", onError).off("end", onEnd).off("close", onEnd);
    // `onBroken` stays to swallow late failures of writing.
    stdin.destroy();
    lines.end();
    transport.onclose?.();
  }

  const transport: Transport = {
    async start() {
      stdin.on("data", onData).on("error", onError).on("end", onEnd).on("close", onEnd);
      stdout.on("error", onBroken).on("close", onEnd);
      if (stdin.readableEnded || stdin.destroyed) setImmediate(onEnd);
    },
    send(message) {
      settle(message);
      return write(serializeMessage(message));
    },
    close,
  };
  return transport;
}

function scanned(line: Buffer): IdScanner {
  const scanner = createIdScanner();
  scanner.feed(line);
  return scanner;
}
