import type { Edit } from "../../core/edit.ts";
import type { Candidate, Proof } from "../../core/merge.ts";
import { columnsOf } from "../../text/indent.ts";
import { lineTexts } from "../../text/lines.ts";
import { lexemesOf, similarity } from "../../text/similarity.ts";
import { hasWords, isBlank } from "../../text/words.ts";
import { classOf, firstWord, LineHabits } from "./line-bigrams.ts";
import { mostLike, Resembling } from "./line-likeness.ts";
import { type Bond, bondOf, Rarity, sumOfBonds } from "./neighbour-features.ts";

type BondName<Side extends string> = `${Side}${Capitalize<keyof Bond>}`;

/**
 * What distinguishes the candidates of an ambiguous merge, as numbers. Each candidate is described by what it does where the
 * candidates differ: which lines are removed, which are inserted, and their neighbours.
 */
export const featureNames = [
  "cost",
  "order",
  "removedWords",
  "removedBlank",
  "removedBracket",
  "removedUnlike",
  "removedShown",
  "removedAtStart",
  "removedAtEnd",
  "removedTwin",
  "insertedWords",
  "insertedBlank",
  "insertedKnown",
  "insertedNear",
  "insertedLikeKept",
  "matched",
  "repeated",
  "doubleBlank",
  "habitClass",
  "habitBelow",
  "habitAbove",
  "openedFlat",
  "indentedLoose",
  "blankInside",
  "alike",
  "commentCut",
  "afterLeaving",
  "unpairedCloser",
  "orphanCloser",
  "early",
  "modelAbove",
  "modelBelow",
  "sorted",
  "unsorted",
  "madeLoose",
  "madeClosesFlat",
  "madeOpensFlat",
  "madeDedent",
  "madeDeeper",
  "madeHeaded",
  "madeHeadless",
  "madeShared",
  "brokenLoose",
  "brokenClosesFlat",
  "brokenOpensFlat",
  "brokenDedent",
  "brokenDeeper",
  "brokenHeaded",
  "brokenHeadless",
  "brokenShared",
  "kinAbove",
  "kinBelow",
  "misfit",
  "hintDistance",
  "place",
  "length",
] as const;

export type FeatureName = (typeof featureNames)[number];

/** Whether a line of the result differs from the source's. */
const isNewLine = ({ result }: Proof, at: number): boolean =>
  result[at] !== undefined && result[at].from !== "source";

/** One row per candidate, one number per feature. */
export function candidateFeatures(
  source: string,
  edit: Edit,
  candidates: readonly Candidate[],
): number[][] {
  const lines = lineTexts(source);
  const stretches = edit.segments.flatMap((segment) =>
    segment.kind === "lines" ? [segment.lines.map(({ text }) => text)] : [],
  );
  const habits = new LineHabits(lines, stretches);
  const rarity = new Rarity(lines);
  const resembling = new Resembling(lines);
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line.trim(), (counts.get(line.trim()) ?? 0) + 1);
  const shown = new Set(stretches.flat().map((line) => line.trim()));
  const hints = hintsOf(edit);
  const least = Math.min(...candidates.map(({ cost }) => cost));
  return candidates.map((candidate, order) => {
    const text = lineTexts(candidate.text);
    const row = lineChanges(candidate, lines, text, counts, shown);
    const beside = neighboursOf(candidate, lines, text, habits);
    const features: Record<FeatureName, number> = {
      cost: candidate.cost - least,
      order,
      ...row,
      ...beside,
      ...modelsOf(candidate, text, resembling),
      ...bondsOf(candidate, lines, text, rarity),
      ...kinOf(candidate, text, rarity),
      early: earlyNames(candidate, text),
      unpairedCloser: unpairedClosers(text, candidate.textRange.start, candidate.textRange.end),
      orphanCloser: orphanClosers(text, candidate.textRange.start, candidate.textRange.end),
      hintDistance: hintDistance(candidate, hints),
      place: relativePlace(candidate, lines.length),
      length: text.length - lines.length,
    };
    return featureNames.map((name) => features[name]);
  });
}

type Changes = Pick<
  Record<FeatureName, number>,
  | "removedWords"
  | "removedBlank"
  | "removedBracket"
  | "removedUnlike"
  | "removedShown"
  | "removedAtStart"
  | "removedAtEnd"
  | "removedTwin"
  | "insertedWords"
  | "insertedBlank"
  | "insertedKnown"
  | "insertedNear"
  | "insertedLikeKept"
  | "matched"
>;

/** Counts of the lines that the candidate removes and inserts in the disputed stretch. */
function lineChanges(
  { proof, sourceRange, textRange }: Candidate,
  lines: readonly string[],
  text: readonly string[],
  counts: ReadonlyMap<string, number>,
  shown: ReadonlySet<string>,
): Changes {
  const removed: number[] = [];
  const kept: { source: number; result: number }[] = [];
  for (let line = sourceRange.start; line < sourceRange.end; line++) {
    const fate = proof.source[line];
    if (fate === undefined) continue;
    if (fate.fate === "kept") kept.push({ source: line, result: fate.result });
    else removed.push(line);
  }
  const inserted: number[] = [];
  for (let at = textRange.start; at < textRange.end; at++) {
    if (isNewLine(proof, at)) inserted.push(at);
  }
  const insertedTexts = inserted.map((at) => text[at]!).filter(hasWords);
  const removedWithWords = removed.filter((line) => hasWords(lines[line]!));
  const keptTexts = new Set(kept.map(({ source }) => lines[source]!.trim()));
  const near = (at: number): boolean =>
    text.slice(Math.max(0, at - 3), at + 4).some((other, i) => {
      const line = Math.max(0, at - 3) + i;
      const origin = proof.result[line];
      return origin?.from === "source" && hasWords(other) && similarity(other, text[at]!) > 0.7;
    });
  return {
    removedWords: removedWithWords.length,
    removedBlank: removed.filter((line) => isBlank(lines[line]!)).length,
    removedBracket: removed.filter((line) => !isBlank(lines[line]!) && !hasWords(lines[line]!))
      .length,
    removedUnlike: removedWithWords
      .slice(0, 40)
      .reduce((sum, line) => sum + 1 - mostLike(lines[line]!, insertedTexts.slice(0, 60)), 0),
    removedShown: removedWithWords.filter((line) => shown.has(lines[line]!.trim())).length,
    removedAtStart: removed.includes(0) ? 1 : 0,
    removedAtEnd: removed.includes(lines.length - 1) ? 1 : 0,
    removedTwin: removedWithWords.filter((line) => (counts.get(lines[line]!.trim()) ?? 0) > 1)
      .length,
    insertedWords: insertedTexts.length,
    insertedBlank: inserted.filter((at) => isBlank(text[at]!)).length,
    insertedKnown: insertedTexts.filter((line) => counts.has(line.trim())).length,
    insertedNear: insertedTexts.filter((line) => keptTexts.has(line.trim())).length,
    insertedLikeKept: inserted.slice(0, 40).filter((at) => hasWords(text[at]!) && near(at)).length,
    matched: proof.edit.filter(
      (fate) =>
        fate.fate === "matched" &&
        fate.source >= sourceRange.start &&
        fate.source < sourceRange.end,
    ).length,
  };
}

type Neighbours = Pick<
  Record<FeatureName, number>,
  | "repeated"
  | "doubleBlank"
  | "habitClass"
  | "habitBelow"
  | "habitAbove"
  | "openedFlat"
  | "indentedLoose"
  | "blankInside"
  | "alike"
  | "commentCut"
  | "afterLeaving"
  | "sorted"
  | "unsorted"
>;

/** How unusual the pairs of neighbouring lines are that the candidate creates, compared with the file's own. */
function neighboursOf(
  { proof, sourceRange, textRange }: Candidate,
  lines: readonly string[],
  text: readonly string[],
  habits: LineHabits,
): Neighbours {
  const sums: Neighbours = {
    repeated: 0,
    doubleBlank: 0,
    habitClass: 0,
    habitBelow: 0,
    habitAbove: 0,
    openedFlat: 0,
    indentedLoose: 0,
    blankInside: 0,
    alike: 0,
    commentCut: 0,
    afterLeaving: 0,
    sorted: 0,
    unsorted: 0,
  };
  const add = (above: string | undefined, below: string | undefined, sign: number): void => {
    const [byClass, byBelow, byAbove] = habits.likelihood(above, below);
    const writable = sums as { -readonly [K in keyof Neighbours]: number };
    writable.habitClass += sign * byClass!;
    writable.habitBelow += sign * byBelow!;
    writable.habitAbove += sign * byAbove!;
    if (above === undefined || below === undefined) return;
    if (isBlank(above) && isBlank(below)) writable.doubleBlank += sign;
    if (!isBlank(above) && above === below && hasWords(above)) writable.repeated += sign;
    const [first, second] = [classOf(above), classOf(below)];
    const inward = columnsOf(below) - columnsOf(above);
    const opens = first === "opens" || first === "turns";
    const closes = second === "closes" || second === "turns";
    if (opens && (second === "blank" || (!closes && inward <= 0))) writable.openedFlat += sign;
    if (!opens && first !== "blank" && second !== "blank" && inward > 0)
      writable.indentedLoose += sign;
    if (first === "blank" && closes) writable.blankInside += sign;
    if (first === "comment" && second !== "comment") writable.commentCut += sign;
    if (first === "leaves" && !closes && second !== "blank" && inward >= 0)
      writable.afterLeaving += sign;
    if (hasWords(above) && hasWords(below)) writable.alike += sign * similarity(above, below);
    if (inward === 0 && firstWord(above) === firstWord(below) && hasWords(above)) {
      if (above <= below) writable.sorted += sign;
      else writable.unsorted += sign;
    }
  };
  const sourceOf = (at: number): number => {
    const origin = proof.result[at];
    return origin?.from === "source" ? origin.source : -1;
  };
  const together = new Set<number>();
  for (let at = textRange.start; at <= textRange.end && at <= text.length; at++) {
    const [above, below] = [sourceOf(at - 1), sourceOf(at)];
    if (above >= 0 && below === above + 1) {
      together.add(below);
      continue;
    }
    add(text[at - 1], text[at], 1);
  }
  for (let line = sourceRange.start; line <= sourceRange.end && line <= lines.length; line++) {
    if (!together.has(line)) add(lines[line - 1], lines[line], -1);
  }
  return sums;
}

/** How strongly the lines belong together that the candidate joins, and those that it separates. */
function bondsOf(
  { proof, sourceRange, textRange }: Candidate,
  lines: readonly string[],
  text: readonly string[],
  rarity: Rarity,
): Record<BondName<"made"> | BondName<"broken">, number> {
  const together = new Set<number>();
  const made: Bond[] = [];
  const sourceOf = (at: number): number => {
    const origin = proof.result[at];
    return origin?.from === "source" ? origin.source : -1;
  };
  for (let at = textRange.start; at <= textRange.end && at <= text.length; at++) {
    const below = sourceOf(at);
    if (below >= 0 && sourceOf(at - 1) === below - 1) together.add(below);
    else made.push(bondOf(text, at, rarity));
  }
  const broken: Bond[] = [];
  for (let line = sourceRange.start; line <= sourceRange.end && line <= lines.length; line++) {
    if (!together.has(line)) broken.push(bondOf(lines, line, rarity));
  }
  const sides = { made: sumOfBonds(made), broken: sumOfBonds(broken) };
  const entries = Object.entries(sides).flatMap(([side, sums]) =>
    Object.entries(sums).map(
      ([name, sum]) => [`${side}${name[0]!.toUpperCase()}${name.slice(1)}`, sum] as const,
    ),
  );
  return Object.fromEntries(entries) as Record<BondName<"made"> | BondName<"broken">, number>;
}

/** Lines above and below new ones that are looked at for words in common. */
const kinWindow = 6;

/** What new lines have in common with the lines above and below them, and how far their indentation is from both. */
function kinOf(
  { proof, textRange }: Candidate,
  text: readonly string[],
  rarity: Rarity,
): Pick<Record<FeatureName, number>, "kinAbove" | "kinBelow" | "misfit"> {
  const sums = { kinAbove: 0, kinBelow: 0, misfit: 0 };
  const isNew = (at: number): boolean => isNewLine(proof, at);
  for (let at = textRange.start; at < textRange.end; at++) {
    if (!isNew(at) || isNew(at - 1)) continue;
    let end = at + 1;
    while (end < text.length && isNew(end)) end++;
    const own = new Set(text.slice(at, Math.min(end, at + 40)).flatMap(lexemesOf));
    const words = (from: number, to: number): string[] =>
      text.slice(Math.max(0, from), to).flatMap(lexemesOf);
    sums.kinAbove += rarity.shared(words(at - kinWindow, at), own);
    sums.kinBelow += rarity.shared(words(end, end + kinWindow), own);
    const solid = (from: number, step: 1 | -1): string | undefined => {
      let line = from;
      while (text[line]?.trim() === "") line += step;
      return text[line];
    };
    const [above, first, last, below] = [
      solid(at - 1, -1),
      solid(at, 1),
      solid(end - 1, -1),
      solid(end, 1),
    ];
    const apart = (a: string | undefined, b: string | undefined): number =>
      a === undefined || b === undefined ? 0 : Math.abs(columnsOf(a) - columnsOf(b));
    sums.misfit += Math.min(apart(above, first), apart(last, below));
  }
  return sums;
}

/** Whether new lines have the same neighbours as similar lines elsewhere in the file. */
function modelsOf(
  { proof, textRange }: Candidate,
  text: readonly string[],
  resembling: Resembling,
): Pick<Record<FeatureName, number>, "modelAbove" | "modelBelow"> {
  const isNew = (at: number): boolean => isNewLine(proof, at);
  const sums = { modelAbove: 0, modelBelow: 0 };
  let looked = 0;
  for (let at = textRange.start; at <= textRange.end && looked < 12; at++) {
    if (isNew(at) === isNew(at - 1)) continue;
    looked++;
    // Where new lines begin and where they end: the first solid one of the two is asked about the other.
    const [above, below] = [text[at - 1], text[at]];
    if (below !== undefined && below.trim() !== "")
      sums.modelAbove += resembling.beside(below, above, -1);
    if (above !== undefined && above.trim() !== "")
      sums.modelBelow += resembling.beside(above, below, 1);
  }
  return sums;
}

/** Counts names in new lines that the file's own lines mention only further down: mostly uses before the definition. */
function earlyNames({ proof, textRange }: Candidate, text: readonly string[]): number {
  const unseen = new Map<string, number>();
  for (let at = textRange.start; at < Math.min(textRange.end, textRange.start + 200); at++) {
    if (!isNewLine(proof, at)) continue;
    for (const [name] of text[at]!.matchAll(/[A-Za-z_]\w+/g))
      if (!unseen.has(name)) unseen.set(name, at);
  }
  if (unseen.size === 0) return 0;
  for (let at = 0; at < textRange.start; at++) {
    for (const [name] of text[at]!.matchAll(/[A-Za-z_]\w+/g)) unseen.delete(name);
  }
  let early = 0;
  for (let at = textRange.start; at < textRange.end; at++) {
    if (isNewLine(proof, at)) continue;
    for (const [name] of text[at]!.matchAll(/[A-Za-z_]\w+/g)) {
      const first = unseen.get(name);
      if (first !== undefined && first < at) early++;
      unseen.delete(name);
    }
  }
  return early;
}

/** Closing lines of a stretch that are indented unlike the line that opened them; brackets in strings count too. */
function unpairedClosers(text: readonly string[], start: number, end: number): number {
  const open: number[] = [];
  let wrong = 0;
  for (let at = Math.max(0, start - 40); at < Math.min(text.length, end + 20); at++) {
    const line = text[at]!;
    const indent = columnsOf(line);
    let first = true;
    for (const character of line.slice(0, 400)) {
      if ("([{".includes(character)) open.push(indent);
      else if (")]}".includes(character)) {
        const opener = open.pop();
        if (first && opener !== undefined && opener !== indent) wrong++;
      }
      if (character.trim() !== "") first = first && ")]}".includes(character);
    }
  }
  return wrong;
}

/** Closing lines below lines that are level with them and open nothing: what they close is not where it should be. */
function orphanClosers(text: readonly string[], start: number, end: number): number {
  let orphans = 0;
  for (let at = Math.max(1, start - 1); at < Math.min(text.length, end + 12); at++) {
    const line = text[at]!;
    if (!/^\s*[)\]}]/.test(line)) continue;
    const indent = columnsOf(line);
    let above = at - 1;
    while (above >= 0 && (isBlank(text[above]!) || columnsOf(text[above]!) > indent)) above--;
    if (above >= 0 && columnsOf(text[above]!) === indent && !leavesOpen(text[above]!)) orphans++;
  }
  return orphans;
}

/** Whether a line opens a bracket that it does not close. */
function leavesOpen(line: string): boolean {
  let open = 0;
  for (const character of line) {
    if ("([{".includes(character)) open++;
    else if (")]}".includes(character)) open = Math.max(0, open - 1);
  }
  return open > 0;
}

/** Line numbers that the edit itself names, with the edit lines that they are for. */
function hintsOf(edit: Edit): { readonly first: number; readonly near: number }[] {
  const hints: { first: number; near: number }[] = [];
  let first = 0;
  for (const segment of edit.segments) {
    if (segment.kind !== "lines") continue;
    if (segment.nearLine !== undefined) hints.push({ first, near: segment.nearLine - 1 });
    first += segment.lines.length;
  }
  return hints;
}

function hintDistance(
  { proof }: Candidate,
  hints: readonly { readonly first: number; readonly near: number }[],
): number {
  let sum = 0;
  for (const { first, near } of hints) {
    const fate = proof.edit[first];
    if (fate?.fate === "matched") sum += Math.min(200, Math.abs(fate.source - near));
  }
  return Math.log1p(sum);
}

/** Where in the file the first line of the edit matters, 0 to 1. */
function relativePlace({ proof }: Candidate, count: number): number {
  const fates = proof.edit.filter((fate) => fate.fate === "matched");
  const sum = fates.reduce((total, fate) => total + fate.source, 0);
  return fates.length === 0 ? 0 : sum / fates.length / Math.max(1, count);
}
