import type { Random } from "../../../test/merge/generate.ts";
import { blocks } from "./blocks.ts";
import { changesOf } from "./changes.ts";
import { comesOrGoes, diff, patch } from "./diffs.ts";
import { madeUp, type Named, real } from "./files.ts";
import { allPairs, insertion, linePairs, partPairs } from "./pairs.ts";
import { cutOff, garbled, stale, twice } from "./spoilt.ts";
import type { Change, FileText } from "./text.ts";
import { looksElided, type Trial } from "./trial.ts";
import { whole } from "./whole.ts";

type Maker = (file: FileText, changes: readonly Change[], random: Random) => Trial | undefined;

/** Each as often as it stands here. */
const makers: readonly Maker[] = [
  blocks,
  blocks,
  blocks,
  linePairs,
  linePairs,
  (file, _, random) => partPairs(file, random),
  (file, _, random) => allPairs(file, random),
  (file, _, random) => insertion(file, random),
  diff,
  diff,
  diff,
  patch,
  patch,
  whole,
  whole,
  (file, _, random) => comesOrGoes(file, random),
  stale,
  stale,
  (file, _, random) => twice(file, random),
  cutOff,
];

/** A pair of a file and an edit; always the same one from the same random numbers. One in eleven is garbage. */
export function trialOf(random: Random, pool: readonly Named[]): Trial {
  for (;;) {
    const file = random(2) === 0 ? madeUp(random) : real(pool, random);
    const changes = changesOf(file, random);
    const trial = makers[random(makers.length)]!(file, changes, random);
    if (!trial) continue;
    if (random(11) === 0) return garbled(trial, random);
    return trial.wanted.kind === "text" &&
      (replacesByComment(changes) || writesMarker(trial.wanted.flat, trial.file))
      ? { ...trial, wanted: { ...trial.wanted, mayRefuse: true } }
      : trial;
  }
}

const isComment = (line: string): boolean =>
  /^\s*(?:\/\/|#|\/?\*|--|<!--|%|;|"{3}|'{3})/.test(line);

/** Whether a line that comes in may say that something is left out, as a marker does, or a comment in place of code. */
function writesMarker(flat: string, { lines }: FileText): boolean {
  const known = new Set(lines);
  return flat
    .split("\n")
    .some(
      (line) => !known.has(line) && (looksElided(line) || (lines.length > 0 && isComment(line))),
    );
}

const replacesByComment = (changes: readonly Change[]): boolean =>
  changes.some(
    ({ start, end, fresh }) => fresh.some(looksElided) || (end > start && fresh.some(isComment)),
  );
