import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { updateFile } from "../../src/workspace/update.ts";
import { workerProgram } from "../code.ts";

const worker = new URL("kill-worker.mjs", import.meta.url);

export interface KillReport {
  readonly kills: number;
  /** Files that were neither the old nor the new text: must be 0. */
  readonly broken: number;
  /** Kills that hit a process while it held the lock, or had a temporary file. */
  readonly hitWriting: number;
  /** The longest wait of the next writer, in ms. */
  readonly slowestRecovery: number;
  /** Locks and temporary files that the next writer did not clear away: must be 0. */
  readonly leftovers: number;
}

/** Kills a writing process (SIGKILL) at random moments and looks at the file it leaves. */
export async function killWriters(kills: number, lines = 20_000): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), "redraft-kill-"));
  const path = join(folder, "file.txt");
  const texts = ["a", "b"].map((letter) => `${letter.repeat(60)}\n`.repeat(lines));
  writeFileSync(path, texts[0]!);
  const report = { kills, broken: 0, hitWriting: 0, slowestRecovery: 0, leftovers: 0 };
  try {
    for (let round = 0; round < kills; round++) {
      await killOne(path, lines);
      const left = readdirSync(folder);
      if (left.length > 1) report.hitWriting += 1;
      if (!texts.includes(readFileSync(path, "utf8"))) report.broken += 1;
      const start = performance.now();
      await updateFile(path, async ({ text }) => {
        return { text: text === texts[0] ? texts[1]! : texts[0]!, action: "update" };
      });
      report.slowestRecovery = Math.max(report.slowestRecovery, performance.now() - start);
      const still = readdirSync(folder).filter((name) => name !== "file.txt");
      if (still.length > 0) report.leftovers += 1;
      for (const name of still) rmSync(join(folder, name), { force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return report;
}

async function killOne(path: string, lines: number): Promise<void> {
  const child = spawn(process.execPath, [...workerProgram(worker), path, String(lines)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", () => reject(new Error("the writer ended by itself")));
  });
  await wait(Math.random() * 100);
  child.kill("SIGKILL");
  await gone;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const report = await killWriters(Number(process.argv[2] ?? 300));
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = report.broken + report.leftovers === 0 ? 0 : 1;
}
