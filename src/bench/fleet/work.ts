/** A pass of a request that was decoded alone: tokens drafted, and tokens written, the model's own among them. */
export interface DraftedPass {
  readonly drafted: number;
  readonly written: number;
}

/** What an edit asks of a fleet, in tokens of the model. */
export interface EditWork {
  readonly id: string;
  /** Tokens of the prompt. */
  readonly prompt: number;
  /** Requests with the same key begin with the same `shared` tokens, which a prefix cache keeps. */
  readonly key: string;
  readonly shared: number;
  /** Tokens of the output. */
  readonly output: number;
  /** Passes with the source as prediction, at most 127 tokens drafted in each; they write `output` tokens in all. */
  readonly passes: readonly DraftedPass[];
  /** Whether the merge proves the edit, given its sketch; absent = there is no sketch. */
  readonly proved?: boolean;
  /** Seconds of one core that the merge takes. */
  readonly mergeSeconds?: number;
}

/** How much of a request was written, in passes of its recording. */
export interface OutputProgress {
  readonly pass: number;
  /** Tokens of that pass that are written. */
  readonly offset: number;
}

export const startOfOutput: OutputProgress = { pass: 0, offset: 0 };

/**
 * A step with at most `limit` drafted tokens. A recorded draft that is cut continues in the next step, where its wrong
 * token, if it had one, still is the first that is rejected.
 */
export function outputStep(
  passes: readonly DraftedPass[],
  { pass, offset }: OutputProgress,
  limit: number,
): { readonly drafted: number; readonly written: number; readonly next: OutputProgress } {
  const recorded = passes[pass]!;
  const drafted = Math.max(0, Math.min(limit, recorded.drafted - offset));
  const written = Math.min(drafted, recorded.written - 1 - offset) + 1;
  const end = offset + written;
  return {
    drafted,
    written,
    next: end >= recorded.written ? { pass: pass + 1, offset: 0 } : { pass, offset: end },
  };
}

/** Steps and tokens verified when all of these outputs are written with drafts of at most `limit` tokens. */
export function totalSteps(
  work: readonly EditWork[],
  limit: number,
): { readonly steps: number; readonly drafted: number; readonly written: number } {
  let [steps, drafted, written] = [0, 0, 0];
  for (const { passes } of work) {
    for (let at = startOfOutput; at.pass < passes.length; ) {
      const step = outputStep(passes, at, limit);
      steps++;
      drafted += step.drafted;
      written += step.written;
      at = step.next;
    }
  }
  return { steps, drafted, written };
}
