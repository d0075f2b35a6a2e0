/**
 * Simulated streams of edits: the learnt order against fixed ones. `node --import tsx scripts/bench-select.ts [requests] [seeds]`.
 * Seconds until the first right edit of each request, by the best fixed order for every kind of edit in hindsight (= 1.00): median and
 * worst over the seeds.
 */
import {
  alwaysFirst,
  bestFixed,
  discountedUcb,
  drawStream,
  learnt,
  roundRobin,
  runStream,
  type StreamPolicy,
  streams,
} from "./select-streams.ts";

const [requests = "600", seeds = "20"] = process.argv.slice(2);
const policies: Readonly<Record<string, (seed: number) => StreamPolicy>> = {
  "fixed order": alwaysFirst,
  "round robin": roundRobin,
  "discounted Thompson, 0.98": (seed) => learnt(seed),
  "discounted Thompson, 0.95": (seed) => learnt(seed, 0.95),
  "discounted Thompson, 0.99": (seed) => learnt(seed, 0.99),
  "Thompson, no discount": (seed) => learnt(seed, 1),
  "discounted UCB, 0.98": () => discountedUcb(),
};

const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);
process.stdout.write(
  `| stream of ${requests} | policy | median | worst | accepted per 100 s |\n| --- | --- | --- | --- | --- |\n`,
);
for (const [name, phases] of Object.entries(streams)) {
  const drawn = Array.from({ length: Number(seeds) }, (_, seed) =>
    drawStream(phases(Number(requests)), seed + 1),
  );
  const best = drawn.map((stream) => bestFixed(stream, "type"));
  const row = (policy: string, ratios: readonly number[], rates: readonly number[]): void => {
    const [ratio, rate] = [sorted(ratios), sorted(rates)];
    const cells = [
      name,
      policy,
      ratio[ratio.length >> 1]!.toFixed(2),
      ratio.at(-1)!.toFixed(2),
      rate[rate.length >> 1]!.toFixed(1),
    ];
    process.stdout.write(`| ${cells.join(" | ")} |\n`);
  };
  for (const [policy, make] of Object.entries(policies)) {
    const results = drawn.map((stream, seed) => runStream(stream, make(seed + 1)));
    row(
      policy,
      results.map(({ seconds }, i) => seconds / best[i]!),
      results.map(({ seconds, accepted }) => (100 * accepted) / seconds),
    );
  }
  const one = drawn.map((stream) => bestFixed(stream, "stream"));
  const accepted = drawn.map((stream) => runStream(stream, alwaysFirst()).accepted);
  row(
    "best fixed order of all kinds",
    one.map((seconds, i) => seconds / best[i]!),
    one.map((seconds, i) => (100 * accepted[i]!) / seconds),
  );
  row(
    "best fixed order of each kind",
    best.map(() => 1),
    best.map((seconds, i) => (100 * accepted[i]!) / seconds),
  );
}
