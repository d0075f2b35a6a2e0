import type { Edit, EditLine, LinesSegment } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { inFileOrder } from "./order.ts";
import { samePath } from "./paths.ts";
import { fenceOf } from "./wrapping.ts";

/** The `*** Begin Patch` format: update, add, delete and move of the named file. */
export const patch: EditFormat = {
  name: "patch",

  recognise(input) {
    const index = input.lines.findIndex((line) => heading.test(line.trim()));
    if (index === -1) return undefined;
    const line = input.lines[index]!.trim();
    const first = input.lines.findIndex((one) => one.trim() !== "" && !fenceOf(one));
    if (index !== first && input.inSource(line)) return undefined;
    const own = input.sourceLines.find((one) => one.trim() !== "");
    if (own !== undefined && own.trim() === line) return undefined;
    return `line ${index + 1} is ${line}`;
  },

  read(input, why) {
    const section = ofThisFile(sectionsOf(input), input);
    const base = { format: "patch", why, extent: "parts", path: section.path } as const;
    if (section.kind === "Delete") return { ...base, action: "delete", segments: [] };
    if (section.kind === "Add") return { ...base, ...addition(section, input) };
    const segments = inFileOrder(chunksOf(section), input.sourceLines);
    if (section.moveTo !== undefined) {
      return { ...base, action: "move", moveTo: section.moveTo, segments };
    }
    if (segments.length === 0) {
      throw new RedraftError(
        "unreadable-edit",
        `the patch has no lines for ${section.path}: after *** Update File come @@, context, - and + lines.`,
        { details: { line: section.at, format: "patch" } },
      );
    }
    return { ...base, action: "update", segments };
  },
};

const heading = /^\*\*\* (?:Begin Patch|(?:Update|Add|Delete) File: \S.*)$/;

interface Section {
  readonly kind: "Update" | "Add" | "Delete";
  readonly path: string;
  readonly moveTo?: string;
  /** 1-based line of the heading. */
  readonly at: number;
  readonly body: readonly { readonly text: string; readonly at: number }[];
}

function sectionsOf(input: EditInput): Section[] {
  const sections: (Omit<Section, "body" | "moveTo"> & {
    moveTo?: string;
    body: { text: string; at: number }[];
  })[] = [];
  let inside = true;
  input.lines.forEach((text, index) => {
    const at = index + 1;
    const begin = /^\*\*\* (Update|Add|Delete) File: (\S.*)$/.exec(text.trimEnd());
    const section = sections.at(-1);
    if (begin) {
      sections.push({ kind: begin[1] as Section["kind"], path: begin[2]!, at, body: [] });
      inside = true;
    } else if (/^\*\*\* (?:Begin|End) Patch\s*$/.test(text)) inside = text.includes("Begin");
    else if (section && inside) {
      const move = /^\*\*\* Move to: (\S.*)$/.exec(text.trimEnd());
      if (move && section.body.length === 0) section.moveTo = move[1]!;
      else section.body.push({ text, at });
    }
  });
  if (sections.length === 0) {
    throw new RedraftError(
      "unreadable-edit",
      "the patch names no file: after *** Begin Patch comes *** Update File: <path> (or Add, Delete).",
      { details: { format: "patch" } },
    );
  }
  return sections;
}

function ofThisFile(sections: readonly Section[], input: EditInput): Section {
  const mine = sections.filter((section) => samePath(section.path, input.path));
  const updates = mine.filter((section) => section.kind === "Update");
  if (mine.length > 1 && updates.length === mine.length) {
    return {
      ...mine[0]!,
      body: mine.flatMap((section) => [...section.body, { text: "@@", at: 0 }]),
    };
  }
  if (mine.length === 1) return mine[0]!;
  const others = sections.map((section) => section.path).join(", ");
  if (mine.length > 1) {
    throw new RedraftError("unreadable-edit", `the patch does several things to ${input.path}.`);
  }
  throw new RedraftError("no-match", `the patch is for ${others}, not for ${input.path}.`, {
    details: { path: input.path, named: others },
  });
}

/** The chunks of an update: `@@` lines open them, and name source lines above, outermost first. */
function chunksOf(section: Section): LinesSegment[] {
  const segments: LinesSegment[] = [];
  let lines: EditLine[] = [];
  let under: string[] = [];
  let nearLine: number | undefined;
  let atEnd = false;
  const close = (): void => {
    while (lines.length > 0 && lines.at(-1)!.role === "keep" && bareBlanks.has(lines.at(-1)!))
      lines.pop();
    if (lines.length > 0) {
      segments.push({
        kind: "lines",
        lines,
        ...(under.length > 0 ? { under } : {}),
        ...(nearLine === undefined ? {} : { nearLine }),
        ...(atEnd ? { anchor: "end" } : {}),
      });
      under = [];
    }
    lines = [];
    nearLine = undefined;
    atEnd = false;
  };
  const bareBlanks = new Set<EditLine>();
  for (const { text, at } of section.body) {
    if (text.startsWith("@@")) {
      close();
      const numbers = /^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@ ?(.*)$/.exec(text);
      if (numbers) nearLine = Number(numbers[1]);
      const name = (numbers ? numbers[2]! : text.slice(2).trim().replace(/@@$/, "")).trim();
      if (name !== "") under.push(name);
    } else if (/^\*\*\* End of File\s*$/.test(text)) {
      atEnd = true;
      close();
    } else if (fenceOf(text) && /^[`~]/.test(text)) close();
    else {
      const line = lineOf(text, at);
      if (text === "") bareBlanks.add(line);
      lines.push(line);
    }
  }
  close();
  return segments;
}

function lineOf(text: string, at: number): EditLine {
  if (text.startsWith("+")) return { text: text.slice(1), role: "add", at };
  if (text.startsWith("-")) return { text: text.slice(1), role: "drop", at };
  // A context line whose leading space was lost is taken as it stands.
  return { text: text.startsWith(" ") ? text.slice(1) : text, role: "keep", at };
}

function addition(
  section: Section,
  input: EditInput,
): Pick<Edit, "action" | "segments" | "finalNewline"> {
  const body = [...section.body];
  while (body.length > 0 && body.at(-1)!.text === "") body.pop();
  const marked = body.some(({ text }) => text.startsWith("+"));
  const stray = marked
    ? body.find(({ text }) => !text.startsWith("+") && text.trim() !== "")
    : undefined;
  if (stray) {
    throw new RedraftError(
      "unreadable-edit",
      `line ${stray.at} of *** Add File: ${section.path} does not begin with +: ${stray.text.slice(0, 80)}`,
      { details: { line: stray.at, format: "patch" } },
    );
  }
  const lines: EditLine[] = body.map(({ text, at }) => {
    return { text: text.startsWith("+") ? text.slice(1) : text, role: "add", at };
  });
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
