import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../../test/merge/generate.ts";
import { type FileText, fileOf, oneOf } from "./text.ts";

export interface Named {
  readonly path: string;
  readonly text: string;
}

/** The text files of this repository. */
export function ownFiles(): Named[] {
  const names = execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" }).split("\0");
  return names
    .filter(
      (path) => /\.(?:ts|md|json|py|c|sh|toml|txt|diff|patch)$/.test(path) && existsSync(path),
    )
    .map((path) => ({ path, text: readFileSync(path, "utf8") }))
    .filter(({ text }) => text.length < 200_000 && !text.includes("\uFFFD"));
}

/** The files of a folder of real edits (`cases*.jsonl` with `path` and `before`). */
export function filesOfData(folder: string): Named[] {
  const file = join(folder, "cases.public.jsonl");
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { path: string; before: string })
    .map(({ path, before }) => ({ path, text: before }));
}

const words =
  "load store parse count merge user order page token entry batch route value index total state".split(
    " ",
  );
const strange = [
  "café naïve Ångström",
  "e\u0301 combined, ﬁ ligature",
  "日本語のテキスト、句読点。",
  "שלום עולם and العربية",
  "👩‍👩‍👧‍👦 🇩🇪 𝒳𝓎𝓏",
  "no\u00a0break\u202fspaces",
  "zero\u200bwidth\u200djoiner\ufeff",
  "line\u2028separator\u2029and\u0085next",
  "form\ffeed\vand tab\tinside",
  "“curly” ‘quotes’ – dash — … ellipsis",
  "$& $1 $` \\1 \\n \\\\ %s {{ }}",
  "&amp; &lt;tag&gt; &#39;",
  "control \u0001\u0007\u001b[31m end",
];
const holding = [
  "<<<<<<< SEARCH",
  "=======",
  ">>>>>>> REPLACE",
  "------- SEARCH",
  "+++++++ REPLACE",
  "```",
  "```ts",
  "~~~",
  "--- a/x.ts",
  "+++ b/x.ts",
  "@@ -1,2 +1,2 @@",
  "@@",
  "diff --git a/x b/x",
  "*** Begin Patch",
  "*** Update File: x.ts",
  "*** End Patch",
  "*** End of File",
  "// ... existing code ...",
  "# ...",
  "...",
  "<old_text>",
  "</new_text>",
  "- item",
  "+ item",
  "-- comment",
  "++i;",
  "\\ No newline at end of file",
  ":start_line:3",
  '{"old_string": "a", "new_string": "b"}',
  "12 | numbered",
  "12→numbered",
];

const extensions = [
  "ts",
  "py",
  "go",
  "md",
  "txt",
  "css",
  "html",
  "yaml",
  "sql",
  "rs",
  "java",
  "Makefile",
];

function word(random: Random): string {
  return `${oneOf(words, random)}${random(3) === 0 ? `_${random(1000)}` : ""}`;
}

/** A line of its own: code, prose, strange characters, or a line that some edit format uses. */
export function freshLine(random: Random, indent: string, marks: boolean): string {
  const kind = random(marks ? 12 : 10);
  if (kind >= 10) return oneOf(holding, random);
  if (kind === 9) return "";
  if (kind === 8) return `${indent}${oneOf(strange, random)}`;
  if (kind === 7) return `${indent}}`;
  if (kind === 6) return `${indent}${word(random)} ${word(random)}, ${word(random)}.`;
  if (kind === 5) return `${indent}if (${word(random)} > ${random(100)}) {`;
  return `${indent}${word(random)} = ${word(random)}(${random(10_000)});`;
}

/** A text made up line by line, with the strange things that files hold. */
export function madeUp(random: Random): FileText {
  const marks = random(3) === 0;
  const unit = oneOf(["  ", "    ", "\t"], random);
  const lines: string[] = [];
  const size = oneOf([0, 1, 1, 2, 3, 8, 20, 60, 150], random);
  let depth = 0;
  for (let i = 0; i < size; i++) {
    depth = Math.max(0, Math.min(6, depth + random(3) - 1));
    lines.push(freshLine(random, unit.repeat(depth), marks));
  }
  if (size > 3 && random(8) === 0) lines[random(size)] = long(random);
  const name = oneOf(extensions, random);
  const path = name === "Makefile" ? name : `src/${word(random)}.${name}`;
  return varied(path, lines, random);
}

function long(random: Random): string {
  const piece = `${word(random)}(${word(random)}),`;
  let text = "";
  for (let i = 100 + random(2000); i > 0; i--) text += i % 17 === 0 ? `${i},` : piece;
  return text;
}

/** A real file or a part of it, with its line ends, blanks and repetitions varied. */
export function real(pool: readonly Named[], random: Random): FileText {
  const { path, text } = oneOf(pool, random);
  let { lines } = fileOf(path, text);
  const most = oneOf([40, 120, 300, 2000], random);
  if (lines.length > most) {
    const from = random(lines.length - most);
    lines = lines.slice(from, from + most);
  }
  return varied(path, lines, random);
}

function varied(path: string, given: readonly string[], random: Random): FileText {
  let lines = [...given];
  if (random(8) === 0) lines = lines.map((line) => (random(6) === 0 ? `${line}  ` : line));
  if (random(8) === 0 && lines.length > 6) {
    const from = random(lines.length - 4);
    lines.splice(random(lines.length), 0, ...lines.slice(from, from + 2 + random(8)));
  }
  if (random(12) === 0) lines.splice(random(lines.length + 1), 0, oneOf(holding, random));
  const kind = random(10);
  const end = kind < 6 ? "\n" : kind < 8 ? "\r\n" : kind === 8 ? "\r" : undefined;
  const ends = lines.map(() => end ?? oneOf(["\n", "\r\n", "\r"], random));
  // An empty line between a lone CR and a lone LF would make one line end of the two.
  for (let i = 1; i < lines.length; i++)
    if (lines[i] === "" && ends[i - 1] === "\r" && ends[i] === "\n") ends[i] = "\r\n";
  if (random(6) === 0 && lines.length > 0 && lines.at(-1) !== "") ends[ends.length - 1] = "";
  return { path, lines, ends };
}
