import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { RedraftError } from "../core/errors.ts";
import { readEvents } from "../engines/openai/events.ts";
import { fileError } from "../workspace/disk.ts";

/** What a page follows: a log that grows, or a running `redraft serve`. */
export type FollowedSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "server"; readonly url: string; readonly apiKey?: string };

/** What happens to it. */
export type FollowMessage =
  /** What was read so far is no longer so: another log, or another run of the server. */
  | { readonly type: "reset" }
  /** Whole lines of an event log. */
  | { readonly type: "lines"; readonly text: string }
  | {
      readonly type: "state";
      /** Ended: following it does not go on by itself. */
      readonly state: "open" | "waiting" | "ended";
      readonly message: string;
    };

export interface FollowTimes {
  /** ms between two looks at a file. */
  readonly look?: number;
  /** ms before a lost server is asked again; doubled each time, up to ten times it. */
  readonly pause?: number;
  /** ms without a sign of life after which a server counts as lost; it gives one every 15 s. */
  readonly silence?: number;
}

/** Bytes that are read at once. */
const pieceBytes = 1024 * 1024;
/** A line that is longer is no event. */
const longestEventLine = 16 * 1024 * 1024;
/** Bytes at the begin of a log by which one log differs from the next: its head has the time. */
const headBytes = 256;

export function followSource(
  followed: FollowedSource,
  signal: AbortSignal,
  times: FollowTimes = {},
): AsyncGenerator<FollowMessage> {
  return followed.kind === "file"
    ? followFile(followed.path, signal, times)
    : followServer(followed, signal, times);
}

/** Reads on only when the last message was taken, so that nothing piles up. */
async function* followFile(
  path: string,
  signal: AbortSignal,
  { look = 200 }: FollowTimes,
): AsyncGenerator<FollowMessage> {
  let head: Buffer = Buffer.alloc(0);
  let offset = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  let isMissing = false;
  const begin = (): FollowMessage => {
    offset = 0;
    rest = [];
    restBytes = 0;
    return { type: "reset" };
  };
  yield begin();
  yield { type: "state", state: "open", message: `Following ${path}.` };
  for (;;) {
    signal.throwIfAborted();
    const piece = await readFrom(path, head, offset).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw fileError("read", path, error);
      return undefined;
    });
    if ((piece === undefined) !== isMissing) {
      isMissing = piece === undefined;
      const message = isMissing ? `${path} is not there. Waiting for it.` : `Following ${path}.`;
      yield { type: "state", state: isMissing ? "waiting" : "open", message };
    }
    if (piece?.isOther) {
      head = Buffer.alloc(0);
      yield begin();
      continue;
    }
    if (piece === undefined || piece.bytes.length === 0) {
      await sleep(look, undefined, { signal });
      continue;
    }
    if (head.length < headBytes) head = piece.head;
    offset += piece.bytes.length;
    const end = piece.bytes.lastIndexOf(0x0a) + 1;
    if (end > 0) {
      const text = Buffer.concat([...rest, piece.bytes.subarray(0, end)]).toString("utf8");
      rest = [];
      restBytes = 0;
      yield { type: "lines", text };
    }
    rest.push(piece.bytes.subarray(end));
    restBytes += piece.bytes.length - end;
    if (restBytes > longestEventLine) {
      const message = `${path} has a line of more than ${longestEventLine} bytes: it is no event log.`;
      yield { type: "state", state: "ended", message };
      return;
    }
  }
}

interface ReadPiece {
  readonly bytes: Buffer;
  readonly head: Buffer;
  /** It is not the file of which `head` was the begin, or it is shorter than what was read of it. */
  readonly isOther: boolean;
}

async function readFrom(path: string, head: Buffer, offset: number): Promise<ReadPiece> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const begin = await readAt(file, 0, Math.min(size, headBytes));
    const isOther = size < offset || !begin.subarray(0, head.length).equals(head);
    const length = isOther ? 0 : Math.min(pieceBytes, size - offset);
    return { bytes: await readAt(file, offset, length), head: begin, isOther };
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

type WatchedServer = Extract<FollowedSource, { kind: "server" }>;

async function* followServer(
  server: WatchedServer,
  signal: AbortSignal,
  { pause = 1000, silence = 45_000 }: FollowTimes,
): AsyncGenerator<FollowMessage> {
  const { url } = server;
  let after = 0;
  let run: unknown;
  let wait = pause;
  yield { type: "reset" };
  for (;;) {
    signal.throwIfAborted();
    const watch = startWatch(signal, silence);
    try {
      const response = await askForEvents(server, after, watch.signal);
      yield { type: "state", state: "open", message: `Watching ${url}.` };
      wait = pause;
      for await (const data of readEvents(decodedPieces(response, watch.alive))) {
        const { redraft, time, seq } = JSON.parse(data) as Record<string, unknown>;
        if (redraft === "events" && time !== run) {
          const isFirst = run === undefined;
          run = time;
          if (!isFirst) yield { type: "reset" };
          // Its numbers began again: what it did before this reader came has numbers that were seen.
          if (after > 0) {
            after = 0;
            break;
          }
        }
        if (typeof seq === "number") after = seq;
        yield { type: "lines", text: `${data}\n` };
      }
      if (after === 0) continue;
    } catch (error) {
      signal.throwIfAborted();
      if (RedraftError.is(error) && !error.retryable) {
        yield { type: "state", state: "ended", message: error.message };
        return;
      }
    } finally {
      watch.end();
    }
    const message = `${url} does not answer. It is asked again.`;
    yield { type: "state", state: "waiting", message };
    await sleep(wait, undefined, { signal });
    wait = Math.min(2 * wait, 10 * pause);
  }
}

/**
 * Opens the stream of events of a server.
 *
 * @throws `usage` where it will not show them however often it is asked, `model-unavailable` where it may later
 */
export async function askForEvents(
  { url, apiKey }: WatchedServer,
  after: number,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(`${url}/v1/events?after=${after}&texts=true`, {
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    // A redirect would carry the key to a server that nobody named.
    redirect: "error",
    signal,
  }).catch((cause: unknown) => {
    throw new RedraftError("model-unavailable", `${url} does not answer. Is the server running?`, {
      cause,
      retryable: true,
    });
  });
  const type = response.headers.get("content-type") ?? "";
  if (response.ok && type.startsWith("text/event-stream")) return response;
  await response.body?.cancel();
  const { status } = response;
  if (status === 401 || status === 403) {
    const cure =
      apiKey === undefined ? "Set REDRAFT_API_KEY." : "REDRAFT_API_KEY is none of its keys.";
    throw new RedraftError("usage", `${url} does not let you watch it (status ${status}). ${cure}`);
  }
  if (status >= 500) {
    const message = `${url} cannot be watched now (status ${status}).`;
    throw new RedraftError("model-unavailable", message, { retryable: true });
  }
  throw new RedraftError(
    "usage",
    `${url} is no redraft serve that can be watched: /v1/events answers status ${status}.`,
  );
}

interface SilenceWatch {
  readonly signal: AbortSignal;
  readonly alive: () => void;
  readonly end: () => void;
}

/** Aborts where nothing is heard for so long: a connection to a machine that was switched off stays open. */
function startWatch(signal: AbortSignal, silence: number): SilenceWatch {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal.addEventListener("abort", abort, { once: true });
  let timer = setTimeout(abort, silence);
  return {
    signal: controller.signal,
    alive() {
      clearTimeout(timer);
      timer = setTimeout(abort, silence);
    },
    end() {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      controller.abort();
    },
  };
}

async function* decodedPieces(response: Response, alive: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    alive();
    yield decoder.decode(chunk, { stream: true });
  }
}
