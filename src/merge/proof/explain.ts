import type { LineRange, Refused } from "../../core/merge.ts";
import type { TextLine } from "../../text/lines.ts";
import { signatureOf, signatureSimilarity } from "../../text/similarity.ts";
import { hasWords } from "../../text/words.ts";
import { infinity } from "../align/costs.ts";
import type { Match } from "../align/match.ts";
import { placements } from "../align/placements.ts";
import type { Prepared } from "../align/prepare.ts";
import { looseKey, looseLines } from "../align/similar.ts";
import type { Displaced } from "../displaced.ts";
import type { Block, BlockLine, Shape } from "../shape.ts";
import type { Misread } from "../words/context.ts";
import type { Omission } from "../words/omitted.ts";
import { evidence } from "../wrong-file.ts";
import type { Built } from "./build.ts";
import type { Placeholder } from "./placeholder.ts";
import { nameOf, placeAt, quote, sentenceStart } from "./places.ts";

interface Near {
  readonly line: number;
  readonly text: string;
}

/** The source lines most similar to a missing line, after the line `instead`, which is in its place. */
function nearest(source: readonly TextLine[], token: BlockLine, instead?: number): Near[] {
  const sign = signatureOf(looseKey(token.text));
  const { signatures } = looseLines(source);
  const scored = [];
  for (let index = 0; index < source.length; index++) {
    const like = signatureSimilarity(sign, signatures[index]!);
    if (like >= 0.45) scored.push({ line: index + 1, text: source[index]!.text, like });
  }
  scored.sort((a, b) => b.like - a.like);
  const found = scored.slice(0, 3).map(({ line, text }) => ({ line, text }));
  const there = instead === undefined ? undefined : source[instead];
  if (there === undefined || there.text.trim() === "") return found;
  const others = found.filter(({ line }) => line !== instead! + 1);
  return [{ line: instead! + 1, text: there.text }, ...others].slice(0, 3);
}

/** The source line in the position of one that is missing, derived from its neighbours in the block. */
function lineInstead(
  { tokens }: Block,
  token: BlockLine,
  matches: readonly (readonly Match[])[],
): number | undefined {
  const old = tokens.flatMap((other, i) => (other.role === "add" ? [] : [{ other, i }]));
  const at = old.findIndex(({ other }) => other === token);
  for (const step of [-1, 1]) {
    const beside = old[at + step];
    const [only, second] = beside ? matches[beside.i]! : [];
    if (only && !second && only.kind !== "misquoted") return only.source - step;
  }
  return undefined;
}

const editLine = ({ at }: BlockLine): string => (at > 0 ? `Edit line ${at}` : "The edit");

const removedElse = (token: BlockLine, { line, text }: Near): string =>
  `${editLine(token)} removes ${quote(token.text)}, but line ${line} of the file says ${quote(text)}.`;

const readAgain = "Nothing was written. Read the file again and quote its current lines.";

/** Refuses an edit with a context line that differs from the file's where that matters. */
export function misread(
  source: readonly TextLine[],
  { token, source: line, because }: Misread,
): Refused {
  const near = { line: line + 1, text: source[line]!.text };
  const says = `${editLine(token)} says ${quote(token.text)}, but line ${near.line} of the file says ${quote(near.text)}`;
  const why =
    because === "place"
      ? ", and no other line of this block identifies its place."
      : ": the edit has one level of escapes too many.";
  return unlike(`${says}${why} ${readAgain}`, token, near);
}

/** Lines of the file between lines that are adjacent in the edit. */
export function separatedLines(source: readonly TextLine[], omission: Omission): Refused {
  if (omission.because === "instead") {
    const { token, source: line } = omission;
    const near = { line: line + 1, text: source[line]!.text };
    return unlike(`${removedElse(token, near)} ${readAgain}`, token, near);
  }
  const { above, below, from, to } = omission;
  const near = { line: from + 1, text: source[from]!.text };
  const lines = to - from === 1 ? `line ${to}` : `lines ${from + 1} to ${to}`;
  const message = `${quote(above.text)} and ${quote(below.text)} are adjacent in the edit, but the file has ${lines} between them. ${readAgain}`;
  return unlike(message, below, near);
}

/** A removed line whose typography the file has in another way, where the edit changes that very place. */
export function touchedTypography(
  source: readonly TextLine[],
  token: BlockLine,
  line: number,
): Refused {
  const near = { line: line + 1, text: source[line]!.text };
  const message = `${removedElse(token, near)} They differ in quotes, dashes or spaces exactly where the edit changes the line. ${readAgain}`;
  return unlike(message, token, near);
}

function unlike(message: string, token: BlockLine, near: Near): Refused {
  const missing = [{ editLine: token.at, text: token.text, nearest: [near] }];
  return { kind: "refused", code: "no-match", message, details: { missing } };
}

/** How many missing lines are shown with their most similar lines. */
const mostNearest = 20;

/** Lines that match nowhere, or only in another order. */
export function noMatch(source: readonly TextLine[], shape: Shape, prepared: Prepared): Refused {
  const missing: { token: BlockLine; nearest: { line: number; text: string }[] }[] = [];
  const unplaced: number[] = [];
  for (const [k, block] of shape.blocks.entries()) {
    const lost = block.tokens.filter((token, i) => {
      const wanted = token.role === "keep" || token.role === "drop";
      return wanted && prepared.matches[k]![i]!.length === 0;
    });
    // A blank line is rarely the reason, and naming it helps nobody.
    for (const token of lost.filter(({ text }) => text.trim() !== "").slice(0, 5)) {
      const there = lineInstead(block, token, prepared.matches[k]!);
      const near = missing.length < mostNearest ? nearest(source, token, there) : [];
      missing.push({ token, nearest: near });
    }
    const alone = { ...prepared.problem, blocks: [prepared.problem.blocks[k]!] };
    const place = lost.length > 0 ? undefined : placements(alone).best;
    if (place === undefined || place.cost >= infinity) unplaced.push(k);
  }
  const parts = shape.blocks.length;
  const said: string[] = [];
  for (const { token, nearest } of missing.slice(0, 5)) {
    if (token.role === "drop" && nearest[0]) {
      said.push(removedElse(token, nearest[0]));
      continue;
    }
    const what = token.role === "drop" ? `removes ${quote(token.text)}, which` : "";
    const like = nearest.map(({ line, text }) => `  line ${line}: ${quote(text)}`).join("\n");
    said.push(
      `${what ? `${editLine(token)} ${what}` : `${editLine(token)} (${quote(token.text)})`} is not in the file.${like ? ` Most similar:\n${like}` : ""}`,
    );
  }
  if (missing.length === 0) {
    const names = (unplaced.length > 0 ? unplaced : shape.blocks.map((_, k) => k)).slice(0, 3);
    const why =
      unplaced.length > 0
        ? "does not match: its lines are not together in the file"
        : "matches only out of order with the other blocks";
    for (const k of names) {
      const block = shape.blocks[k]!;
      said.push(
        block.tokens.length === 0
          ? "A part of the edit quotes no line of the file, so nothing says where it belongs."
          : `${sentenceStart(nameOf(block))} ${why}.`,
      );
    }
  }
  const matched = parts - unplaced.length;
  const count = parts > 1 ? `${matched} of ${parts} blocks of the edit match. ` : "";
  const message = `${said.join("\n")}\n${count}${readAgain}`;
  return {
    kind: "refused",
    code: "no-match",
    message,
    details: {
      missing: missing.map(({ token, nearest }) => ({
        editLine: token.at,
        text: token.text,
        nearest,
      })),
      unplaced: unplaced.map((k) => shape.blocks[k]!.tokens[0]?.at ?? 0),
      placed: matched,
      parts,
    },
  };
}

/** Lines that would be removed although the sketch does not quote what is around them. */
export function unquotedLoss(
  source: readonly TextLine[],
  shape: Shape,
  built: Built,
  { start, end }: LineRange,
): Refused {
  const k = Math.max(
    0,
    built.placement.ranges.findIndex((range) => range.start <= start && end <= range.end),
  );
  const place = placeAt(source, start, end);
  const words = source.slice(start, end).find(({ text }) => hasWords(text))?.text ?? "";
  const lines = end - start === 1 ? `line ${end}` : `lines ${start + 1} to ${end}`;
  return {
    kind: "refused",
    code: "no-match",
    message:
      `${sentenceStart(nameOf(shape.blocks[k]!))} would remove ${lines} of the file (${quote(words)}), but the edit does not quote the lines around them. ` +
      `Nothing was written. Quote the unchanged line above and the one below, or put a marker where lines stay.\n${place.lines.join("\n")}`,
    details: { editLine: shape.blocks[k]!.tokens[0]?.at ?? 0, places: [place] },
  };
}

/** A line of the file that would end up in a new scope of the sketch. */
export function intoNewScope(
  source: readonly TextLine[],
  shape: Shape,
  { block, line, opener }: Displaced,
): Refused {
  const place = placeAt(source, line, line + 1);
  const { tokens } = shape.blocks[block]!;
  const { text = "", at = 0 } = tokens.find(({ editLine }) => editLine === opener) ?? {};
  return {
    kind: "refused",
    code: "no-match",
    message:
      `${sentenceStart(nameOf(shape.blocks[block]!))} would move line ${line + 1} of the file (${quote(source[line]!.text)}) into the scope that edit line ${at} opens (${quote(text)}). ` +
      `Nothing was written. Quote the lines around the change to show which of them stay, and where.\n${place.lines.join("\n")}`,
    details: { editLine: at, places: [place] },
  };
}

/** A sketch of a line or two that are in the file as they are. */
export function nothingShown(source: readonly TextLine[], shape: Shape, built: Built): Refused {
  const { start, end } = built.placement.ranges[0]!;
  return {
    kind: "refused",
    code: "no-match",
    message:
      `Every line of the edit is already in the file (${nameOf(shape.blocks[0]!)} matches at line ${start + 1}), so nothing would change. ` +
      "To remove lines, quote the line above and the line below them.",
    details: {
      editLine: shape.blocks[0]!.tokens[0]?.at ?? 0,
      places: [placeAt(source, start, end)],
    },
  };
}

/** New lines with nothing in the file to place them by. */
export function notFounded(source: readonly TextLine[], shape: Shape, k: number): Refused {
  const block = shape.blocks[k]!;
  const words = block.tokens.filter((token) => /[\p{L}\p{N}]{3}/u.test(token.text)).slice(0, 3);
  const missing = words.map((token) => ({
    editLine: token.at,
    text: token.text,
    nearest: nearest(source, token),
  }));
  const like = missing
    .flatMap(({ nearest }) => nearest.slice(0, 1))
    .map(({ line, text }) => `\n  line ${line}: ${quote(text)}`)
    .join("");
  return {
    kind: "refused",
    code: "no-match",
    message: `Cannot place ${nameOf(block)}: none of its lines is in the file.${like ? ` Most similar:${like}` : ""}\nNothing was written. Add one or two unchanged lines before and after it.`,
    details: {
      missing,
      unplaced: [block.tokens[0]?.at ?? 0],
      placed: shape.blocks.length - 1,
      parts: shape.blocks.length,
    },
  };
}

/** A sketch that shares almost no lines with the file. */
export function foreign(source: readonly TextLine[], shape: Shape, built: Built): Refused {
  const { found, missing } = evidence(shape, built);
  const all = found.length + missing.length;
  const shown = missing.slice(0, 3).map((token) => {
    const near = nearest(source, token);
    return { editLine: token.at, text: token.text, nearest: near };
  });
  const list = shown.map(({ editLine, text }) => `\n  line ${editLine}: ${quote(text)}`).join("");
  const held = found.length === 0 ? "None" : `Only ${found.length}`;
  return {
    kind: "refused",
    code: "no-match",
    message:
      `${held} of the edit's ${all} lines with words can be found where the edit would be placed: it was probably written for another file or another version.` +
      `${list === "" ? "" : ` Not found:${list}`}\nNothing was written. Read the file again, and send the changed lines with one or two unchanged lines before and after.`,
    details: {
      missing: shown,
      unplaced: missing.map(({ at }) => at),
      placed: 0,
      parts: shape.blocks.length,
    },
  };
}

/** Two parts that both want the same lines. */
export function conflict(
  source: readonly TextLine[],
  shape: Shape,
  blocks: readonly [number, number],
): Refused {
  const [one, other] = blocks.map((k) => shape.blocks[k]!) as [Block, Block];
  const line = one.tokens.find((token) => token.role !== "add");
  const at = source.findIndex((candidate) => candidate.text === line?.text);
  const place = placeAt(
    source,
    Math.max(0, at),
    at + one.tokens.filter((token) => token.role !== "add").length,
  );
  return {
    kind: "refused",
    code: "no-match",
    message: `Two blocks of the edit change the same lines of the file: ${nameOf(one)} and ${nameOf(other)}. Nothing was written. Join the two into one block.\n${place.lines.join("\n")}`,
    details: { editLines: blocks.map((k) => shape.blocks[k]!.tokens[0]?.at ?? 0), places: [place] },
  };
}

/** A comment that may be a marker for code, or all that is left of it. */
export function inPlaceOfCode({ line, names }: Placeholder): Refused {
  const at = line.at > 0 ? `Edit line ${line.at}` : "A line of the edit";
  const list =
    names.length === 0
      ? "several lines"
      : `the code of ${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""}`;
  return {
    kind: "refused",
    code: "check-failed",
    message:
      `${at} (${quote(line.text)}) is only a comment, but the file has ${list} there. Nothing was written. ` +
      "If that code stays, write it out or put `// ... existing code ...` there; if it is removed, leave the comment out.",
    details: { editLine: line.at, names: names.slice(0, 20) },
  };
}

/** Too much to compare in reasonable time. */
export function tooLarge(sourceLines: number, editLines: number): Refused {
  return {
    kind: "refused",
    code: "no-match",
    message: `The edit (${editLines} lines) and the file (${sourceLines} lines) have too many similar lines to place the edit in reasonable time. Nothing was written. Send smaller edits, or the whole file with the format whole.`,
    details: { sourceLines, editLines },
  };
}

/** A result whose proof fails its check is a bug of the merge and is never returned. */
export function checkFailed(problems: readonly string[]): Refused {
  return {
    kind: "refused",
    code: "check-failed",
    message: `The proof of the result fails its check: ${problems[0]}. Nothing was written. This is a bug in Redraft; please report it with the file and the edit.`,
    details: { problems },
  };
}
