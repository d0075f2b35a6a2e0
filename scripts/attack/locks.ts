import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RedraftError } from "../../src/core/errors.ts";
import { disk } from "../../src/workspace/disk.ts";
import { lockFile } from "../../src/workspace/lock.ts";
import { lockPath } from "../../src/workspace/lock-file.ts";
import { asNobody, clear, type Expected, type LockObject, lockObjects } from "./lock-objects.ts";

export interface LockRow {
  readonly object: string;
  readonly outcome: "taken" | "refused" | "crashed";
  readonly expected: Expected;
  /** How long the answer took, with this patience. */
  readonly ms: number;
  readonly patience: number;
  /** Whether the refusal names the file that is in the way. */
  readonly named: boolean;
  readonly message?: string;
}

/** Asks for a lock where `object` stands in its place. */
export async function attackLock(object: LockObject, patience: number): Promise<LockRow> {
  const folder = mkdtempSync(join(tmpdir(), "redraft-attack-locks-"));
  chmodSync(folder, 0o755);
  const path = join(folder, "f.txt");
  const text = "untouched\n";
  writeFileSync(path, text);
  const end = await object.make(lockPath(path));
  const start = performance.now();
  const row = {
    object: object.name,
    expected: patience < 4_000 ? object.soon : object.later,
    patience,
  };
  const attempt = async (): Promise<LockRow> => {
    try {
      const lock = await lockFile(path, { fs: disk, patience });
      const ms = performance.now() - start;
      await lock.release();
      return { ...row, outcome: "taken", ms, named: true };
    } catch (error) {
      const ms = performance.now() - start;
      const message = String((error as Error).message);
      const outcome = RedraftError.is(error) ? "refused" : "crashed";
      return { ...row, outcome, ms, named: message.includes(lockPath(path)), message };
    }
  };
  try {
    const answer = await (object.asNobody ? asNobody(attempt) : attempt());
    if (readFileSync(path, "utf8") !== text) return { ...answer, outcome: "crashed" };
    return answer;
  } finally {
    end?.();
    clear(folder);
  }
}

/** Milliseconds until a call ends that is stopped after `ms`. */
export async function abortLock(object: LockObject, ms: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "redraft-attack-locks-"));
  const path = join(folder, "f.txt");
  const end = await object.make(lockPath(path));
  const start = performance.now();
  try {
    const lock = await lockFile(path, { fs: disk, signal: AbortSignal.timeout(ms) });
    await lock.release();
  } catch {
    // How it ends is looked at by `attackLock`.
  } finally {
    end?.();
    clear(folder);
  }
  return performance.now() - start;
}

/** All objects: those that need another user one by one, since a process has one user; the rest together. */
export async function attackLocks(patience: number): Promise<LockRow[]> {
  const objects = lockObjects();
  const rows = await Promise.all(
    objects.filter(({ asNobody: other }) => !other).map((one) => attackLock(one, patience)),
  );
  for (const one of objects.filter(({ asNobody: other }) => other)) {
    rows.push(await attackLock(one, patience));
  }
  return rows;
}

export function isWrong({ outcome, expected, named }: LockRow): boolean {
  const right = expected === "either" ? outcome !== "crashed" : outcome === expected;
  return !right || !named;
}

async function main(): Promise<void> {
  const slack = 1_000;
  let failed = false;
  for (const patience of [500, 6_000]) {
    const rows = await attackLocks(patience);
    const over = rows.filter(({ ms }) => ms > patience + slack);
    const wrong = rows.filter(isWrong);
    for (const row of [...wrong, ...over]) process.stdout.write(`${JSON.stringify(row)}\n`);
    const count = (outcome: string): number => rows.filter((row) => row.outcome === outcome).length;
    process.stdout.write(
      `${JSON.stringify({
        patience,
        objects: rows.length,
        taken: count("taken"),
        refused: count("refused"),
        crashed: count("crashed"),
        wrong: wrong.length,
        worstMs: Math.round(Math.max(...rows.map(({ ms }) => ms))),
      })}\n`,
    );
    failed ||= wrong.length + over.length > 0;
  }
  const aborted = await Promise.all(
    lockObjects()
      .filter(({ asNobody: other }) => !other)
      .map((one) => abortLock(one, 200)),
  );
  const worst = Math.max(...aborted);
  process.stdout.write(
    `${JSON.stringify({ stoppedAfterMs: 200, objects: aborted.length, worstMs: Math.round(worst) })}\n`,
  );
  process.exitCode = failed || worst > 200 + slack ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
