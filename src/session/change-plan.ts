import type { Capabilities, KvEdit } from "../core/target.ts";
import type { SyntaxTree } from "./dependents.ts";
import type { Drift, Renewal } from "./drift.ts";
import { addedRanges, spliceShare, type TokenRange, withRepair, worthSplicing } from "./kv-plan.ts";
import { chooseRepair, type RepairSelector } from "./repair.ts";
import type { DocumentEdit } from "./text-edits.ts";
import type { TokenText } from "./token-text.ts";

/**
 * What a change does to the cache. `full`: everything from the first changed token on is evaluated again. `splice`: only new tokens are, the
 * others keep their keys and values, rotated to their new positions (positional integrity encoding, He et al., ICLR 2025).
 * `splice+repair`: also the later tokens that depend most on the change. `auto`: `full` where it costs about as much, else `splice+repair`.
 */
export type KvPolicy = "full" | "splice" | "splice+repair" | "auto";

export interface RepairOptions {
  /** Default `combined`. */
  readonly selector?: RepairSelector;
  /** Tokens that a repair may evaluate, as a share of those behind the change (default 0.05). */
  readonly share?: number;
}

/** What the measurements of docs/sessions.md favour. */
export const defaultRepair: Required<RepairOptions> = { selector: "combined", share: 0.05 };
/** 0.3: from there on answers differ clearly more often (docs/sessions.md). */
export const defaultRenewal: Renewal = { changes: 32, share: 0.3 };

export interface PlanOptions {
  readonly policy: KvPolicy;
  readonly repair: Required<RepairOptions>;
  readonly renewal: Renewal;
}

export interface ChangePlan {
  readonly policy: "full" | "splice" | "splice+repair";
  readonly reason: string;
  /** For the splice, in the document's numbering before it; the changes of the tokens are among them. */
  readonly edits: readonly KvEdit[];
  /** Tokens that are evaluated again although the text is the same, in the numbering after the change. */
  readonly renewed: readonly TokenRange[];
  /** First token that `full` evaluates, in the numbering after the change. */
  readonly from: number;
  readonly selector?: RepairSelector;
}

export interface PlannedChange {
  readonly before: string;
  readonly textEdits: readonly DocumentEdit[];
  readonly edits: readonly KvEdit[];
  readonly document: TokenText;
  readonly drift: Drift;
  /** True while a probe has found splices to differ too much. */
  readonly distrusted: boolean;
  readonly tree?: (text: string) => SyntaxTree | undefined;
}

/** Suffixes shorter than this are evaluated again: there is nothing to save. */
const shortSuffix = 64;

/** Decides how the cache follows a change. */
export function planChange(
  change: PlannedChange,
  { policy, repair, renewal }: PlanOptions,
  capabilities: Pick<Capabilities, "kvEdit" | "rewind" | "cost" | "shiftCost">,
): ChangePlan {
  const { edits, document, drift } = change;
  const from = edits[0]!.start;
  const full = (reason: string, start = from): ChangePlan => ({
    policy: "full",
    reason,
    edits,
    renewed: [],
    from: Math.min(from, start),
  });
  if (policy === "full") return full("asked for");
  const obstacle = whyNoSplice(capabilities);
  if (obstacle !== undefined) return full(obstacle);
  const suffix = document.tokens.length - from;
  const due = drift.dueAfter(edits, renewal);
  const dueTokens = due.reduce((sum, { start, end }) => sum + end - start, 0);
  if (dueTokens > worthSplicing * suffix) {
    const share = Math.round(100 * renewal.share);
    const why = `most tokens missed ${renewal.changes} changes, or ${share} % of what they saw`;
    return full(why, due[0]!.start);
  }
  if (policy === "auto" && change.distrusted) {
    return full("a probe found that splices change what the model says too much");
  }
  if (policy === "auto" && suffix < shortSuffix) {
    return full(`only ${suffix} tokens follow the change`);
  }
  if (policy === "splice") {
    const renewed = withRepair(edits, document.tokens, due);
    return { policy, reason: "asked for", edits: renewed, renewed: due, from };
  }
  const added = addedRanges(edits);
  const chosen = chooseRepair({
    selector: repair.selector,
    budget: Math.ceil(repair.share * suffix),
    before: change.before,
    edits: change.textEdits,
    document,
    added,
    ...(change.tree && { tree: change.tree }),
  });
  const renewed = [...chosen.ranges, ...due];
  const repaired = withRepair(edits, document.tokens, renewed);
  if (policy === "auto") {
    const share = spliceShare(capabilities, repaired, suffix);
    if (share > worthSplicing)
      return full(`a splice would cost ${Math.round(100 * share)} % of it`);
  }
  const reason = chosen.note ?? (policy === "auto" ? "much cheaper than full" : "asked for");
  const { selector } = chosen;
  return { policy: "splice+repair", reason, edits: repaired, renewed, from, selector };
}

/** Why the keys of a model cannot move; undefined where they can. */
export function whyNoSplice({
  kvEdit,
  rewind,
}: Pick<Capabilities, "kvEdit" | "rewind">): string | undefined {
  if (!rewind) return "the model keeps a recurrent state, which no edit can change";
  if (kvEdit === "splice") return undefined;
  return "the keys of this model cannot be moved: sliding window, scaled or several positions per token, a quantised cache, or a server";
}
