import type { Capabilities, KvEdit, Sequence, Token } from "../core/target.ts";
import { LineDiff } from "../text/line-diff.ts";
import { whyNoSplice } from "./change-plan.ts";
import { addedRanges, spliceShare, withRepair, worthSplicing } from "./kv-plan.ts";

/** A prompt that a sequence was made to hold by editing its cache. */
export interface FollowedPrompt {
  /** First token whose keys and values may differ from full evaluation. */
  readonly exact: number;
}

/** Of the tokens behind the first change: what a repair evaluates behind the places of the change. */
const repairShare = 0.05;
/** Fewer tokens behind the change than this are evaluated. */
const shortRest = 64;

/** The differences of two prompts, in tokens. */
export function promptEdits(before: readonly Token[], after: readonly Token[]): KvEdit[] {
  return new LineDiff(before.map(String), after.map(String))
    .compare()
    .map(({ oldStart, oldEnd, newStart, newEnd }) => ({
      start: oldStart,
      end: oldEnd,
      tokens: after.slice(newStart, newEnd),
    }));
}

/**
 * Makes a sequence hold another prompt by a splice with repair at its seams (`KvPolicy`).
 *
 * @param held what it holds
 * @returns undefined, and nothing done, where evaluating from the first change on is as good: few tokens follow, most would be new, or the
 *   keys of the model cannot move
 */
export async function followPrompt(
  sequence: Sequence,
  held: readonly Token[],
  prompt: readonly Token[],
  capabilities: Pick<Capabilities, "kvEdit" | "rewind" | "cost" | "shiftCost">,
  signal?: AbortSignal,
): Promise<FollowedPrompt | undefined> {
  if (sequence.splice === undefined || whyNoSplice(capabilities) !== undefined) return undefined;
  const edits = promptEdits(held, prompt);
  // What follows the shared end, an earlier answer for one, is forgotten; a new end is evaluated with the next pass.
  const tail = edits.at(-1)?.end === held.length ? edits.pop() : undefined;
  const end = prompt.length - (tail?.tokens.length ?? 0);
  const first = edits[0]?.start ?? end;
  const rest = end - first;
  const each = Math.ceil((repairShare * rest) / Math.max(1, edits.length));
  const seams = addedRanges(edits).map((added) => ({
    start: added.end,
    end: Math.min(end, added.end + each),
  }));
  const repaired = withRepair(edits, prompt, seams);
  const isWorth =
    edits.length === 0 ||
    (rest >= shortRest && spliceShare(capabilities, repaired, rest) <= worthSplicing);
  if (!isWorth) return undefined;
  if (tail !== undefined) await sequence.truncate(tail.start);
  if (repaired.length > 0) await sequence.splice(repaired, signal);
  await sequence.append(prompt.slice(end), signal);
  return { exact: first };
}
