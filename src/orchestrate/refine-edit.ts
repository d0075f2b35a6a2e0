import { LineDiff } from "../text/line-diff.ts";
import { type CheckAnswer, compose, type HunkAlternative, type RefineOptions } from "./refine.ts";
import type { CandidateFile } from "./speculator.ts";

/** Judges texts: the files that differ from how they were at first. */
export type EditCheck = (texts: ReadonlyMap<string, string>) => Promise<CheckAnswer>;

export interface RefineEditOptions extends Pick<RefineOptions, "signal" | "mostChecks"> {
  /**
   * Other texts of a file that is refused; best first, as fixes of its errors give them.
   */
  readonly mend?: ((path: string, text: string) => Promise<readonly string[]>) | undefined;
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

/**
 * Makes an edit as far as a check accepts it, hunk by hunk. If the whole edit is refused, a file of it is mended, if `mend` knows how: other
 * hunks may need the bad one. Then it is tried without each hunk in turn, since one bad hunk is the usual case (the complements of delta
 * debugging: Zeller and Hildebrandt 2002); then by halves, where what is refused is tried again once others are kept. A hunk that is left is
 * mended with what is kept. Every text that is answered is one that the check accepted.
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
  private checks = 0;

  constructor(files: readonly CandidateFile[], check: EditCheck, options: RefineEditOptions) {
    this.before = new Map(files.map((one) => [one.path, one.before]));
    this.hunks = files.flatMap(lineHunks);
    this.check = check;
    this.options = options;
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
    const { ok, why } = await this.passes(this.composed(list));
    for (const at of list) {
      if (ok) this.kept.add(at);
      else if (why !== undefined) this.refused.set(at, why);
    }
    return ok;
  }

  /** Makes everything with one file mended; answers the hunks that are mended, none where nothing passes. */
  private async mendWhole(all: readonly number[]): Promise<readonly number[]> {
    const { mend } = this.options;
    if (!mend) return [];
    for (const [path, text] of this.composed(all)) {
      for (const other of (await mend(path, text)).slice(0, mostMended)) {
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
    if (!this.options.mend || text === undefined || this.mended.has(path)) return false;
    const others = await this.options.mend(path, text);
    for (const other of others.slice(0, mostMended)) {
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
