import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Token, TokenTarget } from "../../core/target.ts";
import type { TokenPredictor } from "../../draft/draft-model.ts";
import type { DecodeCase } from "./cases.ts";
import { type RecordedModel, recordLines, withoutCutLine } from "./record-lines.ts";
import { promptHash } from "./records.ts";

/**
 * What a draft model holds likeliest at every place of a recorded output: one line of a file. The model is given the output
 * before that place, so the line answers for every draft up to its first wrong token.
 */
export interface DraftRecord {
  readonly id: string;
  /** Which draft model: a hash of the file's beginning, and its bytes. */
  readonly model: string;
  readonly promptHash: string;
  /** Of the output's tokens. */
  readonly outputHash: string;
  /** Per token of the output, the draft model's token there, and its probability. */
  readonly tokens: readonly Token[];
  readonly probabilities: readonly number[];
}

type DraftedCase = Pick<DecodeCase, "id" | "request">;

export function draftRecordFile(
  folder: string,
  target: RecordedModel,
  draft: RecordedModel,
  set: string,
): string {
  return join(folder, `${target.name}.${set}.${draft.name}.jsonl`);
}

/** Reads the prompt and the output in passes of many tokens: some seconds where decoding takes a minute. */
export async function recordDraft(
  draft: TokenTarget,
  { id, request }: DraftedCase,
  output: readonly Token[],
  model: string,
): Promise<DraftRecord> {
  const sequence = await draft.open();
  const tokens: Token[] = [];
  const probabilities: number[] = [];
  // Row 0 of a pass is about its first node: as many rows as nodes are wanted, and one is left over.
  const most = Math.max(1, Math.min(rowsPerPass, draft.capabilities.maxVerify));
  try {
    await sequence.append(request.prompt);
    for (let start = 0; start < output.length; start += most) {
      const part = output.slice(start, start + most);
      const nodes = part.map((token, i) => ({ token, parent: i - 1 }));
      const { ids, logits, logsumexp, k } = await sequence.verify(nodes, {
        topK: 1,
        logsumexp: true,
      });
      for (let i = 0; i < part.length; i++) {
        tokens.push(ids[i * k]!);
        const likeliest = Math.exp(logits[i * k]! - (logsumexp?.[i] ?? logits[i * k]!));
        probabilities.push(Math.round(likeliest * 1000) / 1000);
      }
      await sequence.commit(part.map((_, i) => i));
    }
  } finally {
    await sequence.dispose();
  }
  return {
    id,
    model,
    promptHash: promptHash(request.prompt),
    outputHash: promptHash(output),
    tokens,
    probabilities,
  };
}

/** Tokens in one pass: more need rows of logits that are not set aside by default. */
const rowsPerPass = 63;

/** The records of a file by case; throws `usage` where they are of another draft model. */
export async function readDraftRecords(
  file: string,
  draft: RecordedModel,
): Promise<Map<string, DraftRecord>> {
  const lines = await recordLines<DraftRecord>(file, draft);
  return new Map(lines.map((line) => [line.id, line]));
}

export async function draftRecordWriter(
  folder: string,
  file: string,
): Promise<(record: DraftRecord) => Promise<void>> {
  await mkdir(folder, { recursive: true });
  await withoutCutLine(file);
  return (record) => appendFile(file, `${JSON.stringify(record)}\n`);
}

/** The record of this very prompt and output. */
export function draftRecordOf(
  records: ReadonlyMap<string, DraftRecord>,
  { id, request }: DraftedCase,
  output: readonly Token[],
): DraftRecord | undefined {
  const record = records.get(id);
  return record?.promptHash === promptHash(request.prompt) &&
    record.outputHash === promptHash(output)
    ? record
    : undefined;
}

/**
 * A draft model that answers from its record while its draft follows the output. What it would write after a token that the
 * target rejects is not recorded: there it says the record's token of the same place, which the target rejects as well. Only the
 * length of such a draft, which its probabilities decide, may differ from the real model's.
 */
export function recordedPredictor(
  { tokens, probabilities }: Pick<DraftRecord, "tokens" | "probabilities">,
  end: Token,
): TokenPredictor {
  return {
    name: "recorded draft model",
    begin() {},
    async next(output, drafted) {
      const place = output.length + drafted.length;
      return { token: tokens[place] ?? end, probability: probabilities[place] ?? 0 };
    },
  };
}
