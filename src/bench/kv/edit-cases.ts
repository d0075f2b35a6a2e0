import type { SourceFile } from "./sources.ts";

export const editKinds = ["insertion", "deletion", "multi-place", "rename"] as const;
export type KvEditKind = (typeof editKinds)[number];

/** Where the lines before the file's own come from, as in RepoBench. */
export const settings = ["in-file", "cross-file-first", "cross-file-random"] as const;
export type ContextSetting = (typeof settings)[number];

/** One change of a context, which ends in a line's first word, and the rest of that line in the file. */
export interface KvCase {
  readonly id: string;
  readonly edit: KvEditKind;
  readonly language: string;
  readonly setting: ContextSetting;
  readonly before: string;
  readonly after: string;
  readonly restOfLine: string;
}

const commentLine = /^\s*(?:\/\/|#|\*|\/\*)/;

/** What a line begins with: given to the model, for instruction-tuned models end a text at a line end rather than go on. */
const lineHead = /^\s*(?:[\p{L}\p{N}_$@]+|\S)/u;
const shortestRest = 5;

/** Index of a line that a model may be asked for: code, behind other code, more than a word. */
function askedLine(lines: readonly string[], random: () => number): number | undefined {
  const from = Math.floor(lines.length * (0.6 + 0.35 * random()));
  for (let i = from; i < lines.length; i++) {
    const head = lineHead.exec(lines[i]!)?.[0];
    if (head === undefined || commentLine.test(lines[i]!)) continue;
    const rest = lines[i]!.slice(head.length).trim();
    if (rest.length >= shortestRest && lines[i]!.length < 120 && i > 10) return i;
  }
  return undefined;
}

/**
 * A context of about `characters` in the form of RepoBench: parts of other files, then the file up to the line that is asked for; and
 * one change of it whose result is this context.
 *
 * @param at where the change is, as a share of the context
 * @returns undefined where the file has no such line or the change finds no place
 */
export function editCase(
  files: readonly SourceFile[],
  options: {
    readonly file: SourceFile;
    readonly edit: KvEditKind;
    readonly setting: ContextSetting;
    readonly characters: number;
    readonly at: number;
    readonly id: string;
  },
  random: () => number,
): KvCase | undefined {
  const { file, edit, setting, characters, at, id } = options;
  const lines = file.text.split("\n");
  const asked = askedLine(lines, random);
  if (asked === undefined) return undefined;
  const head = lineHead.exec(lines[asked]!)![0];
  let own = `# Path: ${file.path}\n${lines.slice(0, asked).join("\n")}\n${head}`;
  const others = files.filter((one) => one.language === file.language && one !== file);
  const start = Math.floor(random() * others.length);
  const inOrder =
    setting === "cross-file-random"
      ? others.map((_, i) => others[(start + 7 * i) % others.length]!)
      : [...others.slice(start), ...others.slice(0, start)];
  let context = "";
  for (const other of inOrder) {
    if (context.length + own.length >= characters) break;
    context += `# Path: ${other.path}\n${other.text}\n`;
  }
  if (setting === "in-file" && own.length < characters / 2) return undefined;
  if (own.length > characters) own = lastLines(own, characters);
  const whole = lastLines(context, Math.max(0, characters - own.length)) + own;
  const changed = contextChange(whole, edit, at, file.language, random);
  return (
    changed && {
      id,
      edit,
      language: file.language,
      setting,
      ...changed,
      restOfLine: lines[asked]!.slice(head.length).trim(),
    }
  );
}

function lastLines(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const cut = text.slice(text.length - characters);
  return cut.slice(cut.indexOf("\n") + 1);
}

function contextChange(
  context: string,
  edit: KvEditKind,
  at: number,
  language: string,
  random: () => number,
): { before: string; after: string } | undefined {
  if (edit === "rename") return identifierRenamed(context, at, language, random);
  const lines = context.split("\n");
  const places = edit === "multi-place" ? 2 + Math.floor(random() * 4) : 1;
  const kept = [...lines];
  const last = lines.length - 4;
  const wanted = Array.from({ length: places }, (_, i) =>
    Math.min(last, Math.floor(lines.length * (at + (i * (0.95 - at)) / places))),
  );
  for (const place of wanted.reverse()) {
    const most = edit === "multi-place" ? 3 : 10;
    const count = Math.min(1 + Math.floor(random() * most), Math.max(1, last - place));
    kept.splice(Math.max(1, place), count);
  }
  const without = kept.join("\n");
  return edit === "deletion"
    ? { before: context, after: without }
    : { before: without, after: context };
}

/** An identifier that occurs three times and more had another name before. */
function identifierRenamed(
  context: string,
  at: number,
  language: string,
  random: () => number,
): { before: string; after: string } | undefined {
  const from = Math.floor(context.length * at);
  const counts = new Map<string, number>();
  for (const [word] of context.slice(from).matchAll(/\b[a-z][A-Za-z0-9_]{4,}\b/g)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const names = [...counts].filter(([, count]) => count >= 3 && count <= 12).map(([word]) => word);
  const name = names[Math.floor(random() * names.length)];
  if (name === undefined) return undefined;
  const old =
    language === "python" ? `old_${name}` : `old${name[0]!.toUpperCase()}${name.slice(1)}`;
  const before =
    context.slice(0, from) + context.slice(from).replaceAll(new RegExp(`\\b${name}\\b`, "g"), old);
  return { before, after: context };
}
