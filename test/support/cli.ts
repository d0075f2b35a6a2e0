import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { codeOf, programOf, redraftProgram } from "../../scripts/code.ts";

export interface CliAnswer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

const host = fileURLToPath(new URL("./command-host.mjs", import.meta.url));
let running: ChildProcess | undefined;
let asked = 0;
const waiting = new Map<number, { resolve(answer: CliAnswer): void; reject(error: Error): void }>();

/** A process that runs one command line after another: a start takes ten times as long as most commands. */
function commandHost(): ChildProcess {
  if (running !== undefined) return running;
  const child = spawn(process.execPath, [...programOf(host), codeOf("cli/run")], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "advanced",
  });
  const fail = (error: Error): void => {
    running = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  child.on("error", fail);
  child.on("exit", (code, signal) =>
    fail(new Error(`the process of the commands ended with ${code ?? signal}`)),
  );
  child.on("message", ({ id, answer }: { id: number; answer: CliAnswer }) => {
    waiting.get(id)?.resolve(answer);
    waiting.delete(id);
    if (waiting.size === 0) letEnd(child, true);
  });
  letEnd(child, true);
  running = child;
  return child;
}

/** Whether this process may end while the host runs: the host then ends too. */
function letEnd(child: ChildProcess, may: boolean): void {
  const how = may ? "unref" : "ref";
  child[how]();
  child.channel?.[how]();
}

/**
 * Runs a command of `redraft` that ends by itself, after those before it in one process. `redraftProcess` gives it a process of
 * its own.
 */
export function redraft(words: readonly string[], options: CliOptions = {}): Promise<CliAnswer> {
  const child = commandHost();
  const id = ++asked;
  letEnd(child, false);
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    child.send({
      id,
      words,
      cwd: options.cwd ?? process.cwd(),
      env: definedOnly({ ...process.env, ...options.env }),
      stdin: options.stdin ?? "",
    });
  });
}

const definedOnly = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));

/** Runs `redraft` as a process of its own. */
export function redraftProcess(
  words: readonly string[],
  options: CliOptions = {},
): Promise<CliAnswer> {
  const child = spawn(process.execPath, [...redraftProgram, ...words], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // A process that refuses its arguments may not read its input.
  child.stdin.on("error", () => {});
  child.stdin.end(options.stdin ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** What starts `redraft` with these words. */
export function redraftCommand(words: readonly string[]): { command: string; args: string[] } {
  return { command: process.execPath, args: [...redraftProgram, ...words] };
}

export interface Running {
  /** The first line it prints on standard output. */
  readonly url: string;
  /** Asks it to end; resolves to its exit code. */
  stop(): Promise<number | null>;
}

/** Starts a server as a process of its own and waits for its address. */
export async function startRedraft(
  words: readonly string[],
  options: Omit<CliOptions, "stdin"> = {},
): Promise<Running> {
  const { command, args } = redraftCommand(words);
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const line = new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    void ended.then((code) => reject(new Error(`redraft ended with ${code} before it listened`)));
  });
  return {
    url: await line,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
