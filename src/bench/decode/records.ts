import { createHash } from "node:crypto";
import { appendFile, mkdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Token } from "../../core/target.ts";
import { beginningHash } from "../../engines/llama/cost-store.ts";
import type { DecodeCase } from "./cases.ts";
import { type RecordedModel, recordLines, withoutCutLine } from "./record-lines.ts";

/** How an output ended: by an end token, by its closing fence, or cut off at the limit. */
export type RecordEnd = "end" | "fence" | "length";

/** What a model wrote for a case by plain greedy decoding: one line of a record file. */
export interface OutputRecord {
  readonly id: string;
  /** Which weights: a hash of the file's beginning, and its bytes. */
  readonly model: string;
  /** Of the prompt's tokens. */
  readonly promptHash: string;
  readonly promptTokens: number;
  readonly maxTokens: number;
  readonly finish: RecordEnd;
  /** The end token included. */
  readonly tokens: readonly Token[];
  /** Without the end token; with the closing fence, and with what the model wrote behind it in the same token. */
  readonly text: string;
  /** Per token, the token with the next lower logit, and by how many logits it was lower. */
  readonly seconds: readonly Token[];
  readonly gaps: readonly number[];
  /** Wall clock of the pass that reads the prompt, and of all passes. */
  readonly promptMs: number;
  readonly ms: number;
  readonly threads: number;
  /** llama.cpp release and package. */
  readonly engine: string;
}

export async function recordedModel(path: string): Promise<RecordedModel> {
  const { size } = await stat(path);
  return {
    name: basename(path).replace(/\.gguf$/i, ""),
    hash: `${await beginningHash(path)} ${size}`,
  };
}

export function promptHash(tokens: readonly Token[]): string {
  return createHash("sha256").update(tokens.join(" ")).digest("hex").slice(0, 16);
}

export function recordFile(folder: string, model: RecordedModel, set: string): string {
  return join(folder, `${model.name}.${set}.jsonl`);
}

/**
 * The records of a file by case, the latest of a case counting; none where there is no file. A last line that a kill
 * cut off is no record. Throws `usage` where the file is another model's.
 */
export async function readRecorded(
  file: string,
  model: RecordedModel,
): Promise<Map<string, OutputRecord>> {
  const lines = await recordLines<OutputRecord>(file, model);
  return new Map(lines.map((line) => [line.id, line]));
}

/** Adds records to a file, each in one write; what a kill left of a line is taken away first. */
export async function recordWriter(
  folder: string,
  file: string,
): Promise<(record: OutputRecord) => Promise<void>> {
  await mkdir(folder, { recursive: true });
  await withoutCutLine(file);
  return (record) => appendFile(file, `${JSON.stringify(record)}\n`);
}

/** The record of a case, if it is of this very prompt and limit. */
export function recordOf(
  records: ReadonlyMap<string, OutputRecord>,
  { id, request, maxTokens }: DecodeCase,
): OutputRecord | undefined {
  const record = records.get(id);
  if (record === undefined || record.promptHash !== promptHash(request.prompt)) return undefined;
  // An output that ended by itself is the same under every limit that it fits into.
  const fits = record.tokens.length <= maxTokens;
  return fits && (record.finish !== "length" || record.maxTokens === maxTokens)
    ? record
    : undefined;
}
