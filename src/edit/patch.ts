import type { Edit, EditLine, LinesSegment } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { headOf, isFileHeader } from "./diff-files.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { type HunkLine, hunkLines, leavesBlanksOut } from "./hunk-lines.ts";
import { firstOldLine, type HunkNumbers, numbersHold, unplaced } from "./hunk-numbers.ts";
import { inTurn, type PartHunk, type PatchPart, toText } from "./in-turn.ts";
import { inFileOrder } from "./order.ts";
import { pathOfHeading, type Section, sectionsOf } from "./patch-sections.ts";
import { forAnotherFile, otherPaths, samePath } from "./paths.ts";
import { unifiedDiffFormat } from "./unified-diff.ts";
import { fenceOf } from "./wrapping.ts";

/** The `*** Begin Patch` format: update, add, delete and move of the named file. */
export const patchFormat: EditFormat = {
  name: "patch",

  recognise(input) {
    const index = input.lines.findIndex((line) => heading.test(line.trim()));
    if (index === -1) return undefined;
    const line = input.lines[index]!.trim();
    const first = input.lines.findIndex((one) => one.trim() !== "" && !fenceOf(one));
    const own = input.sourceLines.find((one) => one.trim() !== "");
    const isText = (index !== first && input.inSource(line)) || own?.trim() === line;
    // A file that contains patches: the edit is a patch if it names the file, and the new text of the file if not.
    if (isText && !input.lines.some((one) => namesThisFile(one, input))) return undefined;
    return `line ${index + 1} is ${line}`;
  },

  read(input, why) {
    const all = sectionsOf(input);
    if (all.length === 0) return withoutSections(input, why);
    const sections = chunksOfThisFile(all, input);
    const section = sections[0]!;
    const passedOver = all.filter((one) => !sections.includes(one)).map(({ path }) => path);
    const named = { path: section.path, ...otherPaths(passedOver) };
    const base = { format: "patch", why, extent: "parts", ...named } as const;
    const composed = sections.length > 1 ? chunksInTurn(sections, input) : undefined;
    if (composed) return { ...base, ...composed };
    if (sections.some(({ kind }) => kind !== section.kind)) {
      throw new RedraftError(
        "unreadable-edit",
        `the patch changes ${input.path} in several sections, and one of them has no unique place after the one before it. ` +
          "Send one section for the file as it is now.",
        { details: { line: sections[1]!.at, format: "patch" } },
      );
    }
    if (section.kind === "Delete") return { ...base, action: "delete", segments: [] };
    if (section.kind === "Add") return { ...base, ...addition(section, input) };
    const segments = inFileOrder(patchSegments(sections, input.sourceLines), input.sourceLines);
    const moveTo = sections.find((one) => one.moveTo !== undefined)?.moveTo;
    if (moveTo !== undefined) return { ...base, action: "move", moveTo, segments };
    if (segments.length === 0) {
      throw new RedraftError(
        "unreadable-edit",
        `the patch has no lines for ${section.path}. Write @@, context, - and + lines below *** Update File.`,
        { details: { line: section.at, format: "patch" } },
      );
    }
    return { ...base, action: "update", segments };
  },
};

const heading = /^\*{3} ?(?:Begin Patch(?: ?\*{1,3})?|(?:Update|Add|Delete) File: \S.*)$/;

function namesThisFile(line: string, input: EditInput): boolean {
  const path = pathOfHeading(line);
  return path !== undefined && samePath(path, input.path) && !input.inSource(line);
}

/** A patch whose envelope holds a unified diff, or nothing. */
function withoutSections(input: EditInput, why: string): Edit {
  const isEnvelope = (line: string): boolean => /^\*{3} ?(?:Begin|End) Patch/.test(line);
  const lines = input.lines.map((line) => (isEnvelope(line) ? "" : line));
  if (lines.some((_, index) => isFileHeader(lines, index))) {
    return unifiedDiffFormat.read({ ...input, sourceLines: input.sourceLines, lines }, why);
  }
  throw new RedraftError(
    "unreadable-edit",
    "the patch names no file. Write *** Update File: <path> (or Add, Delete) below *** Begin Patch.",
    { details: { format: "patch" } },
  );
}

function chunksOfThisFile(sections: readonly Section[], input: EditInput): Section[] {
  const mine = sections.filter((section) => samePath(section.path, input.path));
  if (mine.length > 0) return mine;
  throw forAnotherFile(
    "patch",
    sections.map((section) => section.path),
    input.path,
  );
}

/** Several sections of one file, each against the text that the one before leaves, or undefined if they are not that. */
function chunksInTurn(
  sections: readonly Section[],
  input: EditInput,
): Pick<Edit, "action" | "segments" | "finalNewline"> | undefined {
  if (sections.some(({ moveTo }) => moveTo !== undefined)) return undefined;
  if (sections.at(-1)!.kind === "Delete") return undefined;
  const parts = sections.map((section): PatchPart => {
    if (section.kind === "Delete") return { kind: "delete", hunks: [] };
    if (section.kind === "Add")
      return { kind: "create", hunks: [{ lines: () => createdLines(section) }] };
    const chunks = patchChunks(section);
    const hunks = chunks.map((chunk) => ({
      lines: (text: readonly string[]) => chunkLines(chunk, text, leavesBlanksOut(chunks)),
      appends: chunk.under.length === 0 && chunk.numbers.oldStart === undefined,
      ...started(chunk.numbers),
    }));
    return { kind: "update", hunks };
  });
  const text = inTurn(parts, input);
  return text && { ...toText(text, input), ...(input.source === "" && { finalNewline: true }) };
}

/** Consecutive lines of an update, with what the `@@` lines above say about their place. */
interface PatchChunk {
  readonly body: readonly HunkLine[];
  /** Source lines above, outermost first. */
  readonly under: readonly string[];
  readonly numbers: HunkNumbers;
  readonly atEnd: boolean;
}

/** The chunks of an update: `@@` lines open them, and name source lines above. */
function patchChunks(section: Section): PatchChunk[] {
  const chunks: PatchChunk[] = [];
  let body: HunkLine[] = [];
  let under: string[] = [];
  let numbers: HunkNumbers = {};
  let atEnd = false;
  const close = (): void => {
    while (body.at(-1)?.text === "") body.pop();
    if (body.length > 0) {
      chunks.push({ body, under, atEnd, numbers });
      under = [];
      numbers = {};
    }
    body = [];
    atEnd = false;
  };
  for (const { text, at } of section.body) {
    if (text.startsWith("@@")) {
      close();
      const head = headOf(text);
      if (head.oldStart !== undefined) numbers = head;
      if (head.section !== undefined) under.push(head.section);
    } else if (/^\*\*\* End of File\s*$/.test(text)) {
      atEnd = true;
      close();
    } else body.push({ text, at });
  }
  close();
  return chunks;
}

/** Reads one of the chunks against a text. */
const chunkLines = (chunk: PatchChunk, source: readonly string[], bare: boolean): EditLine[] =>
  hunkLines(chunk.body, source, { counts: chunk.numbers.counts, bare });

const started = ({ oldStart, counts }: HunkNumbers): Pick<PartHunk, "start" | "counts"> => ({
  ...(oldStart !== undefined && { start: oldStart }),
  ...(counts !== undefined && { counts }),
});

function patchSegments(sections: readonly Section[], source: readonly string[]): LinesSegment[] {
  const chunks = sections.flatMap((section) => patchChunks(section));
  const leaves = leavesBlanksOut(chunks);
  const read = chunks.map((chunk) => chunkLines(chunk, source, leaves));
  const trusted = numbersHold(
    chunks.map(({ numbers }) => numbers),
    read,
    source,
  );
  return chunks.flatMap((chunk, k) => chunkSegment(chunk, read[k]!, trusted, source));
}

function chunkSegment(
  chunk: PatchChunk,
  lines: readonly EditLine[],
  trusted: boolean,
  source: readonly string[],
): LinesSegment[] {
  if (lines.length === 0) return [];
  const base = { kind: "lines", lines } as const;
  const { under, numbers, atEnd } = chunk;
  const { oldStart } = numbers;
  if (lines.every((line) => line.role === "add")) {
    // The format says that new lines without any indication of their place are for the end of the file.
    const toEnd =
      atEnd || source.length === 0 || (oldStart === undefined && isLastLine(under, source));
    if (toEnd) return [{ ...base, anchor: "end" }];
    if (oldStart !== undefined && !trusted) throw unplaced(lines);
    if (oldStart !== undefined) return [{ ...base, atLine: oldStart + 1 }];
  }
  const first = firstOldLine(numbers);
  return [
    {
      ...base,
      ...(under.length > 0 ? { under } : {}),
      ...(first === undefined ? {} : { nearLine: first }),
      ...(atEnd ? { anchor: "end" } : {}),
    },
  ];
}

/** Whether the line named by `@@` is the file's last: there "below it" and "at the end" are one place. */
function isLastLine(under: readonly string[], source: readonly string[]): boolean {
  const name = under.at(-1)?.trim();
  if (name === undefined) return true;
  const last = source.findLast((line) => line.trim() !== "")?.trim();
  return last === name && source.filter((line) => line.trim() === name).length === 1;
}

function addition(
  section: Section,
  input: EditInput,
): Pick<Edit, "action" | "segments" | "finalNewline"> {
  const lines = createdLines(section);
  if (input.source === "") {
    const segment: LinesSegment = { kind: "lines", lines, anchor: "end" };
    return { action: "create", segments: [segment], finalNewline: true };
  }
  const same =
    lines.length === input.sourceLines.length &&
    lines.every((line, index) => line.text === input.sourceLines[index]);
  if (same) return { action: "update", segments: [] };
  throw new RedraftError(
    "no-match",
    `the patch adds ${input.path}, but the file has text already. Use *** Update File with context lines.`,
  );
}

/** The text of a new file: every line of it begins with `+`, or none. */
function createdLines(section: Section): EditLine[] {
  const body = [...section.body];
  while (body.length > 0 && body.at(-1)!.text === "") body.pop();
  const marked = body.some(({ text }) => text.startsWith("+"));
  const stray = marked
    ? body.find(({ text }) => !text.startsWith("+") && text.trim() !== "")
    : undefined;
  if (stray) {
    throw new RedraftError(
      "unreadable-edit",
      `line ${stray.at} of *** Add File: ${section.path} does not begin with +: ${stray.text.slice(0, 80)}. Begin every line of the new file with +.`,
      { details: { line: stray.at, format: "patch" } },
    );
  }
  return body.map(({ text, at }) => {
    return { text: text.startsWith("+") ? text.slice(1) : text, role: "add", at };
  });
}
