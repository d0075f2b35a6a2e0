/**
 * A long run of the merge's properties over generated edits: npm run soak:merge [-- count seed].
 * Prints a line every 50,000 edits, and the first edits that break a property; exits 1 if any did.
 */
import { randomOf } from "../test/merge/generate.ts";
import { tryEdit } from "../test/merge/properties.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
const tally = { right: 0, declined: 0, idle: 0, declinedUnique: 0, unique: 0 };
let broken = 0;
for (let index = 0; index < count; index++) {
  const twins = index % 2 === 1;
  const trial = tryEdit(randomOf(seed * 1_000_003 + index), twins);
  tally[trial.kind]++;
  if (!twins && trial.kind !== "idle") {
    tally.unique++;
    if (trial.kind === "declined") tally.declinedUnique++;
  }
  if (trial.broken && broken++ < 5) {
    process.stdout.write(
      `edit ${index}: ${trial.broken}\n--- source\n${trial.source}--- edit\n${trial.edit}\n`,
    );
  }
  if ((index + 1) % 50_000 === 0) process.stdout.write(`${index + 1} edits, ${broken} broken\n`);
}
const share = (100 * tally.declinedUnique) / Math.max(1, tally.unique);
process.stdout.write(
  `${count} edits: ${tally.right} right, ${tally.declined} refused or ambiguous, ${tally.idle} without a change, ${broken} broken; ` +
    `of the unique ones ${share.toFixed(2)} % declined\n`,
);
process.exitCode = broken > 0 ? 1 : 0;
