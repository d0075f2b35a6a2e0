import { RedraftError } from "../../core/errors.ts";
import type { Rows, Sequence } from "../../core/target.ts";
import type { LlamaSequence } from "../../engines/llama/sequence.ts";
import type { LlamaTarget } from "../../engines/llama/target.ts";
import { divergence } from "../../session/divergence.ts";
import { editsOf } from "../../session/text-edits.ts";
import { createTokenText } from "../../session/token-text.ts";
import type { KvCase } from "./edit-cases.ts";
import { cosine, type KeyStates, keyDistances, readKeys } from "./key-states.ts";
import {
  editSimilarity,
  engineTime,
  followChange,
  greedyText,
  type MeasuredChange,
  type MeasuredPolicy,
  nextRow,
} from "./measure.ts";
import type { KvResult, ResultStore } from "./results.ts";
import type { StaleCase } from "./stale-cases.ts";

const extensions: Readonly<Record<string, string>> = {
  python: "py",
  java: "java",
  typescript: "ts",
};

const mostLineTokens = 24;
const longestDecision = 12;

/** The change in tokens, and a sequence that has read the text before it. */
async function readBefore(
  target: LlamaTarget,
  path: string,
  before: string,
  after: string,
): Promise<{ base: Sequence; change: MeasuredChange }> {
  const document = await createTokenText(target, before);
  const base = await target.open();
  await base.append(document.tokens);
  await nextRow(base);
  const textEdits = editsOf(before, { text: after });
  const edits = await document.change(textEdits);
  return { base, change: { path, before, textEdits, edits, document } };
}

interface FollowedCase {
  /** Where they are asked for. */
  readonly keys?: KeyStates;
  readonly policy: MeasuredPolicy;
  readonly recomputed: number;
  readonly row: Rows;
  readonly line: string;
  readonly cpuMs: number | undefined;
}

interface KvQuestion {
  readonly question?: string;
  readonly ends: RegExp;
  readonly most: number;
  /** Whether the keys are compared. */
  readonly keys: boolean;
}

async function follow(
  target: LlamaTarget,
  base: Sequence,
  change: MeasuredChange,
  policy: MeasuredPolicy,
  asked: KvQuestion,
): Promise<FollowedCase> {
  const sequence = (await base.fork!({ ownCells: true })) as LlamaSequence;
  try {
    const started = engineTime(target);
    const recomputed = await followChange(sequence, change, policy, target.capabilities);
    let row = await nextRow(sequence);
    const ended = engineTime(target);
    const keys = asked.keys ? readKeys(await sequence.state()) : undefined;
    if (asked.question !== undefined) {
      await sequence.append(await target.tokenize(asked.question));
      row = await nextRow(sequence);
    }
    const line = await greedyText(target, sequence, row, asked.ends, asked.most);
    const cpuMs = started === undefined || ended === undefined ? undefined : ended - started;
    return { policy, recomputed, row, line, cpuMs, ...(keys && { keys }) };
  } finally {
    await sequence.dispose();
  }
}

function comparedFields(change: MeasuredChange, followed: FollowedCase, full: FollowedCase) {
  const first = change.edits[0]!.start;
  return {
    policy: followed.policy.name,
    length: change.document.tokens.length,
    suffix: change.document.tokens.length - first,
    newTokens: change.edits.reduce((sum, { tokens }) => sum + tokens.length, 0),
    recomputed: followed.recomputed,
    ...divergence(full.row, followed.row),
    margin: Number((full.row.logits[0]! - full.row.logits[1]!).toFixed(3)),
    ...(full.keys &&
      followed.keys &&
      followed !== full && { keyCosine: meanCosines(full.keys, followed.keys, first) }),
    ...(followed.cpuMs !== undefined && { cpuMs: followed.cpuMs }),
  };
}

/** Follows the change by any policy; the result is undefined where llama.cpp refuses the positions that a change without rotation leaves. */
async function follower(
  target: LlamaTarget,
  base: Sequence,
  change: MeasuredChange,
  full: FollowedCase,
  open: readonly MeasuredPolicy[],
  asked: KvQuestion,
): Promise<(policy: MeasuredPolicy) => Promise<FollowedCase | undefined>> {
  let known = change;
  if (open.some(({ repair }) => repair?.selector === "keys")) {
    const spliced = await follow(target, base, change, { name: "splice" }, { ...asked, most: 0 });
    const first = change.edits[0]!.start;
    known = { ...change, keyDistances: keyDistances(full.keys!, spliced.keys!, earlyLayer, first) };
  }
  return async (policy) => {
    try {
      return await follow(target, base, known, policy, asked);
    } catch (error) {
      if (policy.name === "conflict" && RedraftError.is(error)) return undefined;
      throw error;
    }
  };
}

/** Keys of the first layer depend on nothing but the token. */
const earlyLayer = 1;

const mostCompared = 256;

/** Means over at most 256 tokens, evenly spread from the first change on. */
function meanCosines(exact: KeyStates, other: KeyStates, first: number): number[] {
  const step = Math.max(1, Math.ceil((exact.tokens - first) / mostCompared));
  return Array.from({ length: exact.layers }, (_, layer) => {
    let sum = 0;
    let compared = 0;
    for (let token = first; token < Math.min(exact.tokens, other.tokens); token += step) {
      sum += cosine(exact.key(layer, token), other.key(layer, token));
      compared++;
    }
    return Number((sum / Math.max(1, compared)).toFixed(4));
  });
}

/** Every policy on one change; what the store has is not run again. */
export async function runEditCase(
  target: LlamaTarget,
  one: KvCase,
  context: number,
  policies: readonly MeasuredPolicy[],
  store: ResultStore,
): Promise<void> {
  const { id, edit, language, setting } = one;
  const key = { set: "edits" as const, model: target.name, id, context };
  const open = policies.filter(({ name }) => !store.has({ ...key, policy: name }));
  if (open.length === 0) return;
  const path = `case.${extensions[language] ?? "txt"}`;
  const { base, change } = await readBefore(target, path, one.before, one.after);
  if (change.edits.length === 0) return base.dispose();
  const asked = { ends: /\n/, most: mostLineTokens, keys: true };
  const full = await follow(target, base, change, policies[0]!, asked);
  const followed = await follower(target, base, change, full, open, asked);
  for (const policy of open) {
    const found = policy.name === "full" ? full : await followed(policy);
    if (found === undefined) continue;
    const line = found.line.trim();
    store.add({
      ...key,
      edit,
      language,
      setting,
      ...comparedFields(change, found, full),
      exactMatch: line.split(/\s+/).join(" ") === one.restOfLine.split(/\s+/).join(" "),
      editSimilarity: editSimilarity(line, one.restOfLine),
      sameAsFull: line === full.line.trim(),
    });
  }
  await base.dispose();
}

/** The same for an edit that changes what later text means. */
export async function runStaleCase(
  target: LlamaTarget,
  one: StaleCase,
  context: number,
  policies: readonly MeasuredPolicy[],
  store: ResultStore,
): Promise<void> {
  const key = { set: "stale" as const, model: target.name, id: one.id, context };
  const open = policies.filter(({ name }) => !store.has({ ...key, policy: name }));
  if (open.length === 0) return;
  const { base, change } = await readBefore(target, one.path, one.before, one.after);
  const asked = { question: one.question, ends: /[\n;{]/, most: longestDecision, keys: true };
  const full = await follow(target, base, change, policies[0]!, asked);
  const followed = await follower(target, base, change, full, open, asked);
  const old = await follow(target, base, { ...change, edits: [] }, { name: "none" }, asked);
  const decisive = old.line.trim() !== full.line.trim();
  for (const policy of open) {
    const found = policy.name === "full" ? full : await followed(policy);
    if (found === undefined) continue;
    const same = found.line.trim() === full.line.trim();
    const result: KvResult = {
      ...key,
      edit: one.kind,
      language: "typescript",
      setting: "in-file",
      ...comparedFields(change, found, full),
      exactMatch: same,
      editSimilarity: editSimilarity(found.line.trim(), full.line.trim()),
      sameAsFull: same,
      stale: found.line.trim() === old.line.trim(),
      decisive,
    };
    store.add(result);
  }
  await base.dispose();
}
