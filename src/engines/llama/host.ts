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
import { createBatch } from "./native-batch.ts";
import { loadNativeModel, type NativeModel } from "./native-model.ts";
import { createPasses, type NativePasses } from "./native-passes.ts";
import { createSequences, type NativeSequences } from "./native-sequences.ts";
import {
  createDecoder,
  encodeMessage,
  type Header,
  int32At,
  type Message,
  rawBytes,
} from "./protocol.ts";
import type { RowRequest } from "./rows.ts";

interface HostAnswer {
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly payload?: readonly (Int32Array | Float32Array | Uint8Array)[];
}

const socket = new Socket({ fd: 3, readable: true, writable: true });
let model: NativeModel | undefined;
let sequences: NativeSequences | undefined;
let passes: NativePasses | undefined;
/** Failures of calls without a response, per sequence; the next call with a response reports them. */
const failures = new Map<number, unknown>();
const queue: Message[] = [];
/** Per sequence that waits for passes: the call that does, and what came for it since. */
const busy = new Map<number, { readonly call: number; readonly later: Message[] }>();
/** Calls that were cancelled before they began. */
const cancelledEarly = new Set<number>();

const operations: Record<
  string,
  (header: never, payload: Buffer) => HostAnswer | Promise<HostAnswer> | undefined
> = {
  async load({ library, options }: { library: NativeLibrary; options: LoadOptions }) {
    const { bind } = await import("./binding.ts");
    const native: Binding = bind(library);
    model = loadNativeModel(native, library, options, reportLoading());
    if (!options.vocabOnly) {
      const batch = createBatch(native, model, options.outputs);
      passes = createPasses(batch, model.info.vocabSize, model.info.rewind);
      sequences = createSequences(native, model, passes);
    }
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
    const { rows, spent } = await sequences!.verify(
      sequence,
      int32At(payload, 0, nodes),
      int32At(payload, 4 * nodes, nodes),
      request,
      sampling,
    );
    const { count, k, ids, logits, logsumexp, entropy, nodeLogits, verdict } = rows;
    const extra = [logsumexp, entropy, nodeLogits].filter((array) => array !== undefined);
    return { fields: { count, k, verdict, spent }, payload: [ids, logits, ...extra] };
  },
  commit: ({ sequence, path }: { sequence: number; path: number[] }) =>
    void sequences!.commit(sequence, path),
  truncate: ({ sequence, length }: { sequence: number; length: number }) =>
    void sequences!.truncate(sequence, length),
  async splice(header: { sequence: number; edits: KvEdit[]; rotate: boolean }) {
    const { sequence, edits, rotate } = header;
    return { fields: await sequences!.splice(sequence, edits, rotate) };
  },
  async fork({ sequence, to, ownCells }: { sequence: number; to: number; ownCells: boolean }) {
    await sequences!.fork(sequence, to, ownCells);
    return {};
  },
  state: async ({ sequence }: { sequence: number }) => ({
    payload: [await sequences!.state(sequence)],
  }),
  dispose: ({ sequence }: { sequence: number }) => void sequences!.dispose(sequence),
};

/** While weights are read nothing else runs here, so the callback also sees to it that an orphan ends. */
function reportLoading(): (share: number) => boolean {
  const parent = process.ppid;
  let reported = 0;
  return (share) => {
    if (share - reported >= 0.01 || share >= 1) {
      reported = share;
      socket.write(encodeMessage({ id: 0, op: "progress", share }));
    }
    return process.ppid === parent;
  };
}

/** Begins an operation; one that needs forward passes continues after them. */
function begin(message: Message): void {
  const { header, payload } = message;
  const sequence = header.sequence as number | undefined;
  const occupied = sequence === undefined ? undefined : busy.get(sequence);
  if (occupied !== undefined) {
    occupied.later.push(message);
    return;
  }
  try {
    if (sequence !== undefined && failures.has(sequence)) {
      const failure = failures.get(sequence);
      failures.delete(sequence);
      if (header.op !== "dispose" && header.op !== "truncate") throw failure;
    }
    if (cancelledEarly.delete(header.id)) throw new RedraftError("cancelled", "cancelled");
    const answer = operations[header.op]?.(header as never, payload);
    if (answer instanceof Promise) void finish(header, sequence, answer);
    else if (header.id !== 0) reply(header.id, answer ?? {});
  } catch (error) {
    fail(header, error);
  }
}

async function finish(
  header: Header,
  sequence: number | undefined,
  answer: Promise<HostAnswer>,
): Promise<void> {
  if (sequence !== undefined) busy.set(sequence, { call: header.id, later: [] });
  try {
    const given = await answer;
    if (header.id !== 0) reply(header.id, given);
  } catch (error) {
    fail(header, error);
  }
  if (sequence === undefined) return;
  const { later } = busy.get(sequence)!;
  busy.delete(sequence);
  queue.unshift(...later);
  void work();
}

function fail(header: Header, error: unknown): void {
  if (header.id !== 0) replyError(header.id, error);
  else if (header.sequence !== undefined) failures.set(header.sequence as number, error);
}

function reply(id: number, { fields, payload = [] }: HostAnswer): void {
  const parts = payload.map((part) =>
    part instanceof Uint8Array ? part : rawBytes(part as Int32Array | Float32Array),
  );
  socket.write(encodeMessage({ id, op: "answer", ...fields }, Buffer.concat(parts)));
}

/** llama.cpp writes its own reasons to stderr; the mark shows the parent process where they end. */
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

let working = false;
/** The sequences that the last pass answered, and how long they are waited for. */
let answered: readonly number[] = [];
let until = 0;
/** Called when a message has come. */
let wake = (): void => {};

/** Between passes everything that has come is begun: only then the cache may be touched. */
async function work(): Promise<void> {
  if (working) return;
  working = true;
  for (;;) {
    beginAll();
    if (!passes?.waiting) break;
    // Who was just answered is about to ask again: to wait a moment for them is cheaper than a pass of their own.
    for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
      if (answered.every((sequence) => busy.has(sequence))) break;
      await nextMessage(left);
      beginAll();
    }
    const started = performance.now();
    answered = await passes.step();
    const took = performance.now() - started;
    until = took < worthWaiting ? 0 : performance.now() + took / 10;
    // Callers with a response continue, and requests that arrived in the meantime are read.
    await new Promise((resolve) => setImmediate(resolve));
  }
  working = false;
}

/** Passes shorter than this, in ms, are not waited for: a timer would take longer than they save. */
const worthWaiting = 10;

function beginAll(): void {
  for (let message = queue.shift(); message !== undefined; message = queue.shift()) begin(message);
}

function nextMessage(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function cancel(call: number): void {
  for (const [sequence, { call: own, later }] of busy) {
    if (own === call) passes?.cancel(sequence);
    if (later.some(({ header }) => header.id === call)) cancelledEarly.add(call);
  }
  if (queue.some(({ header }) => header.id === call)) cancelledEarly.add(call);
}

const decodeMessage = createDecoder((message) => {
  if (message.header.op === "cancel") {
    cancel((message.header as Header & { call: number }).call);
    return;
  }
  queue.push(message);
  wake();
  void work();
});
socket.on("data", decodeMessage);
// An exit waits for the pass that runs on another thread, which may take seconds.
const endProcess = (): void => void process.kill(process.pid, "SIGKILL");
socket.on("close", endProcess);
socket.on("error", endProcess);
