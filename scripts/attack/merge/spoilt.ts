import type { Random } from "../../../test/merge/generate.ts";
import { blockIn } from "./blocks.ts";
import { altered, newOf, oldOf, type Quoted, quotedOnce } from "./changes.ts";
import { diffText, headed, hunkOf, patchText } from "./diffs.ts";
import { asJson, pairOf } from "./pairs.ts";
import {
  type Change,
  type FileText,
  flatAfter,
  flatOf,
  occurrences,
  oneOf,
  placesOf,
} from "./text.ts";
import { looksLikeSyntax, type Trial } from "./trial.ts";

type Writer = (quoted: readonly Quoted[], file: FileText, random: Random) => string;

/** One edit in each of the formats that quote what they replace. */
const writers: readonly (readonly [name: string, format: Trial["format"], write: Writer])[] = [
  ["blocks", "search-replace", (quoted, _, random) => quoted.map(blockIn(random)).join("")],
  [
    "JSON",
    "search-replace",
    (quoted, file, random) =>
      asJson(
        file.path,
        quoted.map((one) => pairOf(one, file, random)),
        random,
      ),
  ],
  ["patch", "patch", (quoted, file, random) => patchText(file.path, quoted, file, random)],
  [
    "diff",
    "unified-diff",
    (quoted, file, random) => headed(file.path, quoted.map(bareHunk).join(""), random),
  ],
];

const bareHunk = (one: Quoted): string =>
  [
    "@@ ... @@",
    ...one.above.map((line) => ` ${line}`),
    ...one.old.map((line) => `-${line}`),
    ...one.fresh.map((line) => `+${line}`),
    ...one.below.map((line) => ` ${line}`),
    "",
  ].join("\n");

/** A line that is removed is not the file's: a letter or digit of it differs. Nothing may be written. */
export function stale(
  file: FileText,
  changes: readonly Change[],
  random: Random,
): Trial | undefined {
  const quoted = quotedOnce(file, changes, random);
  if (!quoted) return undefined;
  const candidates = quoted.flatMap((one, index) =>
    one.old.flatMap((line, at) =>
      /[A-Za-z0-9]{2}/.test(line) && !one.fresh.includes(line) ? [{ index, at }] : [],
    ),
  );
  if (candidates.length === 0) return undefined;
  const { index, at } = oneOf(candidates, random);
  const one = quoted[index]!;
  const wrong = altered(one.old[at]!, random);
  if (file.lines.some((line) => line.trim() === wrong.trim())) return undefined;
  if (one.fresh.some((line) => line.trim() === wrong.trim())) return undefined;
  const old = one.old.map((line, n) => (n === at ? wrong : line));
  const spoilt = quoted.map((other, n) => (n === index ? { ...one, old } : other));
  const [name, format, write] = oneOf(writers, random);
  return {
    kind: `stale removed line, ${name}`,
    file,
    edit: write(spoilt, file, random),
    format: random(2) === 0 ? format : "auto",
    wanted: { kind: "refusal" },
  };
}

/** The old lines stand at several places, and each gives another text. */
export function twice(file: FileText, random: Random): Trial | undefined {
  const { lines } = file;
  if (lines.length < 4) return undefined;
  const from = random(lines.length - 2);
  const run = lines.slice(from, from + 2 + random(5));
  const to = random(lines.length + 1);
  if (to > from && to < from + run.length) return undefined;
  const copied = [...lines.slice(0, to), ...run, ...lines.slice(to)];
  const end = file.ends.find((one) => one !== "") ?? "\n";
  const last = file.ends.at(-1)!;
  const ends = copied.map((_, index) => (index === copied.length - 1 ? last : end));
  // In a language with a grammar the place may be told by what would not parse.
  const twins: FileText = { path: "notes/twins.txt", lines: copied, ends };
  const start = to + random(run.length);
  const size = 1 + random(to + run.length - start);
  const fresh = [`${oneOf(["alpha", "beta"], random)}_${random(10_000)}();`];
  const change: Change = { start, end: start + size, fresh };
  const room = Math.min(start - to, to + run.length - change.end, random(3));
  const quoted = hunkOf(twins, change, room);
  const old = oldOf(quoted);
  if (!old.some((line) => /[\p{L}\p{N}]/u.test(line)) || old.some(looksLikeSyntax))
    return undefined;
  const places = placesOf(old, copied);
  const texts = new Set(
    places.map((place) =>
      flatAfter(twins, [{ start: place, end: place + old.length, fresh: newOf(quoted) }]),
    ),
  );
  const [name, format, write] = oneOf(writers.slice(0, 2), random);
  if (
    texts.size < 2 ||
    (name === "JSON" && occurrences(flatOf(twins), `${old.join("\n")}\n`).length < 2)
  )
    return undefined;
  // A number that Roo's blocks name would tell the place.
  const edit = write([quoted], twins, random).replace(/^:start_line:\d+\n-------\n/gm, "");
  return {
    kind: `place not unique, ${name}`,
    file: twins,
    edit,
    format: random(2) === 0 ? format : "auto",
    wanted: { kind: "refusal" },
  };
}

/** The edit ends before its end. */
export function cutOff(
  file: FileText,
  changes: readonly Change[],
  random: Random,
): Trial | undefined {
  const quoted = quotedOnce(file, changes, random);
  if (!quoted || quoted.length === 0) return undefined;
  if (quoted.some((one) => [...oldOf(one), ...newOf(one)].some(looksLikeSyntax))) return undefined;
  const kind = random(4);
  if (kind === 3) return cutDiff(file, changes, random);
  const [name, format, write] = writers[kind]!;
  const text = write(quoted, file, random);
  // From the last block's own lines on: whole blocks before it are an edit of their own.
  const last = kind === 0 ? text.search(/^[^\n]*SEARCH\n(?![\s\S]*SEARCH\n)/m) : 0;
  const end =
    kind === 0
      ? text.search(/\n[^\n]*REPLACE\n*$/)
      : kind === 1
        ? text.trimEnd().length - 4
        : text.lastIndexOf("*** End");
  if (last < 0 || end <= last + 20) return undefined;
  const cut = last + 16 + random(end - last - 16);
  return {
    kind: `cut off, ${name}`,
    file,
    edit: text.slice(0, cut),
    format: random(2) === 0 ? format : "auto",
    wanted: { kind: "refusal" },
  };
}

/** A diff that ends inside a line of its last hunk, whose counts then say that there was more. */
function cutDiff(file: FileText, changes: readonly Change[], random: Random): Trial | undefined {
  const text = diffText(file, changes, { context: 3, shift: 0, section: false });
  const header = text.lastIndexOf("\n@@ ") + 1;
  const body = text.indexOf("\n", header) + 1;
  const lines = text.slice(body).split("\n");
  const inside = lines.findLastIndex((line) => /^[-+].{4}/.test(line));
  // With all its lines a diff is not cut off as far as anybody can tell.
  const rest = lines.slice(inside + 1).filter((line) => /^[-+ ]/.test(line));
  if (inside < 0 || rest.length === 0) return undefined;
  const before = lines.slice(0, inside).reduce((sum, line) => sum + line.length + 1, body);
  const cut = before + 2 + random(lines[inside]!.length - 3);
  return {
    kind: "cut off, diff",
    file,
    edit: `--- a/${file.path}\n+++ b/${file.path}\n${text.slice(0, cut)}`,
    format: random(2) === 0 ? "unified-diff" : "auto",
    wanted: { kind: "refusal" },
  };
}

/** Any edit with bytes changed, taken out, put in, doubled: nothing is right, but nothing may break. */
export function garbled(trial: Trial, random: Random): Trial {
  let text = trial.edit;
  for (let i = 1 + random(6); i > 0; i--) {
    const at = random(text.length + 1);
    const size = random(4) === 0 ? random(200) : 1 + random(3);
    const kind = random(6);
    if (kind === 0) text = text.slice(0, at) + text.slice(at + size);
    else if (kind === 1) text = text.slice(0, at) + noise(random) + text.slice(at);
    else if (kind === 2)
      text = text.slice(0, at) + text.slice(at, at + size).repeat(2) + text.slice(at + size);
    else if (kind === 3) text = text.slice(at) + text.slice(0, at);
    else if (kind === 4) text = text.slice(0, at) + noise(random) + text.slice(at + 1);
    else text = text.slice(0, at) + oneOf(pieces, random) + text.slice(at);
  }
  return { ...trial, kind: "garbage", edit: text, wanted: { kind: "anything" } };
}

const noise = (random: Random): string => {
  let text = "";
  for (let i = 1 + random(4); i > 0; i--) {
    const kind = random(4);
    text += String.fromCharCode(
      kind === 0 ? random(32) : kind === 1 ? random(0x10000) : 32 + random(95),
    );
  }
  return text;
};

const pieces = [
  "\n<<<<<<< SEARCH\n",
  "\n=======\n",
  "\n>>>>>>> REPLACE\n",
  "\n@@ -1,9999999999 +1 @@\n",
  "\n--- a/x\n+++ b/x\n",
  "\n*** Begin Patch\n",
  "\n*** End Patch\n",
  '{"old_string": "',
  '", "new_string": "',
  "\n```\n",
  "<think>",
  "</think>",
  "\n// ... existing code ...\n",
  "\n<old_text>\n",
  "\r",
  "\u0000",
  "\uD800",
  "\\u0000",
  "[[[[[[[[[[[[[[[[",
  '{"a":'.repeat(40),
];
