import { stat } from "node:fs/promises";
import { availableParallelism, freemem } from "node:os";
import { type GgufValue, readGgufMetadata } from "./gguf.ts";

/** What decides how much memory a model takes. All sizes in bytes. */
export interface ModelShape {
  /** Of the file, which is read whole. */
  readonly fileSize: number;
  /** Keys and values of one token, in 16 bits. */
  readonly cachePerToken: number;
  readonly vocabSize: number;
  readonly embedding: number;
  readonly feedForward: number;
}

export interface MemoryNeed {
  readonly weights: number;
  readonly cache: number;
  /** Intermediate values, rows of logits, the process itself. */
  readonly buffers: number;
  readonly total: number;
}

/** Tokens of the largest pass. */
const batch = 512;
/** A Node process with the native library. */
const processSize = 155e6;

/**
 * What a model takes while it runs on the CPU, an estimate that errs on the side of more: measured were 96 to 99 % of it
 * (docs/internals/models.md).
 */
export function memoryNeed(
  shape: ModelShape,
  { contextSize, outputs = 64 }: { readonly contextSize: number; readonly outputs?: number },
): MemoryNeed {
  const cache = contextSize * shape.cachePerToken;
  // llama.cpp holds the rows twice: where they are computed and where they are read.
  const rows = 2 * 4 * Math.min(outputs, batch) * shape.vocabSize;
  const intermediate =
    4 * Math.min(batch, contextSize) * (4 * shape.embedding + 2 * shape.feedForward);
  const buffers = rows + intermediate + processSize;
  return {
    weights: shape.fileSize,
    cache,
    buffers,
    total: shape.fileSize + cache + buffers,
  };
}

/** Reads the shape of a GGUF file; undefined where its metadata does not have what is needed. */
export async function modelShape(path: string): Promise<ModelShape | undefined> {
  const [{ size }, metadata] = await Promise.all([
    stat(path),
    readGgufMetadata(path, { lengths: true }),
  ]);
  return modelShapeOf(metadata, size);
}

function modelShapeOf(
  metadata: ReadonlyMap<string, GgufValue>,
  fileSize: number,
): ModelShape | undefined {
  const architecture = String(metadata.get("general.architecture"));
  const number = (key: string): number | undefined => {
    const value = metadata.get(`${architecture}.${key}`);
    return typeof value === "number" ? value : undefined;
  };
  const embedding = number("embedding_length");
  const layers = number("block_count");
  const heads = number("attention.head_count");
  if (embedding === undefined || layers === undefined || !heads) return undefined;
  const cacheHeads = number("attention.head_count_kv") ?? heads;
  const key = number("attention.key_length") ?? embedding / heads;
  const value = number("attention.value_length") ?? embedding / heads;
  const tokens = metadata.get("tokenizer.ggml.tokens");
  return {
    fileSize,
    cachePerToken: layers * cacheHeads * (key + value) * 2,
    vocabSize: typeof tokens === "number" ? tokens : 0,
    embedding,
    feedForward: number("feed_forward_length") ?? 4 * embedding,
  };
}

export interface Machine {
  /** Bytes that a new process can have without others being swapped out. */
  readonly available: number;
  readonly processors: number;
}

/** The machine as this process may use it: limits of a container count. */
export function thisMachine(): Machine {
  return {
    available: process.availableMemory?.() ?? freemem(),
    processors: availableParallelism(),
  };
}

export function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
