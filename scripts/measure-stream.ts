import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readEdit } from "../src/edit/read.ts";
import { type MergeOutcome, merge, mergeFeed } from "../src/redraft/merge.ts";

/**
 * Streams the edits of a folder of `redraft bench data` four characters at a time and prints, per style: edits that are placed, their
 * hunks, how many are final before the last character, streams that are refused although the whole edit is placed, edits whose merge was
 * left for the last piece, and the time from that piece to the outcome (p50, p95, in ms of processor time).
 *
 *     node --import tsx scripts/measure-stream.ts <folder> [style,style,...]
 */
interface Row {
  readonly id: string;
  readonly case: string;
  readonly style: string;
  readonly format: string;
  /** Empty where it is the whole new file. */
  readonly sketch: string;
}

const formats: Readonly<Record<string, "lazy" | "unified-diff" | "whole" | "search-replace">> = {
  lazy: "lazy",
  udiff: "unified-diff",
  whole: "whole",
  search_replace: "search-replace",
};

/** Merges that fit between two pieces: a model writes some 50 tokens in a second, and a merge takes 5 ms. */
const mostAhead = 4;

const [folder = "data", chosen] = process.argv.slice(2);
const rows = <Item>(name: string): Item[] =>
  readFileSync(join(folder, name), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Item);
const files = new Map(
  rows<{ id: string; path: string; before: string; after: string }>("cases.public.jsonl").map(
    (one) => [one.id, one],
  ),
);

interface Tally {
  edits: number;
  placed: number;
  hunks: number;
  early: number;
  left: number;
  refused: string[];
  times: number[];
}

const tallies = new Map<string, Tally>();
for (const row of rows<Row>("sketches.public.jsonl")) {
  const format = formats[row.format];
  const file = files.get(row.case);
  if (!format || !file || (chosen && !chosen.split(",").includes(row.style))) continue;
  const tally = tallies.get(row.style) ?? {
    edits: 0,
    placed: 0,
    hunks: 0,
    early: 0,
    left: 0,
    refused: [],
    times: [],
  };
  tallies.set(row.style, tally);
  tally.edits++;
  const { path, before: source } = file;
  const written = row.sketch || file.after;
  let outcome: MergeOutcome;
  try {
    outcome = merge(source, readEdit(written, { path, source, format }));
  } catch {
    continue;
  }
  const feed = mergeFeed(source, { path, format });
  const pieces = written.match(/[\s\S]{1,4}/g) ?? [];
  let early = 0;
  const last = pieces.pop() ?? "";
  for (const [index, piece] of pieces.entries()) {
    early += feed.push(piece).length;
    // What is done ahead of other pieces is done again: only the last ones matter here.
    for (let ahead = 0; index > pieces.length - 12 && ahead < mostAhead; ahead++)
      if (!feed.prepare()) break;
  }
  const before = feed.merges;
  const start = process.cpuUsage();
  const more = feed.push(last);
  const end = feed.end();
  const { user, system } = process.cpuUsage(start);
  tally.times.push((user + system) / 1000);
  if (feed.merges > before) tally.left++;
  if (outcome.kind !== "proved") continue;
  tally.placed++;
  tally.early += early;
  tally.hunks += early + more.length + end.hunks.length;
  if (end.outcome.kind !== "proved") tally.refused.push(row.id);
  else if (end.outcome.text !== outcome.text) throw new Error(`${row.id}: another text`);
}

const print = (...words: readonly unknown[]): void =>
  void process.stdout.write(`${words.join(" ")}\n`);
print("style edits placed hunks early refused left p50 p95");
for (const [style, { edits, placed, hunks, early, left, refused, times }] of tallies) {
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(share * times.length)] ?? 0).toFixed(2);
  print(style, edits, placed, hunks, early, refused.length, left, at(0.5), at(0.95));
  if (refused.length > 0) print(`  ${refused.join(" ")}`);
}
