import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { type CliAnswer, type CliOptions, redraft } from "./cli.ts";

/** Where commands are tried: a folder of each test's own, and a state folder beside it. */
export interface WorkFolder {
  readonly folder: string;
  /** What has the two of them. */
  readonly top: string;
  /** `REDRAFT_STATE_HOME` of the commands. */
  readonly state: string;
  /** Of a file of the folder. */
  path(name: string): string;
  put(name: string, text: string): Promise<void>;
  read(name: string): Promise<string>;
  /** Runs a command in the folder. */
  run(words: readonly string[], options?: CliOptions): Promise<CliAnswer>;
}

/** Makes a folder before each test of the file and removes it afterwards. Before each other `beforeEach` that uses it. */
export function workFolder(): WorkFolder {
  let top = "";
  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), "redraft-work-"));
    await mkdir(join(top, "work"));
  });
  afterEach(() => rm(top, { recursive: true, force: true }));
  const path = (name: string): string => join(top, "work", name);
  return {
    get folder() {
      return join(top, "work");
    },
    get top() {
      return top;
    },
    get state() {
      return join(top, "state");
    },
    path,
    put: (name, text) => writeFile(path(name), text),
    read: (name) => readFile(path(name), "utf8"),
    run: (words, options = {}) =>
      redraft(words, {
        cwd: join(top, "work"),
        ...options,
        env: { REDRAFT_STATE_HOME: join(top, "state"), ...options.env },
      }),
  };
}

/** Twelve lines that differ, some of them changed, by their numbers from 1. */
export const twelveLines = (changed: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 12 }, (_, n) => `${changed[n + 1] ?? `line number ${n + 1}`}\n`).join("");
