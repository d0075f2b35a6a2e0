/**
 * A long run of the merge's properties over generated edits: npm run soak:merge [-- count seed].
 * Every second edit is of a file in which stretches stand twice. Prints a line every 50,000 edits, and the
 * first edits that break a property. Exits 1 if one did whose place is unique or that is explicit, or if
 * more than one sketch in a thousand among repeated stretches gave a third text.
 */
import { randomOf } from "../test/merge/generate.ts";
import { tryEdit } from "../test/merge/properties.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
const tally = { right: 0, declined: 0, idle: 0 };
const unique = { edits: 0, declined: 0, broken: 0 };
const twin = { edits: 0, declined: 0, broken: 0, brokenExplicit: 0 };
const shown = 5;
for (let index = 0; index < count; index++) {
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
    `twins: ${share(twin.declined, twin.edits)} declined, ${twin.broken} third texts (${share(twin.broken, twin.edits)}), ${twin.brokenExplicit} of them explicit\n`,
);
process.exitCode =
  unique.broken > 0 || twin.brokenExplicit > 0 || twin.broken > twin.edits / 1000 ? 1 : 0;
