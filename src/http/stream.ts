import { endOfEvents, eventText } from "./shapes.ts";

/** Server-sent events that never make the producer wait for the reader. */
export interface EventStream {
  readonly response: Response;
  send(data: unknown): void;
  /** Sends an event that is JSON already. */
  sendJson(json: string): void;
  /** Sends a comment, which readers skip, if nothing waits: a reader that has left is noticed by it. */
  beat(): void;
  /** Bytes that are not yet read. */
  readonly waitingBytes: number;
  /** Sends a complete stream, including its end. */
  sendWhole(bytes: Uint8Array): void;
  /** Ends the stream. */
  end(): void;
}

/**
 * Opens a stream of server-sent events. What is sent is kept until it is read: an answer is no longer than the
 * model's context, and a slow reader must not occupy the sequence that wrote it. A reader that takes nothing for
 * `stallMs` while something waits is cut off.
 *
 * @param onDisconnect called once when the reader leaves or is cut off before the end
 */
export function openEventStream(options: {
  readonly stallMs: number;
  readonly onDisconnect: () => void;
  /** See `AnswerShape`. */
  readonly named?: boolean;
  /** Ends the connection of a reader that stalls: nothing more can be sent to it. */
  readonly cutOff: () => void;
  readonly headers?: Readonly<Record<string, string>>;
}): EventStream {
  const { named = false } = options;
  const encoder = new TextEncoder();
  const waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let ended = false;
  let closed = false;
  let wanted: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(timer);
        if (waiting.length === 0 && !ended) {
          await new Promise<void>((resolve) => {
            wanted = resolve;
          });
        }
        if (closed) return;
        const chunk = waiting.length > 0 ? takeSome(waiting) : undefined;
        if (chunk !== undefined) {
          waitingBytes -= chunk.length;
          controller.enqueue(chunk);
          timer = setTimeout(() => {
            disconnect();
            options.cutOff();
            controller.close();
          }, options.stallMs);
          timer.unref();
        } else if (ended) {
          closed = true;
          controller.close();
        }
      },
      cancel: () => disconnect(),
    },
    { highWaterMark: 0 },
  );

  function disconnect(): void {
    clearTimeout(timer);
    if (closed) return;
    closed = true;
    waiting.length = 0;
    waitingBytes = 0;
    wake();
    if (!ended) options.onDisconnect();
  }
  function wake(): void {
    wanted?.();
    wanted = undefined;
  }
  function push(text: string): void {
    if (closed || ended) return;
    const bytes = encoder.encode(text);
    waiting.push(bytes);
    waitingBytes += bytes.length;
    wake();
  }

  return {
    response: new Response(body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
        "x-accel-buffering": "no",
        ...options.headers,
      },
    }),
    sendWhole(bytes) {
      if (closed || ended) return;
      for (let at = 0; at < bytes.length; at += slice) waiting.push(bytes.subarray(at, at + slice));
      waitingBytes += bytes.length;
      ended = true;
      wake();
    },
    send: (data) => push(eventText(data, named)),
    sendJson: (json) => push(`data: ${json}\n\n`),
    beat() {
      if (waiting.length === 0) push(": \n\n");
    },
    get waitingBytes() {
      return waitingBytes;
    },
    end() {
      push(endOfEvents(named));
      ended = true;
      wake();
    },
  };
}

/** Larger pieces would hide that a slow reader still reads. */
const slice = 256 * 1024;

/** Takes as much of the waiting data as makes one piece. */
function takeSome(waiting: Uint8Array[]): Uint8Array {
  let size = waiting[0]!.length;
  let count = 1;
  while (count < waiting.length && size + waiting[count]!.length <= slice) {
    size += waiting[count]!.length;
    count += 1;
  }
  const taken = waiting.splice(0, count);
  return count === 1 ? taken[0]! : Buffer.concat(taken);
}
