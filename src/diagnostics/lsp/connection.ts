import { type Started, startInShell } from "../shell.ts";
import { type LspMessage, receiveMessages, sendMessage } from "./messages.ts";

export interface ServerConnectionOptions {
  readonly signal?: AbortSignal;
  /** ms that the server has to answer, for every question. */
  readonly patience: number;
  /** Answers what the server asks. */
  readonly answer: (method: string, params: unknown) => unknown;
  /** Receives the server's notifications. */
  readonly heard: (method: string, params: unknown) => void;
}

/** A server as a process, and JSON-RPC with it. */
export interface ServerConnection {
  /** Why the server is of no use any more; undefined while it is. */
  readonly dead: () => Error | undefined;
  readonly ask: (method: string, params: unknown) => Promise<unknown>;
  readonly notify: (method: string, params: unknown) => void;
  readonly started: Started;
}

/** Starts a person's command and speaks JSON-RPC with it. */
export function connectServer(command: string, options: ServerConnectionOptions): ServerConnection {
  const { signal, patience, answer, heard } = options;
  const started = startInShell(command, { input: true, ...(signal && { signal }) });
  const { stdin, stdout, stderr } = started.child;
  const waiting = new Map<number, { take(message: LspMessage): void; fail(error: Error): void }>();
  let lastId = 0;
  let dead: Error | undefined;
  const die = (why: string): void => {
    dead ??= new Error(why);
    for (const { fail } of waiting.values()) fail(dead);
    waiting.clear();
  };
  // A server that exited is noticed by its exit, not by a failed write.
  stdin!.on("error", () => {});
  stderr!.resume();
  started.ended.then(
    ({ code }) => die(`it exited${code === null ? "" : ` with code ${code}`}`),
    (error: Error) => die(error.message),
  );
  receiveMessages(stdout!, take, (why) => {
    die(why);
    started.stop();
  });

  function take(message: LspMessage): void {
    const { id, method, params } = message;
    if (method === undefined) {
      const asked = waiting.get(Number(id));
      waiting.delete(Number(id));
      asked?.take(message);
    } else if (id !== undefined) sendMessage(stdin!, { id, result: answer(method, params) });
    else heard(method, params);
  }

  function ask(method: string, params: unknown): Promise<unknown> {
    if (dead) return Promise.reject(dead);
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error(`it did not answer ${method} within ${patience / 1000} s`));
      }, patience);
      waiting.set(id, {
        take({ error, result }) {
          clearTimeout(timer);
          if (error) reject(new Error(`it answered: ${error.message}`));
          else resolve(result);
        },
        fail(error) {
          clearTimeout(timer);
          reject(error);
        },
      });
      sendMessage(stdin!, { id, method, params });
    });
  }

  const notify = (method: string, params: unknown): void => sendMessage(stdin!, { method, params });
  return { dead: () => dead, ask, notify, started };
}
