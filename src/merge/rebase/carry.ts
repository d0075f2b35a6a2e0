import { RedraftError } from "../../core/errors.ts";
import type { CarriedProof, Proof } from "../../core/merge.ts";
import { matchedLines } from "../../text/line-pairs.ts";
import { splitLines, type TextLine } from "../../text/lines.ts";
import { carriedProof } from "./account.ts";
import { overlap } from "./explain.ts";
import type { PairedSide } from "./hunks.ts";
import { inOneStretch, reachesOut } from "./near.ts";
import { type CarriedRegion, threeWay } from "./three-way.ts";

export interface CarryRequest {
  readonly path: string;
  /** The text that the edit was written for. */
  readonly base: string;
  /** The base with the edit made. */
  readonly edited: string;
  /** The proof of that edit; without one the two texts are compared. */
  readonly placement?: Proof | undefined;
  /** The file as it is now. */
  readonly current: string;
}

export interface CarriedText {
  readonly text: string;
  readonly proof?: CarriedProof;
  /** Whether the two changes may affect each other. */
  readonly together: boolean;
}

/**
 * Carries an edit of one text over to another: what the edit changed in `base` is changed in `current`, and nothing else.
 * Changes that overlap, touch, or cannot be proved are a `RedraftError` with the code `stale-file`.
 */
export function carryOver(request: CarryRequest): CarriedText {
  const { path, placement } = request;
  const texts = {
    base: splitLines(request.base),
    current: splitLines(request.current),
    edited: splitLines(request.edited),
  };
  const base = lineWords(texts.base);
  const current = matchedSide(base, lineWords(texts.current));
  const edited: PairedSide = placement
    ? { lines: lineWords(texts.edited), pairs: keptPairs(placement) }
    : matchedSide(base, lineWords(texts.edited));
  const { lines, conflicts, problems, sides } = threeWay(base, current, edited);
  if (conflicts.length > 0) {
    throw overlap(path, conflicts, { base, current: current.lines, edited: edited.lines });
  }
  const ended = { base: isEnded(texts.base), edited: isEnded(texts.edited) };
  const isSame = texts.base.length > 0 && ended.base === ended.edited;
  const wanted = isSame ? isEnded(texts.current) : ended.edited;
  const text = writtenEdit(lines, texts.current, texts.edited, wanted);
  const inText = lineWords(splitLines(text));
  const isWhole =
    inText.length === lines.length &&
    lines.every((line, r) => inText[r] === carriedLine(line, texts.current, texts.edited).text);
  if (problems.length > 0 || !isWhole) throw unproved(path, problems);
  const open = reachesOut(base, sides.current) || reachesOut(base, sides.edited);
  const together = open && inOneStretch(lines, inText);
  if (!placement) return { text, together };
  return { text, together, proof: carriedProof(placement, current, lines) };
}

const lineWords = (lines: readonly TextLine[]): string[] => lines.map(({ text }) => text);

function matchedSide(base: readonly string[], lines: readonly string[]): PairedSide {
  return { lines, pairs: matchedLines(base, lines) };
}

function keptPairs({ result }: Proof): [number, number][] {
  return result.flatMap((origin, r): [number, number][] =>
    origin.from === "source" ? [[origin.source, r]] : [],
  );
}

const isEnded = (lines: readonly TextLine[]): boolean =>
  lines.length > 0 && lines.at(-1)!.end !== "";

function carriedLine(
  { current, edited }: CarriedRegion,
  currentLines: readonly TextLine[],
  editedLines: readonly TextLine[],
): TextLine {
  return current < 0 ? editedLines[edited]! : currentLines[current]!;
}

/** The result: every line of the file with its own end, new lines with the end of the line above them. */
function writtenEdit(
  lines: readonly CarriedRegion[],
  current: readonly TextLine[],
  edited: readonly TextLine[],
  finalNewline: boolean,
): string {
  let usual = current.find(({ end }) => end !== "")?.end ?? "\n";
  let text = "";
  for (const [r, line] of lines.entries()) {
    const { text: own, end: ownEnd } = carriedLine(line, current, edited);
    let end = line.current < 0 || ownEnd === "" ? usual : ownEnd;
    usual = end;
    const below = lines[r + 1] && carriedLine(lines[r + 1]!, current, edited);
    // A lone "\r" before an empty line that ends with "\n" would make one line's end of two.
    if (end === "\r" && below?.text === "") end = "\r\n";
    // An empty line that nothing ends would be no line.
    if (!below && !finalNewline && own !== "") end = "";
    text += own + end;
  }
  return text;
}

function unproved(path: string, problems: readonly string[]): RedraftError {
  return new RedraftError(
    "stale-file",
    `${path} changed since the version that the edit was written for, and the two changes cannot be separated ` +
      `with certainty (${problems[0] ?? "the lines come out otherwise"}). Read the file again and write the edit for its current text.`,
    { details: { path, problems } },
  );
}
