import type { Edit } from "../core/edit.ts";
import type { Proof } from "../core/merge.ts";
import type { Check } from "../core/request.ts";
import { declares } from "../text/declares.ts";
import { lineTexts } from "../text/lines.ts";
import { cutLine } from "./cut-line.ts";
import { type Echo, echoesOf, withoutLines } from "./echo.ts";

export interface Checked {
  readonly source: string;
  readonly text: string;
  /** Absent where a model wrote the text from an instruction alone. */
  readonly edit?: Edit;
  /** The edit as it was sent. */
  readonly written?: string;
  /** Absent on the model routes. */
  readonly proof?: Proof;
  /** Whether a line says "something is left out here". */
  readonly isMarker: (line: string) => boolean;
  /** Syntax errors of the text that the source does not have. Returns undefined if unknown; leave it out to skip the check. */
  readonly newErrors?: (text: string) => number | undefined;
  /** The 1-based line of the first of them. */
  readonly errorLine?: () => number | undefined;
  /** The edit quotes the file byte for byte at its only place: new errors are the edit's own, and are written. */
  readonly isLiteral?: boolean;
}

/** All checks of one result; it may leave the engine when none is `false`. */
export function runChecks(result: Checked): Check[] {
  return [
    markerLeft(result),
    everyLinePlaced(result),
    sourceLines(result),
    notCutOff(result),
    syntax(result),
  ];
}

/** Lines of the result that the source does not have: by the proof, or by comparing. */
function addedLines({ source, text, edit, proof }: Checked): string[] {
  if (proof && edit) {
    const lines = edit.segments.flatMap((one) => (one.kind === "lines" ? one.lines : []));
    const placed = lines.filter((_, index) => proof.edit[index]?.fate === "placed");
    return placed.map((line) => line.text);
  }
  const known = new Set(lineTexts(source).map((line) => line.trim()));
  return lineTexts(text).filter((line) => !known.has(line.trim()));
}

/** Diffs and blocks may add a bare `...`, which is Python; only what says "existing code" is left behind. */
const spoken = /\b(?:existing|rest|remain\w*|unchanged|omitted|same|previous)\b/i;

function markerLeft(result: Checked): Check {
  const name = "no marker left behind";
  const explicit = result.edit !== undefined && result.edit.format !== "lazy";
  const marker = addedLines(result).find((line) => {
    return result.isMarker(line) && (!explicit || (spoken.test(line) && /\.{3}|…/.test(line)));
  });
  if (marker === undefined) return { name, ok: true };
  return {
    name,
    ok: false,
    message:
      `the edit would write the marker line ${JSON.stringify(marker.trim())} into the file. ` +
      "Write the lines that it represents, or leave it out.",
  };
}

function everyLinePlaced({ edit, text, proof }: Checked): Check {
  const name = "every edit line placed";
  if (proof) return { name, ok: true, message: `${proof.edit.length} lines accounted for` };
  if (!edit) return { name, ok: "unknown", message: "the edit is an instruction" };
  const present = new Set(lineTexts(text).map((line) => line.trim()));
  const absent = edit.segments
    .flatMap((segment) => (segment.kind === "lines" ? segment.lines : []))
    .find((line) => line.role !== "drop" && line.role !== "keep" && !present.has(line.text.trim()));
  if (!absent) return { name, ok: true };
  const shown = JSON.stringify(absent.text.trim());
  return {
    name,
    ok: false,
    message: `line ${absent.at} of the edit is not in the result: ${shown}`,
  };
}

function sourceLines({ source, text, proof }: Checked): Check {
  const name = "no source line lost";
  if (!proof) {
    const lost = lineTexts(source).length - lineTexts(text).length;
    return { name, ok: "unknown", message: `${Math.max(0, lost)} lines fewer than the source` };
  }
  let replaced = 0;
  let removed = 0;
  for (const line of proof.source) {
    if (line.fate === "replaced") replaced += 1;
    else if (line.fate === "removed") removed += 1;
  }
  const kept = proof.source.length - replaced - removed;
  return { name, ok: true, message: `${kept} kept, ${replaced} replaced, ${removed} removed` };
}

/**
 * A whole file that stops in the middle of one of the file's lines was cut off at an output limit; so was a sketch that stops within a
 * word (`cutLine`).
 */
function notCutOff({ edit, source, text, written, isMarker }: Checked): Check {
  const name = "not cut off";
  if (edit?.format === "lazy") {
    const half = cutLine(edit, written ?? "\n", source, isMarker);
    if (half === undefined) return { name, ok: true };
    return {
      name,
      ok: false,
      message:
        `the edit ends within a line or a word (${JSON.stringify(half.end)} of ${JSON.stringify(half.whole)}) and without a line ` +
        "break: it was probably cut off. Send all of it; if that is its end, add a line break.",
    };
  }
  if (edit?.format !== "whole" || edit.action !== "update" || edit.ended) return { name, ok: true };
  const last = lineTexts(text).findLast((line) => line.trim() !== "");
  const lines = lineTexts(source);
  const end = lines.findLast((line) => line.trim() !== "");
  if (last === undefined || last === end || last.trim().length < 3) return { name, ok: true };
  const whole = lines.find((line) => line !== last && line.startsWith(last));
  if (whole === undefined || lines.includes(last)) return { name, ok: true };
  return {
    name,
    ok: false,
    message:
      `the text ends in the middle of a line of the file (${JSON.stringify(last.trim())} of ` +
      `${JSON.stringify(whole.trim())}): it was cut off. Send the whole file, or only the changed part.`,
  };
}

function syntax({ newErrors, errorLine, isLiteral, text, source, edit, proof }: Checked): Check {
  const name = "no new syntax errors";
  if (!newErrors) {
    const why = text === source ? "nothing changed" : "no grammar for this file";
    return { name, ok: "unknown", message: why };
  }
  const echoes = proof === undefined || edit?.format === "whole" ? [] : echoesOf(text, proof);
  // Not every grammar reports a head without a body, but no edit means to write a head twice.
  const lines = echoes.length === 0 ? [] : lineTexts(text);
  const head = echoes.find(({ start }) => opensDeclaration(lines[start]!));
  if (head) return { name, ok: false, message: repeatMessage(head, text, edit, "") };
  const count = newErrors(text);
  if (count === undefined) return { name, ok: "unknown", message: "no grammar decides it" };
  if (count === 0) return { name, ok: true };
  const line = errorLine?.();
  const place = line === undefined ? "" : ` at line ${line}`;
  if (echoes.length > 0 && newErrors(withoutLines(text, echoes)) === 0) {
    return { name, ok: false, message: repeatMessage(echoes[0]!, text, edit, place) };
  }
  if (isLiteral) {
    const note = `new syntax error${place}`;
    return { name, ok: "unknown", message: "the edit itself introduces errors", note };
  }
  return {
    name,
    ok: false,
    message:
      `the result would have a syntax error${place} that the file does not have, and the edit does not fit the file exactly. ` +
      "Copy the lines around the change from the file as it is now.",
  };
}

const opensDeclaration = (line: string): boolean =>
  /[{:(]\s*$/.test(line) && declares(line) !== undefined;

function repeatMessage(echo: Echo, text: string, edit: Edit | undefined, place: string): string {
  const shown = JSON.stringify(lineTexts(text)[echo.start]!.trim());
  const lines = edit?.segments.flatMap((one) => (one.kind === "lines" ? one.lines : []));
  const at = lines?.[echo.editLine]?.at ?? 0;
  const which = at > 0 ? `line ${at} of the edit` : "a new line";
  const harm = place === "" ? "" : `, and introduces a syntax error${place}`;
  return (
    `${which} (${shown}) repeats line ${echo.source + 1} of the file, which stays beside it${harm}. ` +
    "Leave that line out of the new text, or quote it in the old text too."
  );
}
