import type { Rows, Sequence } from "../../core/target.ts";
import type { LlamaTarget } from "../../engines/llama/target.ts";
import { divergence } from "../../session/divergence.ts";
import { editsOf } from "../../session/text-edits.ts";
import { createTokenText } from "../../session/token-text.ts";
import type { KvCase } from "./edit-cases.ts";
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
  readonly policy: MeasuredPolicy;
  readonly recomputed: number;
  readonly row: Rows;
  readonly line: string;
  readonly cpuMs: number | undefined;
}

async function follow(
  target: LlamaTarget,
  base: Sequence,
  change: MeasuredChange,
  policy: MeasuredPolicy,
  asked: { readonly question?: string; readonly ends: RegExp; readonly most: number },
): Promise<FollowedCase> {
  const sequence = await base.fork!({ ownCells: true });
  try {
    const started = engineTime(target);
    const recomputed = await followChange(sequence, change, policy);
    let row = await nextRow(sequence);
    const ended = engineTime(target);
    if (asked.question !== undefined) {
      await sequence.append(await target.tokenize(asked.question));
      row = await nextRow(sequence);
    }
    const line = await greedyText(target, sequence, row, asked.ends, asked.most);
    const cpuMs = started === undefined || ended === undefined ? undefined : ended - started;
    return { policy, recomputed, row, line, cpuMs };
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
    ...(followed.cpuMs !== undefined && { cpuMs: followed.cpuMs }),
  };
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
  const asked = { ends: /\n/, most: mostLineTokens };
  const full = await follow(target, base, change, policies[0]!, asked);
  // Without rotation some changes leave positions that llama.cpp refuses.
  const followed = (policy: MeasuredPolicy) =>
    follow(target, base, change, policy, asked).catch(() => undefined);
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
  const asked = { question: one.question, ends: /[\n;{]/, most: longestDecision };
  const full = await follow(target, base, change, policies[0]!, asked);
  // Without rotation some changes leave positions that llama.cpp refuses.
  const followed = (policy: MeasuredPolicy) =>
    follow(target, base, change, policy, asked).catch(() => undefined);
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
