import { RedraftError } from "../../src/core/errors.ts";
import type { MergeOutcome } from "../../src/core/merge.ts";
import { readEdit } from "../../src/edit/read.ts";
import { merge } from "../../src/merge/merge.ts";
import { blocksOf, type Generated, generate, type Random, sketchOf, textOf } from "./generate.ts";

/** One generated edit, applied: what came of it. */
export interface Trial {
  readonly kind: "right" | "declined" | "idle";
  /** A sentence when a property is broken. */
  readonly broken?: string;
  readonly wanted?: string;
  readonly got?: string;
  readonly source: string;
  readonly edit: string;
  /** Written as a sketch, else as search/replace blocks. */
  readonly lazy: boolean;
}

function outcomeOf(
  source: string,
  edit: string,
  format: "lazy" | "search-replace",
): MergeOutcome | undefined {
  try {
    return merge(source, readEdit(edit, { path: "a.ts", source, format }));
  } catch (error) {
    // A reader refuses too: a sketch that leaves out declarations without a marker, for one.
    if (error instanceof RedraftError) return undefined;
    throw error;
  }
}

/** Applies one random edit in one random style; `twins` = some stretches of the file stand twice. */
export function tryEdit(random: Random, twins: boolean): Trial {
  const edit: Generated = generate(random, twins);
  const source = textOf(edit.before);
  const wanted = textOf(edit.after);
  const lazy = random(3) > 0;
  const context = 2 + random(2);
  const written = lazy ? sketchOf(edit, context) : blocksOf(edit, context);
  const at = { source, edit: written, lazy };
  if (edit.hunks.length === 0 || source === wanted) return { kind: "idle", ...at };
  const outcome = outcomeOf(source, written, lazy ? "lazy" : "search-replace");
  if (outcome?.kind !== "proved") return { kind: "declined", ...at };
  if (outcome.text !== wanted)
    return { kind: "right", broken: "a third text", wanted, got: outcome.text, ...at };
  // Where stretches stand twice, the edit may fit once more after it was applied.
  if (twins) return { kind: "right", ...at };
  const again = outcomeOf(wanted, written, lazy ? "lazy" : "search-replace");
  if (again?.kind === "proved" && again.text !== wanted) {
    return {
      kind: "right",
      broken: "applied again it changes the text",
      wanted,
      got: again.text,
      ...at,
    };
  }
  return { kind: "right", ...at };
}
