import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type ErrorCode, RedraftError } from "../../core/errors.ts";
import type { NativeLibrary } from "./library.ts";
import type { LoadOptions, ModelInfo } from "./model-info.ts";
import { createDecoder, encodeMessage, type Message } from "./protocol.ts";

/** A child process with one loaded model. */
export interface EngineProcess {
  readonly info: ModelInfo;
  readonly processId: number | undefined;
  /** False once the process has ended, for whatever reason. */
  readonly alive: boolean;
  /** Requests that wait for their answer. */
  readonly outstanding: number;
  request(op: string, fields: object, payload?: Uint8Array, signal?: AbortSignal): Promise<Message>;
  /** Sends without waiting; the next request for the same sequence reports a failure. */
  send(op: string, fields: object, payload?: Uint8Array): void;
  dispose(): Promise<void>;
}

interface Waiting {
  resolve(message: Message): void;
  reject(error: unknown): void;
}

/** What native code says last is what explains its end. */
const keptLog = 8192;

export interface StartOptions {
  /** An abort while the model is loaded ends the process. */
  readonly signal?: AbortSignal | undefined;
  /** The share of the weights that is loaded, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** Starts a child process and loads the model in it. */
export async function startEngine(
  library: NativeLibrary,
  options: LoadOptions,
  { signal, onProgress }: StartOptions = {},
): Promise<EngineProcess> {
  if (signal?.aborted) throw cancelledBy(signal);
  const { command, args } = hostCommand();
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const socket = child.stdio[3] as Socket;
  const waiting = new Map<number, Waiting>();
  const log = keepLog(child);
  let nextId = 1;
  let failure: RedraftError | undefined;

  // An idle engine must not keep the user's program from ending.
  const hold = (on: boolean): void => {
    for (const handle of [child, socket, child.stderr as Socket])
      on ? handle.ref() : handle.unref();
  };

  function settle(id: number): Waiting | undefined {
    const found = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) hold(false);
    return found;
  }

  function end(error: RedraftError): void {
    failure ??= error;
    for (const id of [...waiting.keys()]) settle(id)?.reject(failure);
  }

  socket.on(
    "data",
    createDecoder((message) => {
      const { id, op } = message.header;
      if (op === "answer") settle(id)?.resolve(message);
      else if (op === "progress") onProgress?.(message.header.share as number);
      else void errorFrom(message, log).then((error) => settle(id)?.reject(error));
    }),
  );
  socket.on("error", () => {}); // the exit says more
  child.on("error", (cause) =>
    end(
      new RedraftError("engine-failed", `the engine process cannot start: ${cause.message}`, {
        cause,
      }),
    ),
  );
  child.on("close", (code, killedBy) => end(deathError(options.model, code, killedBy, log.tail())));

  const request: EngineProcess["request"] = (op, fields, payload, cancel) =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      if (cancel?.aborted) return reject(cancelledBy(cancel));
      const id = nextId++;
      const onAbort = (): void => {
        socket.write(encodeMessage({ id: 0, op: "cancel", call: id }));
      };
      cancel?.addEventListener("abort", onAbort, { once: true });
      const done = (): void => cancel?.removeEventListener("abort", onAbort);
      if (waiting.size === 0) hold(true);
      waiting.set(id, {
        resolve: (message) => {
          done();
          resolve(message);
        },
        reject: (error) => {
          done();
          reject(cancel?.aborted ? cancelledBy(cancel) : error);
        },
      });
      socket.write(encodeMessage({ id, op, ...fields }, payload));
    });

  const dispose = (): Promise<void> =>
    new Promise((resolve) => {
      failure ??= new RedraftError("engine-failed", "the engine was closed");
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
        return resolve();
      hold(true);
      child.once("close", () => resolve());
      socket.destroy(); // the host ends itself; where it hangs in native code it is killed
      const timer = setTimeout(() => child.kill("SIGKILL"), 2000);
      child.once("close", () => clearTimeout(timer));
    });

  // Loading is one call into native code, which hears nothing until it ends.
  const onAbort = (): void => void child.kill("SIGKILL");
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const { header } = await request("load", { library, options }, undefined, signal);
    signal?.removeEventListener("abort", onAbort);
    return {
      info: header.info as ModelInfo,
      processId: child.pid,
      get alive() {
        return failure === undefined;
      },
      get outstanding() {
        return waiting.size;
      },
      request,
      send(op, fields, payload) {
        if (failure === undefined) socket.write(encodeMessage({ id: 0, op, ...fields }, payload));
      },
      dispose,
    };
  } catch (error) {
    signal?.removeEventListener("abort", onAbort);
    await dispose();
    throw error;
  }
}

/** From sources the host needs a loader for TypeScript; built, it runs as it is. */
function hostCommand(): { command: string; args: string[] } {
  const source = import.meta.url.endsWith(".ts");
  const host = fileURLToPath(new URL(source ? "./host.ts" : "./host.js", import.meta.url));
  if (!source) return { command: process.execPath, args: [host] };
  const loader = createRequire(import.meta.url).resolve("tsx");
  return { command: process.execPath, args: ["--import", pathToFileURL(loader).href, host] };
}

interface Log {
  tail(): string;
  /** Resolves when this mark was read, or after a moment: then the process has died or is silent. */
  until(mark: string): Promise<void>;
}

function keepLog(child: ChildProcess): Log {
  let text = "";
  const listeners = new Set<() => void>();
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    text = (text + chunk).slice(-keptLog);
    for (const listener of listeners) listener();
  });
  return {
    tail: () => text.replace(/\nend of \d+\n/g, "").trim(),
    until: (mark) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (text.includes(`\n${mark}\n`)) finish();
        };
        const timer = setTimeout(() => finish(), 500);
        const finish = (): void => {
          clearTimeout(timer);
          listeners.delete(check);
          resolve();
        };
        listeners.add(check);
        check();
      }),
  };
}

async function errorFrom({ header }: Message, log: Log): Promise<RedraftError> {
  const { code, message, retryable, details, mark } = header as unknown as {
    code: ErrorCode;
    message: string;
    retryable: boolean;
    details: Record<string, unknown>;
    mark: string;
  };
  // Errors with particulars explain themselves; what llama.cpp logged would only repeat them.
  if (Object.keys(details).length > 0 || code === "cancelled") {
    return new RedraftError(code, message, { retryable, details });
  }
  await log.until(mark);
  const reason = reasonIn(log.tail());
  return new RedraftError(code, reason ? `${message}. llama.cpp says: ${reason}` : message, {
    retryable,
  });
}

/** Of llama.cpp's log, the lines that complain. */
function reasonIn(log: string): string {
  const lines = log
    .split("\n")
    .filter((line) => /\berror\b|fail|GGML_A|unknown|unable|invalid|out of memory/i.test(line));
  return lines.slice(-3).join("; ").trim();
}

function deathError(
  model: string,
  code: number | null,
  signal: NodeJS.Signals | null,
  log: string,
): RedraftError {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const why =
    signal === "SIGKILL"
      ? "most likely the machine ran out of memory: use a smaller model or context size"
      : reasonIn(log) || log.split("\n").at(-1) || "it left no message";
  return new RedraftError(
    "engine-failed",
    `the engine process of ${model} ended ${how}: ${why}. The next call starts a new one.`,
    { retryable: true, details: { exitCode: code, signal, log: log.slice(-2000) } },
  );
}

export function cancelledBy(signal: AbortSignal): RedraftError {
  return RedraftError.is(signal.reason)
    ? signal.reason
    : new RedraftError("cancelled", "the forward pass was cancelled", { cause: signal.reason });
}
