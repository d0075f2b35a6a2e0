/**
 * The process that holds the native library: an assert, a crash or an out-of-memory kill in native code ends
 * this process and not the user's program. It speaks the protocol of protocol.ts over file descriptor 3 and ends
 * when that closes.
 */
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { RedraftError } from "../../core/errors.ts";
import type { KvEdit, SamplingRequest } from "../../core/target.ts";
import type { Binding } from "./binding.ts";
import type { NativeLibrary } from "./library.ts";
import type { LoadOptions } from "./model-info.ts";
import { loadModel, type NativeModel } from "./native-model.ts";
import { createSequences, type NativeSequences } from "./native-sequences.ts";
import {
  bytesOf,
  createDecoder,
  encodeMessage,
  type Header,
  int32At,
  type Message,
} from "./protocol.ts";
import type { RowRequest } from "./rows.ts";

interface Answer {
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly payload?: readonly (Int32Array | Float32Array | Uint8Array)[];
}

const socket = new Socket({ fd: 3, readable: true, writable: true });
let model: NativeModel | undefined;
let sequences: NativeSequences | undefined;
/** What a call without an answer did wrong to its sequence; told at the next call that has one. */
const failures = new Map<number, unknown>();
const queue: Message[] = [];
let running: number | undefined;
/** Calls that were cancelled before they began. */
const cancelledEarly = new Set<number>();

const operations: Record<
  string,
  (header: never, payload: Buffer) => Answer | Promise<Answer> | undefined
> = {
  async load({ library, options }: { library: NativeLibrary; options: LoadOptions }) {
    const { bind } = await import("./binding.ts");
    const native: Binding = bind(library);
    model = loadModel(native, library, options);
    if (!options.vocabOnly) sequences = createSequences(native, model, options.outputs);
    return { fields: { info: model.info } };
  },
  tokenize: ({ text, special }: { text: string; special: boolean }) => ({
    payload: [model!.tokenize(text, special)],
  }),
  /** All pieces one after another, their sizes first. */
  pieces(_: unknown, payload) {
    const pieces = Array.from(int32At(payload, 0, payload.length / 4), (token) =>
      model!.piece(token),
    );
    return { payload: [Int32Array.from(pieces, (piece) => piece.length), ...pieces] };
  },
  chat: ({ messages }: { messages: Parameters<NativeModel["chat"]>[0] }) => ({
    fields: { text: model!.chat(messages) },
  }),
  open: ({ sequence }: { sequence: number }) => void sequences!.open(sequence),
  append: ({ sequence }: { sequence: number }, payload) =>
    void sequences!.append(sequence, int32At(payload, 0, payload.length / 4)),
  async verify(
    header: { sequence: number; nodes: number; request: RowRequest; sampling?: SamplingRequest },
    payload,
  ) {
    const { sequence, nodes, request, sampling } = header;
    const started = performance.now();
    const before = { ...sequences!.batch.spent };
    const cpuBefore = process.cpuUsage();
    const rows = await sequences!.verify(
      sequence,
      int32At(payload, 0, nodes),
      int32At(payload, 4 * nodes, nodes),
      request,
      sampling,
    );
    const { count, k, ids, logits, logsumexp, entropy, nodeLogits, verdict } = rows;
    const extra = [logsumexp, entropy, nodeLogits].filter((array) => array !== undefined);
    const { wall, cpu } = sequences!.batch.spent;
    const used = process.cpuUsage(cpuBefore);
    const time = {
      ms: performance.now() - started,
      cpuMs: (used.user + used.system) / 1000,
      passMs: wall - before.wall,
      passCpuMs: cpu - before.cpu,
    };
    return { fields: { count, k, verdict, time }, payload: [ids, logits, ...extra] };
  },
  commit: ({ sequence, path }: { sequence: number; path: number[] }) =>
    void sequences!.commit(sequence, path),
  truncate: ({ sequence, length }: { sequence: number; length: number }) =>
    void sequences!.truncate(sequence, length),
  async splice({ sequence, edits }: { sequence: number; edits: KvEdit[] }) {
    await sequences!.splice(sequence, edits);
    return {};
  },
  fork({ sequence, to }: { sequence: number; to: number }) {
    sequences!.fork(sequence, to);
    return {};
  },
  dispose: ({ sequence }: { sequence: number }) => void sequences!.dispose(sequence),
};

async function perform({ header, payload }: Message): Promise<void> {
  const sequence = header.sequence as number | undefined;
  try {
    if (sequence !== undefined && failures.has(sequence)) {
      const failure = failures.get(sequence);
      failures.delete(sequence);
      if (header.op !== "dispose" && header.op !== "truncate") throw failure;
    }
    if (cancelledEarly.delete(header.id)) throw new RedraftError("cancelled", "cancelled");
    const answer = (await operations[header.op]?.(header as never, payload)) ?? {};
    if (header.id !== 0) reply(header.id, answer);
  } catch (error) {
    if (header.id === 0) {
      if (sequence !== undefined) failures.set(sequence, error);
    } else {
      replyError(header.id, error);
    }
  }
}

function reply(id: number, { fields, payload = [] }: Answer): void {
  const parts = payload.map((part) =>
    part instanceof Uint8Array ? part : bytesOf(part as Int32Array | Float32Array),
  );
  socket.write(encodeMessage({ id, op: "answer", ...fields }, Buffer.concat(parts)));
}

/** The reasons that llama.cpp itself gives stand on stderr; the mark tells the other side that it has read them all. */
function replyError(id: number, error: unknown): void {
  const mark = `end of ${id}`;
  try {
    writeSync(2, `\n${mark}\n`);
  } catch {
    // Nobody reads it.
  }
  const known = RedraftError.is(error);
  socket.write(
    encodeMessage({
      id,
      op: "error",
      mark,
      code: known ? error.code : "engine-failed",
      message: error instanceof Error ? error.message : String(error),
      retryable: known && error.retryable,
      details: known ? error.details : {},
    }),
  );
}

async function work(): Promise<void> {
  while (queue.length > 0) {
    const message = queue.shift()!;
    running = message.header.id;
    await perform(message);
    running = undefined;
    sequences?.batch.resume();
  }
}

function cancel(call: number): void {
  if (call === running) sequences?.batch.abort();
  else if (queue.some(({ header }) => header.id === call)) cancelledEarly.add(call);
}

const decode = createDecoder((message) => {
  if (message.header.op === "cancel") {
    cancel((message.header as Header & { call: number }).call);
    return;
  }
  queue.push(message);
  if (running === undefined && queue.length === 1) void work();
});
socket.on("data", decode);
socket.on("close", () => process.exit(0));
socket.on("error", () => process.exit(0));
