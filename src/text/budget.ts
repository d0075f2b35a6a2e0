/** Thrown by `spend` when the work of an edit is used up; whoever set the limit says what that means to the caller. */
export class OverBudget extends Error {
  override readonly name = "OverBudget";
}

let stepsLeft = Number.POSITIVE_INFINITY;

/**
 * Does synchronous work of at most `steps` steps. Returns undefined if it needs more: then it is abandoned. Steps are counted,
 * not timed, so the same edit has the same answer on every machine. One step is about 20 ns of work: a cell of an
 * alignment, or 100 characters of a search.
 *
 * Counting is by the call in progress and not by an object handed down, since the loops that count are deep in pure functions.
 */
export function withinBudget<Result>(steps: number, work: () => Result): Result | undefined {
  const outer = stepsLeft;
  stepsLeft = steps;
  try {
    return work();
  } catch (error) {
    if (error instanceof OverBudget) return undefined;
    throw error;
  } finally {
    stepsLeft = outer;
  }
}

/** Counts steps before they are taken, so that what is too much is never begun. Outside `withinBudget` there is no limit. */
export function spend(steps: number): void {
  stepsLeft -= steps;
  if (stepsLeft < 0) throw new OverBudget();
}
