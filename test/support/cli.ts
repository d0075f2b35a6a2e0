import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { redraftProgram } from "../../scripts/code.ts";

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

/** Runs `redraft` as a process of its own. */
export function redraft(words: readonly string[], options: CliOptions = {}): Promise<CliAnswer> {
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
