import type { Edit, EditLine } from "../core/edit.ts";
import { spend } from "../text/budget.ts";
import { changedSegments } from "./changes.ts";
import type { EditInput } from "./format.ts";
import type { HunkCounts } from "./hunk-lines.ts";

/** One of several changes of a file that follow each other, each against what the one before leaves. */
export interface PatchPart {
  readonly kind: "create" | "delete" | "update";
  readonly hunks: readonly PartHunk[];
}

export interface PartHunk {
  /** The hunk read against a text. */
  readonly lines: (text: readonly string[]) => readonly EditLine[];
  /** 1-based line of that text, as the header says. */
  readonly start?: number;
  readonly counts?: HunkCounts;
  /** New lines without any old one go to the end of the file. */
  readonly appends?: boolean;
}

/**
 * The text after all parts, each hunk found exactly in what the parts before it left. Undefined if one is not found, or
 * is found at several places.
 */
export function inTurn(parts: readonly PatchPart[], input: EditInput): string[] | undefined {
  let text: string[] | undefined = input.source === "" ? undefined : [...input.sourceLines];
  for (const { kind, hunks } of parts) {
    if (kind === "create") {
      if (text !== undefined) return undefined;
      text = hunks.flatMap(({ lines }) => lines([]).flatMap((line) => added(line)));
      continue;
    }
    if (text === undefined) return undefined;
    if (kind === "delete") {
      const old = hunks.flatMap(({ lines }) => lines([]).filter((line) => line.role !== "add"));
      if (old.length > 0 && !placesFrom(old, text, 0)) return undefined;
      text = undefined;
      continue;
    }
    const next = withHunks(text, hunks);
    if (next === undefined) return undefined;
    text = next;
  }
  return text;
}

const added = (line: EditLine): string[] => (line.role === "drop" ? [] : [line.text]);

function placesFrom(old: readonly EditLine[], text: readonly string[], start: number): boolean {
  return (
    start >= 0 &&
    start + old.length <= text.length &&
    old.every((line, index) => text[start + index] === line.text)
  );
}

function withHunks(before: readonly string[], hunks: readonly PartHunk[]): string[] | undefined {
  spend(before.length);
  const text = [...before];
  let shift = 0;
  for (const { lines: read, start, counts, appends } of hunks) {
    spend(4 * text.length);
    const lines = read([...text]);
    const old = lines.filter((line) => line.role !== "add");
    const newLines = lines.flatMap(added);
    const named = start === undefined ? undefined : start - Number(counts?.old !== 0) + shift;
    let at: number | undefined;
    if (old.length > 0) {
      const places = [...text.keys()].filter((place) => placesFrom(old, text, place));
      at = places.length === 1 ? places[0] : places.find((place) => place === named);
    } else if (appends) at = text.length;
    else if (counts?.old === 0 && named !== undefined && named <= text.length) at = named;
    if (at === undefined) return undefined;
    text.splice(at, old.length, ...newLines);
    shift += newLines.length - old.length;
  }
  return text;
}

/** The edit that makes a text of the file as it is. */
export function toText(
  text: readonly string[],
  input: EditInput,
): Pick<Edit, "action" | "segments"> {
  if (input.source !== "")
    return { action: "update", segments: changedSegments(input.sourceLines, text) };
  const lines = text.map((line): EditLine => ({ text: line, role: "add", at: 0 }));
  return { action: "create", segments: [{ kind: "lines", lines, anchor: "end" }] };
}
