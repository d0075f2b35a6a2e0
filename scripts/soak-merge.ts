/**
 * A long run of the merge's properties over generated edits: npm run soak:merge [-- count seed state].
 * With a state file, a run that was interrupted goes on where it was.
 * Every second edit is of a file in which stretches stand twice. Prints a line every 50,000 edits, and the
 * first edits that break a property. Among repeated stretches a sketch may give a third text, neither the wanted one
 * nor a refusal: those that differ in more than blank lines are applied once more as a user would, with the guard and
 * the syntax check. Exits 1 if an edit broke a property whose place is unique or that is explicit, or if more than one
 * sketch in a thousand among repeated stretches was written with a third text.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRedraft } from "../src/redraft/create-redraft.ts";
import { randomOf } from "../test/merge/generate.ts";
import { type Trial, tryEdit } from "../test/merge/properties.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
const stateFile = process.argv[4];
const fresh = {
  seed,
  next: 0,
  tally: { right: 0, declined: 0, idle: 0 },
  unique: { edits: 0, declined: 0, broken: 0 },
  twin: { edits: 0, declined: 0, broken: 0, brokenExplicit: 0, blanks: 0, written: 0 },
};
const isSaved = stateFile !== undefined && existsSync(stateFile);
const state: typeof fresh = isSaved ? JSON.parse(readFileSync(stateFile, "utf8")) : fresh;
if (state.seed !== seed) throw new Error(`${stateFile} is of seed ${state.seed}`);
const { tally, unique, twin } = state;
const redraft = createRedraft();
const withoutBlanks = (text: string): string => text.replace(/^[ \t]*\n/gm, "");

/** Whether the product writes a third text: what the merge places may still be refused. */
async function isWritten({ source, edit, lazy, wanted }: Trial): Promise<boolean> {
  const format = lazy ? "lazy" : "search-replace";
  try {
    return (await redraft.apply({ path: "a.ts", source, edit, format })).text !== wanted;
  } catch {
    return false;
  }
}

const shown = 5;
const savedEvery = 1_000;
for (let index = state.next; index < count; index++) {
  if (stateFile !== undefined && index % savedEvery === 0)
    writeFileSync(stateFile, JSON.stringify({ ...state, next: index }));
  const twins = index % 2 === 1;
  const trial = tryEdit(randomOf(seed * 1_000_003 + index), twins);
  tally[trial.kind]++;
  if (trial.kind === "idle") continue;
  const sums = twins ? twin : unique;
  sums.edits++;
  if (trial.kind === "declined") sums.declined++;
  if (trial.broken) {
    if (unique.broken + twin.broken < shown) {
      process.stdout.write(
        `edit ${index}: ${trial.broken}\n--- source\n${trial.source}--- edit\n${trial.edit}\n`,
      );
    }
    sums.broken++;
    if (twins && !trial.lazy) twin.brokenExplicit++;
    if (twins && withoutBlanks(trial.wanted ?? "") === withoutBlanks(trial.got ?? ""))
      twin.blanks++;
    else if (twins && (await isWritten(trial))) twin.written++;
  }
  if ((index + 1) % 50_000 === 0) {
    process.stdout.write(
      `${index + 1} edits: ${unique.broken} broken of ${unique.edits} unique, ${twin.broken} of ${twin.edits} among twins\n`,
    );
  }
}
const share = (part: number, of: number): string =>
  `${((100 * part) / Math.max(1, of)).toFixed(3)} %`;
process.stdout.write(
  `${count} edits: ${tally.right} right, ${tally.declined} refused or ambiguous, ${tally.idle} without a change\n` +
    `unique: ${share(unique.declined, unique.edits)} declined, ${unique.broken} broken\n` +
    `twins: ${share(twin.declined, twin.edits)} declined, ${twin.broken} third texts (${share(twin.broken, twin.edits)}), ${twin.brokenExplicit} of them explicit, ${twin.blanks} with other blank lines only, ${twin.written} (${share(twin.written, twin.edits)}) written by the product\n`,
);
process.exitCode =
  unique.broken > 0 || twin.brokenExplicit > 0 || twin.written > twin.edits / 1000 ? 1 : 0;
