import type { Ambiguous, Candidate, LineRange, Refused } from "../../core/merge.ts";
import type { TextLine } from "../../text/lines.ts";
import { splitLines } from "../../text/lines.ts";
import { signatureOf, signatureSimilarity } from "../../text/similarity.ts";
import { hasWords } from "../../text/words.ts";
import { infinity } from "../align/costs.ts";
import type { Match, Prepared } from "../align/matches.ts";
import { placements } from "../align/placements.ts";
import { looseKey, looseLines } from "../align/similar.ts";
import type { Displaced } from "../displaced.ts";
import type { Block, BlockLine, Shape } from "../shape.ts";
import type { Misread } from "../words/context.ts";
import type { Omission } from "../words/omitted.ts";
import { evidence } from "../wrong-file.ts";
import type { Built } from "./build.ts";
import type { Placeholder } from "./placeholder.ts";

/** Lines of surroundings that a message shows around a place. */
const around = 2;

/** A place in the source, for people and programs. Lines are 1-based, `to` included. */
interface Place {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

function placeAt(source: readonly TextLine[], start: number, end: number): Place {
  const from = Math.max(0, start - around);
  const to = Math.min(source.length, Math.max(end, start) + around, from + 12);
  const lines = source.slice(from, to).map((line, index) => {
    const text = line.text.length > 160 ? `${line.text.slice(0, 160)}…` : line.text;
    return `${String(from + index + 1).padStart(6)} | ${text}`;
  });
  return { from: start + 1, to: Math.max(start + 1, end), lines };
}

/** How the caller finds the block in its own text. */
function nameOf(block: Block): string {
  const first = block.tokens.find((token) => token.text.trim() !== "") ?? block.tokens[0];
  if (!first) return "a part of the edit without lines";
  const at = first.at > 0 ? `at line ${first.at} of the edit` : "of the edit";
  return `the part ${at} that begins with ${quote(first.text)}`;
}

function quote(text: string): string {
  const plain = text.trim();
  return JSON.stringify(plain.length > 100 ? `${plain.slice(0, 100)}…` : plain);
}

/** Two or more texts: both places with their surroundings, and what would tell them apart. */
export function ambiguous(
  source: readonly TextLine[],
  shape: Shape,
  built: readonly Built[],
): Ambiguous {
  const candidates = regionsOf(source, built);
  const [best, rival] = [built[0]!, built[1]!];
  let k = best.placement.ranges.findIndex((range, index) => {
    const other = rival.placement.ranges[index]!;
    return range.start !== other.start || range.end !== other.end;
  });
  if (k < 0)
    k = Math.max(
      0,
      shape.blocks.findIndex((_, index) => !best.idle[index]),
    );
  const places = built.slice(0, 3).map((one, index) => {
    const range = one.placement.ranges[k];
    const isSame =
      index > 0 &&
      range?.start === best.placement.ranges[k]?.start &&
      range?.end === best.placement.ranges[k]?.end;
    const shown = isSame || !range ? candidates[index]!.sourceRange : range;
    return placeAt(source, shown.start, shown.end);
  });
  const block = shape.blocks[k];
  const name = block ? nameOf(block) : "the edit";
  const list = places
    .map(
      (place, index) =>
        `Place ${index + 1}, lines ${place.from} to ${place.to}:\n${place.lines.join("\n")}`,
    )
    .join("\n");
  const message =
    `${name} fits in ${built.length} places, or in one place in ${built.length} ways, and the texts differ. Nothing was changed.\n${list}\n` +
    "Send it again with one or two more unchanged lines around the change (for instance the line that opens the function it is in), so that it fits in one place only.";
  return {
    kind: "ambiguous",
    candidates,
    message,
    details: {
      editLine: block?.tokens[0]?.at ?? 0,
      places: places.map(({ from, to, lines }) => ({ from, to, lines })),
      placed: shape.blocks.length - 1,
      parts: shape.blocks.length,
    },
  };
}

/** The candidates with the region outside which all of them agree. */
function regionsOf(source: readonly TextLine[], built: readonly Built[]): Candidate[] {
  const texts = built.map((one) => splitLines(one.text).map((line) => line.text + line.end));
  const first = texts[0]!;
  const least = Math.min(...texts.map((text) => text.length));
  let head = 0;
  while (head < least && texts.every((text) => text[head] === first[head])) head++;
  let tail = 0;
  while (
    tail < least - head &&
    texts.every((text) => text[text.length - 1 - tail] === first[first.length - 1 - tail])
  ) {
    tail++;
  }
  return built.map((one, index): Candidate => {
    const textRange = { start: head, end: texts[index]!.length - tail };
    return {
      text: one.text,
      cost: one.proof.cost,
      sourceRange: sourceRangeOf(source, one, textRange),
      textRange,
      proof: one.proof,
    };
  });
}

function sourceRangeOf(source: readonly TextLine[], built: Built, range: LineRange): LineRange {
  const { result } = built.proof;
  let start = 0;
  for (let r = range.start - 1; r >= 0; r--) {
    const origin = result[r]!;
    if (origin.from === "source") {
      start = origin.source + 1;
      break;
    }
  }
  let end = source.length;
  for (let r = range.end; r < result.length; r++) {
    const origin = result[r]!;
    if (origin.from === "source") {
      end = origin.source;
      break;
    }
  }
  return { start: Math.min(start, end), end };
}

interface Near {
  readonly line: number;
  readonly text: string;
}

/** The source lines most like one that is not there; first of all the one `instead` of it. */
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

/** The source line that stands where one that is not there would be, told by the lines of its block beside it. */
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

const readAgain =
  "Nothing was changed. Read the file again and send the edit with its lines as they stand there.";

/** A line of context that is not the file's, where that matters. */
export function misread(
  source: readonly TextLine[],
  { token, source: line, because }: Misread,
): Refused {
  const near = { line: line + 1, text: source[line]!.text };
  const says = `${editLine(token)} says ${quote(token.text)}, but line ${near.line} of the file says ${quote(near.text)}`;
  const why =
    because === "place"
      ? ", and no other line of this part tells its place."
      : ": the edit has one level of escapes too many.";
  return unlike(`${says}${why} ${readAgain}`, token, near);
}

/** Lines of the file between lines that stand together in the edit. */
export function apart(source: readonly TextLine[], omission: Omission): Refused {
  if (omission.because === "instead") {
    const { token, source: line } = omission;
    const near = { line: line + 1, text: source[line]!.text };
    return unlike(`${removedElse(token, near)} ${readAgain}`, token, near);
  }
  const { above, below, from, to } = omission;
  const near = { line: from + 1, text: source[from]!.text };
  const lines = to - from === 1 ? `line ${to}` : `lines ${from + 1} to ${to}`;
  const message = `${quote(above.text)} and ${quote(below.text)} stand together in the edit, but the file has ${lines} between them. ${readAgain}`;
  return unlike(message, below, near);
}

/** A removed line whose typography the file has in another way, where the edit changes that very place. */
export function touchedTypography(
  source: readonly TextLine[],
  token: BlockLine,
  line: number,
): Refused {
  const near = { line: line + 1, text: source[line]!.text };
  const message = `${removedElse(token, near)} They differ in quotes, dashes or blanks at the very place that the edit changes. ${readAgain}`;
  return unlike(message, token, near);
}

function unlike(message: string, token: BlockLine, near: Near): Refused {
  const missing = [{ editLine: token.at, text: token.text, nearest: [near] }];
  return { kind: "refused", code: "no-match", message, details: { missing } };
}

/** So many missing lines are shown with the lines most like them. */
const mostNearest = 20;

/** Lines that stand nowhere, or only in an order that the edit has not. */
export function noMatch(source: readonly TextLine[], shape: Shape, prepared: Prepared): Refused {
  const missing: { token: BlockLine; nearest: { line: number; text: string }[] }[] = [];
  const unplaced: number[] = [];
  for (const [k, block] of shape.blocks.entries()) {
    const lost = block.tokens.filter((token, i) => {
      const wanted = token.role === "keep" || token.role === "drop";
      return wanted && prepared.matches[k]![i]!.length === 0;
    });
    for (const token of lost.slice(0, 5)) {
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
    const at = token.at > 0 ? `Line ${token.at} of the edit` : "A line of the edit";
    const role = token.role === "drop" ? "to be removed" : "said to be there";
    const like = nearest.map(({ line, text }) => `  line ${line}: ${quote(text)}`).join("\n");
    said.push(
      `${at}, ${role}, is not in the file: ${quote(token.text)}${like ? `\nNearest:\n${like}` : ""}`,
    );
  }
  if (missing.length === 0) {
    const names = (unplaced.length > 0 ? unplaced : shape.blocks.map((_, k) => k)).slice(0, 3);
    const why =
      unplaced.length > 0
        ? "its lines do not stand together in the file"
        : "the parts of the edit do not fit into the file in this order";
    for (const k of names) said.push(`${nameOf(shape.blocks[k]!)}: ${why}.`);
  }
  const matched = parts - unplaced.length;
  const message = `${said.join("\n")}\n${matched} of ${parts} parts of the edit have a place. Nothing was changed. Read the file again and send the edit with lines as they stand in it.`;
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
      `${nameOf(shape.blocks[k]!)} would remove ${lines} of the file (${quote(words)}), and does not quote the lines around them.\n` +
      `${place.lines.join("\n")}\nNothing was changed. Quote the unchanged line above and the one below, or write a marker where lines stay.`,
    details: { editLine: shape.blocks[k]!.tokens[0]?.at ?? 0, places: [place] },
  };
}

/** A line of the file that would end up in a scope that the sketch opens anew. */
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
      `${nameOf(shape.blocks[block]!)} would put line ${line + 1} of the file (${quote(source[line]!.text)}) into what line ${at} of the edit opens (${quote(text)}).\n` +
      `${place.lines.join("\n")}\nNothing was changed. Quote the lines around the change, so that it is clear which of them stay and where.`,
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
      `Every line of the edit is in the file already (${nameOf(shape.blocks[0]!)} at line ${start + 1}), so nothing would change. ` +
      "If lines are to be removed, quote the line above and the line below them.",
    details: {
      editLine: shape.blocks[0]!.tokens[0]?.at ?? 0,
      places: [placeAt(source, start, end)],
    },
  };
}

/** New lines that stand on nothing in the file. */
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
    message: `Nothing in the file tells where ${nameOf(block)} belongs: none of its lines stands there.${like ? ` Nearest:${like}` : ""}\nNothing was changed. Send it with one or two unchanged lines before and after.`,
    details: {
      missing,
      unplaced: [block.tokens[0]?.at ?? 0],
      placed: shape.blocks.length - 1,
      parts: shape.blocks.length,
    },
  };
}

/** A sketch of which hardly a line stands in the file. */
export function foreign(source: readonly TextLine[], shape: Shape, built: Built): Refused {
  const { found, missing } = evidence(shape, built);
  const all = found.length + missing.length;
  const shown = missing.slice(0, 3).map((token) => {
    const near = nearest(source, token);
    return { editLine: token.at, text: token.text, nearest: near };
  });
  const list = shown.map(({ editLine, text }) => `\n  line ${editLine}: ${quote(text)}`).join("");
  const held = found.length === 0 ? "none" : `only ${found.length}`;
  return {
    kind: "refused",
    code: "no-match",
    message:
      `Of the edit's ${all} lines with words ${held} could be found in the file where it would have to go: it looks like an edit of another file, or of another version.` +
      `${list === "" ? "" : ` Not found:${list}`}\nNothing was changed. Read the file again, and send the changed lines with one or two unchanged lines before and after.`,
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
    message: `Two parts of the edit claim the same lines of the file: ${nameOf(one)}, and ${nameOf(other)}.\n${place.lines.join("\n")}\nNothing was changed. Join the two into one part.`,
    details: { editLines: blocks.map((k) => shape.blocks[k]!.tokens[0]?.at ?? 0), places: [place] },
  };
}

/** A comment that may stand for code, or be all that is to be left of it. */
export function inPlaceOfCode({ line, names }: Placeholder): Refused {
  const at = line.at > 0 ? `Line ${line.at} of the edit` : "The edit's line";
  const list = names.slice(0, 4).join(", ") + (names.length > 4 ? ", …" : "");
  return {
    kind: "refused",
    code: "check-failed",
    message:
      `${at} (${quote(line.text)}) is a comment alone where the file has the code of ${list}. Nothing was changed. ` +
      "If that code stays, write it out, or send a sketch with `// ... existing code ...` there; if it goes, send the edit without the comment.",
    details: { editLine: line.at, names: names.slice(0, 20) },
  };
}

/** More to compare than an answer in good time allows. */
export function tooLarge(sourceLines: number, editLines: number): Refused {
  return {
    kind: "refused",
    code: "no-match",
    message: `The edit has ${editLines} lines and the file ${sourceLines}, too many of them alike to place them for certain in good time. Nothing was changed. Send smaller parts, or the whole file with the format named (whole).`,
    details: { sourceLines, editLines },
  };
}

/** A result whose account does not hold is a defect of the merge, and no answer. */
export function checkFailed(problems: readonly string[]): Refused {
  return {
    kind: "refused",
    code: "check-failed",
    message: `The merge's own account of its result does not hold, so the result is not given: ${problems[0]}. This is a defect of Redraft; please report it with the file and the edit.`,
    details: { problems },
  };
}
