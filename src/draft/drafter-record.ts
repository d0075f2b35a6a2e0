import type { Draft, Token } from "../core/target.ts";
import { sharedLength } from "../text/prefix.ts";

/** How well a drafter without estimates of its own has done: chances of its first and of each further token. */
export interface DrafterRecord {
  /** The draft with a survival curve: its own, or one from the record. */
  judge(draft: Draft): Draft;
  observe(draft: Draft, committed: readonly Token[]): void;
}

const recordDecay = 0.98;

export function createRecord(): DrafterRecord {
  // Begun as if a few drafts had been seen.
  let first = { right: 2, tried: 4 };
  let further = { right: 8, tried: 10 };
  return {
    judge(draft) {
      if (draft.survival !== undefined) return draft;
      const start = first.right / first.tried;
      const ratio = further.right / further.tried;
      return { ...draft, survival: draft.tokens.map((_, i) => start * ratio ** i) };
    },
    observe(draft, committed) {
      const count = sharedLength(draft.tokens, committed);
      // Tokens after the committed ones were not judged.
      const failed = count < Math.min(draft.tokens.length, committed.length);
      if (count === 0 && !failed) return;
      first = {
        right: first.right * recordDecay + Math.min(1, count),
        tried: first.tried * recordDecay + 1,
      };
      if (count === 0) return;
      const more = count - 1;
      further = {
        right: further.right * recordDecay + more,
        tried: further.tried * recordDecay + more + Number(failed),
      };
    },
  };
}
