import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openJournal } from "../../src/workspace/journal/journal.ts";
import { workerProgram } from "../code.ts";

const worker = new URL("kill-worker.mjs", import.meta.url);

export interface KillOptions {
  readonly kills: number;
  /** Files of one transaction: 1, or some that are changed, made, deleted and moved. */
  readonly files: number;
  /** Kills at the same time, each in a folder of its own. */
  readonly lanes?: number;
}

export interface KillReport {
  readonly kills: number;
  readonly files: number;
  /** Folders that were neither all old nor all new after recovery: must be 0. */
  mixed: number;
  /** Locks, temporary files and open records that recovery left: must be 0. */
  leftovers: number;
  /** Their names. */
  readonly left: string[];
  /** Where the kill met the process. */
  readonly phases: {
    /** Between two transactions, or while one was prepared. */
    idle: number;
    /** Locks or new texts on the disk, nothing written ahead yet. */
    staging: number;
    /** Written ahead; all files still old. */
    ahead: number;
    /** Some files new, some old. */
    half: number;
    /** All files new, not yet committed: rolled back. */
    uncommitted: number;
    /** Committed, not yet cleared up: finished. */
    committed: number;
  };
}

type Texts = Record<string, string>;

interface States {
  readonly a: Texts;
  readonly b: Texts;
  readonly moves: [string, string][];
}

/** Two states of a folder: most files change; some move, come into a new folder, or go. */
function statesOf(files: number): States {
  const states: States = { a: {}, b: {}, moves: [] };
  const text = (name: string, state: string): string =>
    Array.from({ length: 300 }, (_, line) => `${name} ${state} ${line}\n`).join("");
  for (let file = 0; file < files; file++) {
    const name = `f${file}`;
    const kind = files === 1 ? 3 : file % 6;
    if (kind !== 1) states.a[name] = text(name, "a");
    if (kind === 0) {
      states.b[`moved-${name}`] = text(name, "b");
      states.moves.push([name, `moved-${name}`]);
    } else if (kind === 1) states.b[`new/${name}`] = text(name, "b");
    else if (kind !== 2) states.b[name] = text(name, "b");
  }
  return states;
}

/** Kills a process (SIGKILL) at random moments of its transactions and looks at what recovery makes of it. */
export async function killTransactions(options: KillOptions): Promise<KillReport> {
  const { kills, files, lanes = 2 } = options;
  const phases = { idle: 0, staging: 0, ahead: 0, half: 0, uncommitted: 0, committed: 0 };
  const report: KillReport = { kills, files, mixed: 0, leftovers: 0, left: [], phases };
  let started = 0;
  const lane = async (): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), "redraft-attack-"));
    try {
      const work = join(folder, "work");
      const home = join(folder, "state");
      const states = statesOf(files);
      writeAll(work, states.a);
      writeFileSync(`${home}.states.json`, JSON.stringify(states));
      while (started++ < kills) {
        const aimed = started % 3 === 0 ? undefined : 8 + 4 * files;
        await killOne(work, home, aimed);
        phases[phaseOf(work, home, states)] += 1;
        await openJournal({ folder: work, home }).recover();
        const found = readAll(work);
        if (!isSame(found, states.a) && !isSame(found, states.b)) {
          report.mixed += 1;
          writeAll(work, states.a);
        }
        // What no record speaks of is taken from the dead by whoever takes the lock next: here the next round.
        report.left.push(...openRecords(home));
      }
      await turnTwice(work, home);
      const names = readdirSync(work, { recursive: true, encoding: "utf8" });
      report.left.push(...names.filter((name) => name.includes(".redraft-")));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  report.leftovers = report.left.length;
  return report;
}

function start(work: string, home: string, ...more: string[]): ChildProcess {
  return spawn(process.execPath, [...workerProgram(worker), work, home, ...more], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Kills at any time, or (`calls` given) at one of the first that many calls that change something. */
async function killOne(work: string, home: string, calls?: number): Promise<void> {
  const aim = calls === undefined ? [] : ["", String(Math.floor(Math.random() * calls * 2) / 2)];
  const child = start(work, home, ...aim);
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout!.once("data", () => resolve());
    child.once("exit", () => reject(new Error("the writer ended by itself")));
  });
  if (calls === undefined) {
    await wait(Math.random() * 150);
    child.kill("SIGKILL");
  }
  await gone;
}

/** Two transactions that nobody disturbs: they take the locks of the dead, and clear away what those left beside the files. */
async function turnTwice(work: string, home: string): Promise<void> {
  const child = start(work, home, "2");
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`the undisturbed writer ended with ${code}`);
}

function openRecords(home: string): string[] {
  return existsSync(join(home, "open")) ? readdirSync(join(home, "open")) : [];
}

function phaseOf(work: string, home: string, states: States): keyof KillReport["phases"] {
  const [open] = openRecords(home);
  const found = readAll(work);
  const isOld = isSame(found, states.a);
  const isNew = isSame(found, states.b);
  const at = open === undefined ? undefined : join(home, "open", open);
  if (at === undefined || !existsSync(join(at, "record.json"))) {
    const names = readdirSync(work);
    return names.some((name) => name.startsWith(".redraft-")) ? "staging" : "idle";
  }
  if (existsSync(join(at, "committed"))) return "committed";
  if (!isOld && !isNew) return "half";
  const { files } = JSON.parse(readFileSync(join(at, "record.json"), "utf8")) as {
    readonly files: readonly { readonly path: string; readonly after: { ino: number } | null }[];
  };
  const placed = files.some(
    ({ path, after }) => after !== null && existsSync(path) && lstatSync(path).ino === after.ino,
  );
  return placed ? "uncommitted" : "ahead";
}

function writeAll(work: string, texts: Texts): void {
  rmSync(work, { recursive: true, force: true });
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(work, name)), { recursive: true });
    writeFileSync(join(work, name), text);
  }
  mkdirSync(work, { recursive: true });
}

function readAll(work: string): Texts {
  const found: Texts = {};
  for (const one of readdirSync(work, { recursive: true, withFileTypes: true })) {
    if (!one.isFile() || one.name.startsWith(".redraft-")) continue;
    const path = join(one.parentPath, one.name);
    found[path.slice(work.length + 1)] = readFileSync(path, "utf8");
  }
  return found;
}

function isSame(one: Texts, other: Texts): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kills = Number(process.argv[2] ?? 1_000);
  let bad = 0;
  for (const [files, share] of [
    [1, 0.3],
    [30, 0.7],
  ] as const) {
    const report = await killTransactions({ kills: Math.round(kills * share), files });
    process.stdout.write(`${JSON.stringify(report)}\n`);
    bad += report.mixed + report.leftovers;
  }
  process.exitCode = bad === 0 ? 0 : 1;
}
