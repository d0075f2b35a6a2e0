import { LineDiff } from "../text/line-diff.ts";
import { type CheckAnswer, compose, type HunkAlternative, type RefineOptions } from "./refine.ts";
import type { CandidateFile } from "./speculator.ts";

/** Judges texts: the files that differ from how they were at first. */
export type EditCheck = (texts: ReadonlyMap<string, string>) => Promise<CheckAnswer>;

/** Another text of a file that is refused. */
export interface MendedText {
  readonly text: string;
  /** How likely it is what was meant: 0 to 1. */
  readonly confidence: number;
}

export interface RefineEditOptions extends Pick<RefineOptions, "signal" | "mostChecks"> {
  /** What the check says of the whole edit, where that is known: it is not asked again. */
  readonly whole?: CheckAnswer | undefined;
  /** Other texts of a file that is refused, as fixes of its errors give them. Default: nothing is mended. */
  readonly mend?: ((path: string, text: string) => Promise<readonly MendedText[]>) | undefined;
  /**
   * Less likely texts of `mend` are not tried; default: .8. A check that only parses accepts them, too, and they may mean something
   * else: `{"a", 1}` for `{"a": 1}`.
   */
  readonly leastConfidence?: number | undefined;
}

/** What became of a hunk of an edit. */
export interface RefinedHunk {
  readonly path: string;
  /** Of the old text, from 1. */
  readonly line: number;
  readonly state: "kept" | "mended" | "left out";
  readonly why?: string;
}

export interface RefinedEdit {
  /** The files that differ, as the check accepted them. */
  readonly texts: ReadonlyMap<string, string>;
  readonly hunks: readonly RefinedHunk[];
  readonly checks: number;
}

/** More hunks are searched by halves at once: leaving out one after another would take too many checks. */
const mostComplements = 16;
/** Other texts of a hunk that are tried. */
const mostMended = 4;
/** As `redraft fix --likely`. */
const leastMended = 0.8;

/**
 * Makes an edit as far as a check accepts it, hunk by hunk; writes nothing. If the whole edit is refused, a file of it is mended, if `mend`
 * knows how: other hunks may need the bad one. Then it is tried without each hunk in turn, since one bad hunk is the usual case (the
 * complements of delta debugging: Zeller and Hildebrandt 2002); then by halves, where what is refused is tried again once others are kept.
 * A hunk that is left is mended with what is kept.
 *
 * The texts of the answer are some that the check accepted, or none. A hunk is a stretch of changed lines. It need not be the largest part that
 * the check accepts, and a hunk may be kept that makes no sense without one that is left out, where the check does not see that.
 *
 * @param check asked one at a time, at most `mostChecks` times (default: 500); hunks that are not judged by then are left out
 * @throws what the check throws, and the signal's reason
 */
export async function refineEdit(
  files: readonly CandidateFile[],
  check: EditCheck,
  options: RefineEditOptions = {},
): Promise<RefinedEdit> {
  return new EditRefiner(files, check, options).run();
}

interface LineHunk {
  readonly alternative: HunkAlternative;
  /** Of the old text, from 1. */
  readonly line: number;
  /** Lines [from, to) of the new text, from 0. */
  readonly written: readonly [from: number, to: number];
}

class EditRefiner {
  private readonly before: ReadonlyMap<string, string>;
  private readonly hunks: readonly LineHunk[];
  private readonly check: EditCheck;
  private readonly options: RefineEditOptions;
  private readonly kept = new Set<number>();
  private readonly refused = new Map<number, string>();
  /** Files with a mended hunk. */
  private readonly mended = new Map<string, string>();
  /** By the hunks that were tried, while nothing is mended. */
  private readonly known = new Map<string, CheckAnswer>();
  private checks = 0;

  constructor(files: readonly CandidateFile[], check: EditCheck, options: RefineEditOptions) {
    this.before = new Map(files.map((one) => [one.path, one.before]));
    this.hunks = files.flatMap(lineHunks);
    this.check = check;
    this.options = options;
    if (options.whole) this.known.set([...this.hunks.keys()].join(), options.whole);
  }

  async run(): Promise<RefinedEdit> {
    const all = [...this.hunks.keys()];
    const mended = new Set<number>();
    if (all.length > 0 && !(await this.keep(all))) {
      const whole = await this.mendWhole(all);
      if (whole.length > 0) for (const at of whole) mended.add(at);
      else await this.keepPart(all);
    }
    for (const at of all) if (!this.kept.has(at) && (await this.mend(at))) mended.add(at);
    const hunks = all.map((at): RefinedHunk => {
      const { alternative, line } = this.hunks[at]!;
      const { path } = alternative;
      if (this.kept.has(at) && !mended.has(at)) return { path, line, state: "kept" };
      const state = mended.has(at) ? "mended" : "left out";
      return { path, line, state, why: this.refused.get(at) ?? "the check refuses it" };
    });
    return { texts: this.composed([]), hunks, checks: this.checks };
  }

  /** The texts with what is kept and these hunks. */
  private composed(more: readonly number[]): ReadonlyMap<string, string> {
    const chosen = [...this.kept, ...more].sort((a, b) => a - b);
    const made = compose(
      this.before,
      chosen.map((at) => this.hunks[at]!.alternative),
    );
    return new Map([...made!, ...this.mended]);
  }

  private async passes(texts: ReadonlyMap<string, string>): Promise<CheckAnswer> {
    const { signal, mostChecks = 500 } = this.options;
    signal?.throwIfAborted();
    if (this.checks >= mostChecks) return { ok: false, why: `${mostChecks} checks were made` };
    this.checks += 1;
    const answer = await this.check(texts);
    signal?.throwIfAborted();
    return answer;
  }

  private async keep(list: readonly number[]): Promise<boolean> {
    const key = [...this.kept, ...list].sort((a, b) => a - b).join();
    const answer = this.known.get(key) ?? (await this.passes(this.composed(list)));
    this.known.set(key, answer);
    const { ok, why } = answer;
    for (const at of list) {
      if (ok) this.kept.add(at);
      else if (why !== undefined) this.refused.set(at, why);
    }
    return ok;
  }

  /** Makes everything with one file mended; answers the hunks that are mended, none where nothing passes. */
  private async mendWhole(all: readonly number[]): Promise<readonly number[]> {
    for (const [path, text] of this.composed(all)) {
      for (const other of await this.others(path, text)) {
        const { ok } = await this.passes(new Map([...this.composed(all), [path, other]]));
        if (!ok) continue;
        for (const at of all) this.kept.add(at);
        this.mended.set(path, other);
        const own = all.filter((at) => this.hunks[at]!.alternative.path === path);
        return this.changedHunks(own, text, other);
      }
    }
    return [];
  }

  /** Likely texts of a file that is refused, best first. */
  private async others(path: string, text: string): Promise<readonly string[]> {
    const { mend, leastConfidence = leastMended } = this.options;
    const likely = (await mend?.(path, text))?.filter((one) => one.confidence >= leastConfidence);
    const sorted = (likely ?? []).sort((a, b) => b.confidence - a.confidence);
    return sorted.slice(0, mostMended).map((one) => one.text);
  }

  /** The hunks of a file whose new lines differ in another text; where none does, the one that is nearest to the change. */
  private changedHunks(own: readonly number[], text: string, other: string): readonly number[] {
    const changes = new LineDiff(text.split("\n"), other.split("\n")).compare();
    const distance = (at: number): number => {
      const [from, to] = this.hunks[at]!.written;
      return Math.min(...changes.map((one) => Math.max(0, one.oldStart - to, from - one.oldEnd)));
    };
    const nearest = Math.min(...own.map(distance));
    return own.filter((at) => distance(at) === nearest).slice(0, nearest > 0 ? 1 : undefined);
  }

  private async keepPart(all: readonly number[]): Promise<void> {
    if (all.length > 1 && all.length <= mostComplements) {
      for (const at of all) {
        if (!(await this.keep(all.filter((one) => one !== at)))) continue;
        // Why it is refused, with the others there.
        await this.keep([at]);
        return;
      }
    }
    for (let left = all; left.length > 0; ) {
      const count = this.kept.size;
      await this.halves(left);
      left = this.kept.size > count ? all.filter((at) => !this.kept.has(at)) : [];
    }
  }

  private async halves(list: readonly number[]): Promise<void> {
    if (await this.keep(list)) return;
    if (list.length === 1) return;
    const half = list.length >> 1;
    await this.halves(list.slice(0, half));
    await this.halves(list.slice(half));
  }

  private async mend(at: number): Promise<boolean> {
    const { path } = this.hunks[at]!.alternative;
    const text = this.composed([at]).get(path);
    // A second one of a file would be mended in a text that the first one has replaced.
    if (text === undefined || this.mended.has(path)) return false;
    for (const other of await this.others(path, text)) {
      const { ok } = await this.passes(new Map([...this.composed([]), [path, other]]));
      if (!ok) continue;
      this.mended.set(path, other);
      return true;
    }
    return false;
  }
}

/** The stretches of lines that a file's change replaces. */
function lineHunks({ path, before, after }: CandidateFile): LineHunk[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const starts = [0];
  for (const line of old) starts.push(starts.at(-1)! + line.length + 1);
  return new LineDiff(old, now).compare().map(({ oldStart, oldEnd, newStart, newEnd }) => {
    const written = now.slice(newStart, newEnd).join("\n");
    const isLast = oldEnd === old.length;
    // The line end before a part is changed with it at the end of the file, the one behind it elsewhere.
    const start = isLast ? Math.max(0, starts[oldStart]! - 1) : starts[oldStart]!;
    const end = isLast ? before.length : starts[oldEnd]!;
    const hasLines = newEnd > newStart;
    const lead = isLast && oldStart > 0 && hasLines ? "\n" : "";
    const text = `${lead}${written}${!isLast && hasLines ? "\n" : ""}`;
    const alternative = { path, changes: [{ start, end, text }] };
    return { alternative, line: oldStart + 1, written: [newStart, newEnd] };
  });
}
