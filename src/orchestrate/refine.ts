import type { Replacement } from "./rename/rewrite.ts";

/** One way to make a hunk: changes of one file, at offsets of its text before anything is changed. */
export interface HunkAlternative {
  readonly path: string;
  /** Without overlaps. */
  readonly changes: readonly Replacement[];
}

/** A part of an edit that stays or is left out as a whole, in one of several ways. */
export interface EditHunk<Alternative extends HunkAlternative = HunkAlternative> {
  /** Best first. */
  readonly alternatives: readonly Alternative[];
}

/** A hunk in the way that is tried. */
export interface HunkAttempt<Alternative extends HunkAlternative = HunkAlternative> {
  /** Index among the hunks. */
  readonly hunk: number;
  readonly alternative: Alternative;
}

export interface CheckAnswer {
  readonly ok: boolean;
  readonly why?: string | undefined;
  /** Where it is known: which of the attempts are bad, as indices. They are tried again alone, so that a wrong guess costs only time. */
  readonly blamed?: readonly number[] | undefined;
}

/**
 * Judges texts. `added`: the attempts that are new since the last accepted texts.
 *
 * @param texts the files that differ from how they were at first
 */
export type RefineCheck<Alternative extends HunkAlternative> = (
  texts: ReadonlyMap<string, string>,
  added: readonly HunkAttempt<Alternative>[],
) => Promise<CheckAnswer>;

export type RefineEvent =
  | { readonly type: "hunks-tried"; readonly hunks: readonly number[]; readonly checks: number }
  | { readonly type: "hunk-kept"; readonly hunk: number; readonly alternative: number }
  | {
      readonly type: "hunk-refused";
      readonly hunk: number;
      readonly alternative: number;
      readonly why: string;
    };

export interface RefusedAlternative {
  readonly alternative: number;
  readonly why: string;
  /** It was not tried: it overlaps with what is kept. */
  readonly isConflict?: true;
}

/** What became of a hunk. */
export interface HunkOutcome {
  /** The index of the alternative that stays; undefined: the hunk is left out. */
  readonly kept?: number;
  /** Why the other ones that were tried do not. */
  readonly refused: readonly RefusedAlternative[];
}

export interface Refined {
  /** The files that differ from how they were, as the check accepted them. */
  readonly texts: ReadonlyMap<string, string>;
  /** In the order of the hunks. */
  readonly outcomes: readonly HunkOutcome[];
  /** How often the check was asked. */
  readonly checks: number;
}

export interface RefineOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RefineEvent) => void) | undefined;
  /** After so many checks the remaining hunks are left out; default: 500. */
  readonly mostChecks?: number | undefined;
}

/**
 * Makes the hunks of an edit that a check accepts: incremental refinement of the paper. All are tried at once; if the check refuses,
 * those that it does not blame and then the others, or one half after the other, each on the texts as accepted so far; a single hunk that is refused is taken back, and its next
 * alternative is tried. Every kept state is one that the check accepted; n hunks of which b are bad cost about b log n checks.
 */
export async function refine<Alternative extends HunkAlternative>(
  before: ReadonlyMap<string, string>,
  hunks: readonly EditHunk<Alternative>[],
  check: RefineCheck<Alternative>,
  options: RefineOptions = {},
): Promise<Refined> {
  return new Refiner(before, hunks, check, options).run();
}

class Refiner<Alternative extends HunkAlternative> {
  private readonly before: ReadonlyMap<string, string>;
  private readonly hunks: readonly EditHunk<Alternative>[];
  private readonly check: RefineCheck<Alternative>;
  private readonly options: RefineOptions;
  private readonly kept = new Map<number, number>();
  private readonly refused: RefusedAlternative[][];
  private texts: ReadonlyMap<string, string> = new Map();
  private checks = 0;

  constructor(
    before: ReadonlyMap<string, string>,
    hunks: readonly EditHunk<Alternative>[],
    check: RefineCheck<Alternative>,
    options: RefineOptions,
  ) {
    this.before = before;
    this.hunks = hunks;
    this.check = check;
    this.options = options;
    this.refused = hunks.map(() => []);
  }

  async run(): Promise<Refined> {
    await this.settle([...this.hunks.keys()].filter((hunk) => this.next(hunk) !== undefined));
    const outcomes = this.refused.map((refused, hunk): HunkOutcome => {
      const kept = this.kept.get(hunk);
      return kept === undefined ? { refused } : { kept, refused };
    });
    return { texts: this.texts, outcomes, checks: this.checks };
  }

  /** The alternative of a hunk that is tried next. */
  private next(hunk: number): Alternative | undefined {
    return this.hunks[hunk]!.alternatives[this.refused[hunk]!.length];
  }

  private async settle(list: readonly number[]): Promise<void> {
    if (list.length === 0) return;
    if (list.length > 1) {
      const { ok, blamed = [] } = await this.attempt(list);
      if (ok) return;
      const bad = new Set(blamed.map((at) => list[at]));
      const others = list.filter((hunk) => !bad.has(hunk));
      if (bad.size > 0 && others.length > 0) {
        await this.settle(others);
        for (const hunk of list.filter((one) => bad.has(one))) await this.settle([hunk]);
        return;
      }
      const half = list.length >> 1;
      await this.settle(list.slice(0, half));
      await this.settle(list.slice(half));
      return;
    }
    const [hunk] = list;
    while (this.next(hunk!) !== undefined) {
      const { ok, why = "the check refuses it", isConflict } = await this.attempt(list);
      if (ok) return;
      const alternative = this.refused[hunk!]!.length;
      this.refused[hunk!]!.push({ alternative, why, ...(isConflict && { isConflict }) });
      this.options.onEvent?.({ type: "hunk-refused", hunk: hunk!, alternative, why });
    }
  }

  /** Keeps hunks together with those that are kept already, if the check accepts. */
  private async attempt(
    list: readonly number[],
  ): Promise<CheckAnswer & Pick<RefusedAlternative, "isConflict">> {
    const { signal, onEvent, mostChecks = 500 } = this.options;
    signal?.throwIfAborted();
    const added = list.map((hunk) => ({ hunk, alternative: this.next(hunk)! }));
    const kept = [...this.kept].map(([hunk, at]) => this.hunks[hunk]!.alternatives[at]!);
    const composed = compose(this.before, [...kept, ...added.map((one) => one.alternative)]);
    if (composed === undefined) {
      return { ok: false, why: "it changes what another hunk changes", isConflict: true };
    }
    if (this.checks >= mostChecks) return { ok: false, why: `${mostChecks} checks were made` };
    this.checks += 1;
    onEvent?.({ type: "hunks-tried", hunks: list, checks: this.checks });
    const answer = await this.check(composed, added);
    signal?.throwIfAborted();
    if (!answer.ok) return answer;
    this.texts = composed;
    for (const hunk of list) {
      const alternative = this.refused[hunk]!.length;
      this.kept.set(hunk, alternative);
      onEvent?.({ type: "hunk-kept", hunk, alternative });
    }
    return answer;
  }
}

/** The texts with all changes made; undefined where two of them overlap. The same change of two hunks is made once. */
export function compose(
  before: ReadonlyMap<string, string>,
  alternatives: readonly HunkAlternative[],
): ReadonlyMap<string, string> | undefined {
  const texts = new Map<string, string>();
  for (const [path, changes] of changesByPath(alternatives)) {
    const text = before.get(path);
    if (text === undefined) return undefined;
    let written = "";
    let from = 0;
    for (const change of changes) {
      if (change.start < from) return undefined;
      written += text.slice(from, change.start) + change.text;
      from = change.end;
    }
    const after = written + text.slice(from);
    if (after !== text) texts.set(path, after);
  }
  return texts;
}

/** Every change once, in the order of the text; insertions at one place in the order of the hunks. */
export function changesByPath(
  alternatives: readonly HunkAlternative[],
): ReadonlyMap<string, readonly Replacement[]> {
  const found = new Map<string, Map<string, Replacement>>();
  for (const { path, changes } of alternatives) {
    const own = found.get(path) ?? new Map<string, Replacement>();
    found.set(path, own);
    for (const one of changes) own.set(JSON.stringify(one), one);
  }
  return new Map(
    [...found].map(([path, changes]) => [
      path,
      [...changes.values()].sort((a, b) => a.start - b.start || a.end - b.end),
    ]),
  );
}
