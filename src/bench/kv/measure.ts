import { readFileSync } from "node:fs";
import type { Capabilities, KvEdit, Rows, Sequence, Token } from "../../core/target.ts";
import type { LlamaTarget } from "../../engines/llama/target.ts";
import {
  type ChangePlan,
  defaultRenewal,
  defaultRepair,
  planChange,
} from "../../session/change-plan.ts";
import { divergenceTopK } from "../../session/divergence.ts";
import { createDrift } from "../../session/drift.ts";
import { addedRanges, type TokenRange, withRepair } from "../../session/kv-plan.ts";
import { chooseRepair, type RepairSelector } from "../../session/repair.ts";
import type { DocumentEdit } from "../../session/text-edits.ts";
import type { TokenText } from "../../session/token-text.ts";
import { syntaxFor } from "../../workspace/syntax.ts";
import { conflictEncode } from "../baselines/conflict.ts";

/**
 * How the cache follows a change: `full`, `conflict`, `splice`, what a session does by itself (`auto`), or a splice with a repair: `splice+repair:<selector>@<share>`. The selector
 * `keys` takes the lines whose keys differ most from those of full evaluation: no product could know, so it is a bound for the others.
 */
export interface MeasuredPolicy {
  readonly name: string;
  readonly repair?: { readonly selector: RepairSelector; readonly share: number };
}

export const measuredSelectors: readonly RepairSelector[] = [
  "combined",
  "dependents",
  "mentions",
  "seams",
  "tail",
  "keys",
];

/** The policies of the bench: `full` first, then those that the table compares, then every selector at every share. */
export function measuredPolicies(
  shares: readonly number[],
  selectors: readonly RepairSelector[] = measuredSelectors,
): MeasuredPolicy[] {
  return [
    { name: "full" },
    { name: "conflict" },
    { name: "splice" },
    { name: "auto" },
    ...shares.flatMap((share) =>
      selectors.map((selector) => ({
        name: `splice+repair:${selector}@${share}`,
        repair: { selector, share },
      })),
    ),
  ];
}

/** A change of a document, in characters and in tokens. */
export interface MeasuredChange {
  readonly path: string;
  readonly before: string;
  readonly textEdits: readonly DocumentEdit[];
  readonly edits: readonly KvEdit[];
  /** After the change. */
  readonly document: TokenText;
  /** Per token from the first change on: how far its key is from the exact one after a splice. Needed for the selector `keys`. */
  readonly keyDistances?: readonly number[];
}

/** Makes the change in a sequence that holds the tokens before it. Returns the tokens that had to be evaluated. */
export async function followChange(
  sequence: Sequence,
  change: MeasuredChange,
  { name, repair }: MeasuredPolicy,
  capabilities: Capabilities,
): Promise<number> {
  const { edits, document } = change;
  if (edits.length === 0) return 0;
  const first = edits[0]!.start;
  const suffix = document.tokens.length - first;
  const own = name === "auto" ? automatic(change, capabilities) : undefined;
  if (name === "full" || own?.policy === "full") {
    await sequence.truncate(first);
    await sequence.append(document.tokens.slice(first));
    return suffix;
  }
  if (name === "conflict") {
    await conflictEncode(sequence, edits);
    return edits.reduce((sum, { tokens }) => sum + tokens.length, 0);
  }
  let followed = own?.edits ?? edits;
  if (repair !== undefined) {
    const ranges = await repairRanges(change, repair, Math.ceil(repair.share * suffix));
    followed = withRepair(edits, document.tokens, ranges);
  }
  const { evaluated, pending } = await sequence.splice!(followed);
  return evaluated + pending;
}

/** What a session does with its first change. */
function automatic(change: MeasuredChange, capabilities: Capabilities): ChangePlan {
  const drift = createDrift(change.document.tokens.length);
  const options = { policy: "auto", repair: defaultRepair, renewal: defaultRenewal } as const;
  return planChange({ ...change, drift, distrusted: false }, options, capabilities);
}

async function repairRanges(
  { path, before, textEdits, edits, document, keyDistances }: MeasuredChange,
  { selector }: NonNullable<MeasuredPolicy["repair"]>,
  budget: number,
): Promise<readonly TokenRange[]> {
  if (selector === "keys") return farthestLines(document, edits[0]!.start, keyDistances!, budget);
  const checker = await syntaxFor(path);
  const { ranges } = chooseRepair({
    selector,
    budget,
    before,
    edits: textEdits,
    document,
    added: addedRanges(edits),
    ...(checker?.tree && { tree: (text: string) => checker.tree!(text) }),
  });
  return ranges;
}

/** Whole lines, those with the largest mean distance first, until the budget is spent. */
function farthestLines(
  document: TokenText,
  from: number,
  distances: readonly number[],
  budget: number,
): TokenRange[] {
  const lines: { start: number; end: number; mean: number }[] = [];
  for (const { index } of document.text.matchAll(/^/gm)) {
    const lineEnd = document.text.indexOf("\n", index);
    const start = Math.max(from, document.tokenAt(index));
    const end = lineEnd < 0 ? document.tokens.length : document.tokenAt(lineEnd);
    const own = distances.slice(start - from, Math.max(0, end - from));
    if (own.length > 0) {
      lines.push({ start, end, mean: own.reduce((a, b) => a + b, 0) / own.length });
    }
  }
  let left = budget;
  return lines
    .sort((a, b) => b.mean - a.mean)
    .flatMap(({ start, end }) => {
      const stop = Math.min(end, start + left);
      left -= Math.max(0, stop - start);
      return stop > start ? [{ start, end: stop }] : [];
    });
}

/** The row of the next token. */
export async function nextRow(sequence: Sequence): Promise<Rows> {
  const rows = await sequence.verify([], { topK: divergenceTopK, logsumexp: true });
  await sequence.commit([]);
  return rows;
}

/** Greedy tokens after a row until a text ends the answer, at most `most`; without what ends it. */
export async function greedyText(
  target: LlamaTarget,
  sequence: Sequence,
  first: Rows,
  ends: RegExp,
  most: number,
): Promise<string> {
  const tokens: Token[] = [];
  let next = first.ids[0]!;
  let text = "";
  while (tokens.length < most && !target.isEnd(next)) {
    tokens.push(next);
    text = Buffer.from(await target.detokenize(tokens)).toString();
    const end = text.trimStart().search(ends);
    if (end >= 0) return text.trimStart().slice(0, end);
    await sequence.append([next]);
    const rows = await sequence.verify([]);
    await sequence.commit([]);
    next = rows.ids[0]!;
  }
  return text.trimStart();
}

/** Processor time of the engine's process so far, in ms; undefined where the system does not say. */
export function engineTime(target: LlamaTarget): number | undefined {
  try {
    const stat = readFileSync(`/proc/${target.processId()}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // utime and stime, in ticks of 10 ms on every Linux that Node runs on
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return undefined;
  }
}

/** 100 times the share of two texts that a common subsequence covers, as fuzz.ratio has it. */
export function editSimilarity(a: string, b: string): number {
  if (a.length + b.length === 0) return 100;
  let last = new Uint16Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    const row = new Uint16Array(b.length + 1);
    for (let j = 1; j <= b.length; j++) {
      row[j] = a[i - 1] === b[j - 1] ? last[j - 1]! + 1 : Math.max(last[j]!, row[j - 1]!);
    }
    last = row;
  }
  return (200 * last[b.length]!) / (a.length + b.length);
}
