import { readFileSync } from "node:fs";
import type { KvEdit, Rows, Sequence, Token } from "../../core/target.ts";
import type { LlamaTarget } from "../../engines/llama/target.ts";
import { divergenceTopK } from "../../session/divergence.ts";
import { addedRanges, withRepair } from "../../session/kv-plan.ts";
import { chooseRepair, type RepairSelector } from "../../session/repair.ts";
import type { DocumentEdit } from "../../session/text-edits.ts";
import type { TokenText } from "../../session/token-text.ts";
import { syntaxFor } from "../../workspace/syntax.ts";
import { conflictEncode } from "../baselines/conflict.ts";

/** How the cache follows a change: `full`, `conflict`, `splice`, or a splice with a repair: `repair:<selector>@<share>`. */
export interface MeasuredPolicy {
  readonly name: string;
  readonly repair?: { readonly selector: RepairSelector; readonly share: number };
}

/** The policies of the bench: every selector at every share, and those that the table compares. */
export function measuredPolicies(shares: readonly number[]): MeasuredPolicy[] {
  const selectors: readonly RepairSelector[] = ["dependents", "mentions", "seams"];
  return [
    { name: "full" },
    { name: "conflict" },
    { name: "splice" },
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
}

/** Makes the change in a sequence that holds the tokens before it. Returns the tokens that had to be evaluated. */
export async function followChange(
  sequence: Sequence,
  change: MeasuredChange,
  { name, repair }: MeasuredPolicy,
): Promise<number> {
  const { edits, document } = change;
  if (edits.length === 0) return 0;
  const first = edits[0]!.start;
  const suffix = document.tokens.length - first;
  if (name === "full") {
    await sequence.truncate(first);
    await sequence.append(document.tokens.slice(first));
    return suffix;
  }
  if (name === "conflict") {
    await conflictEncode(sequence, edits);
    return edits.reduce((sum, { tokens }) => sum + tokens.length, 0);
  }
  let own = edits;
  if (repair !== undefined) {
    const checker = await syntaxFor(change.path);
    const { ranges } = chooseRepair({
      selector: repair.selector,
      budget: Math.ceil(repair.share * suffix),
      before: change.before,
      edits: change.textEdits,
      document,
      added: addedRanges(edits),
      ...(checker?.tree && { tree: (text: string) => checker.tree!(text) }),
    });
    own = withRepair(edits, document.tokens, ranges);
  }
  const { evaluated, pending } = await sequence.splice!(own);
  return evaluated + pending;
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
