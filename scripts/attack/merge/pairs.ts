import type { Random } from "../../../test/merge/generate.ts";
import { altered, newOf, oldOf, type Quoted, quotedOnce } from "./changes.ts";
import { type Change, type FileText, flatAfter, flatOf, occurrences, oneOf } from "./text.ts";
import type { Trial } from "./trial.ts";

export interface Pair {
  readonly old: string;
  readonly new: string;
  readonly all?: boolean;
  readonly expected?: number;
}

const names = [
  ["old_string", "new_string"],
  ["oldString", "newString"],
  ["old_str", "new_str"],
  ["oldText", "newText"],
  ["old_text", "new_text"],
  ["search", "replace"],
] as const;
const paths = ["file_path", "filePath", "path"];

/** The pairs as the JSON arguments of one of the tools, in one of the ways in which they come. */
export function asJson(path: string, pairs: readonly Pair[], random: Random): string {
  const [oldName, newName] = oneOf(names, random);
  const fields = pairs.map((pair) => ({
    [oldName]: pair.old,
    [newName]: pair.new,
    ...(pair.all && (random(4) === 0 ? { replace_all: "true" } : { replace_all: true })),
    ...(pair.expected !== undefined && { expected_replacements: pair.expected }),
  }));
  const named = { [oneOf(paths, random)]: path };
  let value: unknown;
  const [only] = fields;
  if (fields.length === 1 && random(3) > 0) {
    const kind = random(6);
    const flat = { ...named, ...only };
    if (kind === 0) value = { command: "str_replace", ...flat };
    else if (kind === 1) value = { name: "edit_file", arguments: JSON.stringify(flat) };
    else if (kind === 2) value = { ...flat, instructions: "Change it", dryRun: false };
    else value = flat;
  } else if (random(4) === 0) {
    value = { explanation: "So", replacements: fields.map((one) => ({ ...named, ...one })) };
  } else value = { ...named, edits: fields };
  const text = JSON.stringify(value, undefined, random(3) === 0 ? 2 : undefined);
  const escaped =
    random(4) === 0
      ? text.replace(/[^ -~\s]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
      : text;
  return random(6) === 0 ? `\`\`\`json\n${escaped}\n\`\`\`\n` : escaped;
}

/** Old and new strings that hold whole lines. */
export function linePairs(
  file: FileText,
  changes: readonly Change[],
  random: Random,
): Trial | undefined {
  const quoted = quotedOnce(file, changes, random);
  if (!quoted || quoted.length === 0) return undefined;
  const pairs = quoted.map((one) => pairOf(one, file, random));
  return inTurn(file, pairs, "JSON pairs of lines", random, [flatAfter(file, changes)], changes);
}

export function pairOf(quoted: Quoted, file: FileText, random: Random): Pair {
  const old = oldOf(quoted);
  const fresh = newOf(quoted);
  const atEnd = quoted.start + old.length === file.lines.length && file.ends.at(-1) === "";
  const end = !atEnd && (random(2) === 0 || fresh.length === 0) ? "\n" : "";
  return {
    old: old.join("\n") + end,
    new: fresh.join("\n") + (fresh.length === 0 ? "" : end),
  };
}

/** Strings inside of lines, or across their ends. */
export function partPairs(file: FileText, random: Random): Trial | undefined {
  const flat = flatOf(file);
  const pairs: Pair[] = [];
  let from = 0;
  for (let left = 1 + random(3); left > 0; left--) {
    const points = [...flat.slice(from, from + 4000)];
    if (points.length < 4) break;
    const skipped = random(points.length - 2);
    const size = 1 + random(Math.min(120, points.length - skipped));
    const old = points.slice(skipped, skipped + size).join("");
    const isOnce = occurrences(flat, old, 2).length === 1;
    from += points.slice(0, skipped + size).join("").length;
    // Ends of lines and blanks at the edges belong to the questions of `linePairs`.
    if (!isOnce || /^\s|\s$/.test(old)) continue;
    const fresh =
      random(5) === 0 && !old.includes("\n")
        ? altered(old, random).repeat(2)
        : altered(old, random);
    if (fresh !== old) pairs.push({ old, new: fresh });
  }
  return pairs.length === 0 ? undefined : inTurn(file, pairs, "JSON pairs inside lines", random);
}

/** One string that stands several times, all of which are replaced. */
export function allPairs(file: FileText, random: Random): Trial | undefined {
  const flat = flatOf(file);
  const tokens = [...flat.matchAll(/[\p{L}\p{N}_.()]{2,30}/gu)].map(([token]) => token);
  if (tokens.length === 0) return undefined;
  const old = oneOf(tokens, random);
  const count = flat.split(old).length - 1;
  if (count < 2 || occurrences(flat, old, count + 1).length !== count) return undefined;
  const all = random(3) > 0;
  const pair = { old, new: altered(old, random), ...(all ? { all } : { expected: count }) };
  const wanted = flat.split(old).join(pair.new);
  return {
    kind: "JSON, every place",
    file,
    edit: asJson(file.path, [pair], random),
    format: random(2) === 0 ? "search-replace" : "auto",
    wanted: { kind: "text", flat: wanted },
  };
}

/** Pairs that each stand once, in the file and in what the pairs before leave. */
function inTurn(
  file: FileText,
  pairs: readonly Pair[],
  kind: string,
  random: Random,
  also: readonly string[] = [],
  changes?: readonly Change[],
): Trial | undefined {
  let flat = flatOf(file);
  for (const { old, new: fresh } of pairs) {
    const places = occurrences(flat, old, 2);
    if (places.length !== 1) return undefined;
    flat = flat.slice(0, places[0]) + fresh + flat.slice(places[0]! + old.length);
  }
  if (flat === flatOf(file)) return undefined;
  // A line that goes may be named without its end; then it may leave an empty line, or none.
  const others = pairs.some((pair) => pair.new === "" && !pair.old.endsWith("\n")) ? also : [];
  return {
    kind,
    file,
    edit: asJson(file.path, pairs, random),
    format: random(2) === 0 ? "search-replace" : "auto",
    wanted: { kind: "text", flat, also: others },
    ...(changes && { changes }),
  };
}

/** A text that goes after a line. */
export function insertion(file: FileText, random: Random): Trial | undefined {
  const { lines, ends, path } = file;
  if (lines.length === 0) return undefined;
  const at = random(lines.length + 1);
  if (at === lines.length && ends.at(-1) === "") return undefined;
  const fresh = [`${oneOf(["alpha", "beta"], random)}_${random(10_000)};`, "second line"];
  const change = { start: at, end: at, fresh };
  const value = { command: "insert", path, insert_line: at, insert_text: `${fresh.join("\n")}\n` };
  return {
    kind: "JSON insertion",
    file,
    edit: JSON.stringify(value),
    format: random(2) === 0 ? "search-replace" : "auto",
    wanted: { kind: "text", flat: flatAfter(file, [change]) },
    changes: [change],
  };
}
