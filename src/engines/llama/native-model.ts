import path from "node:path";
import { RedraftError } from "../../core/errors.ts";
import type { Binding, Pointer } from "./binding.ts";
import { engineName, type NativeLibrary } from "./library.ts";
import type { CacheType, LoadOptions, ModelInfo } from "./model-info.ts";

/** A loaded model in this process. */
export interface NativeModel {
  readonly info: ModelInfo;
  readonly context: Pointer;
  readonly batchSize: number;
  tokenize(text: string, special: boolean): Int32Array;
  piece(token: number): Uint8Array;
  chat(messages: readonly { readonly role: string; readonly content: string }[]): string;
}

/** Sequence ids of a context: trees need one per branch beyond the first. Cells are shared, so ids cost nothing. */
const sequenceIds = 64;
/** A recurrent state is copied per sequence. */
const recurrentSequenceIds = 8;
const largestDefaultContext = 8192;

/** Architectures whose attention is plain: keys may be rotated to new positions (see design notes in docs/internals/engine.md). */
const spliceable = new Set([
  "llama",
  "qwen2",
  "qwen2moe",
  "qwen3",
  "qwen3moe",
  "mistral",
  "mistral3",
  "starcoder2",
  "internlm2",
  "stablelm",
  "granite",
  "olmo",
  "olmo2",
  "deepseek",
]);

/** `ggml_type` */
const cacheTypes: Readonly<Record<CacheType, number>> = { f32: 0, f16: 1, q8_0: 8 };

/** `llama_load_mode`: `read` copies the file into memory instead of mapping it. */
const loadModes = { read: 0 } as const;

export function loadNativeModel(
  native: Binding,
  library: NativeLibrary,
  options: LoadOptions,
  /** Called while the weights are read, with the share that is (0 to 1); false ends the loading. */
  onProgress: (share: number) => boolean = () => true,
): NativeModel {
  const progress = native.loadProgress(onProgress);
  const model = native.modelLoad(options.model, {
    ...native.modelDefaultParams(),
    vocab_only: options.vocabOnly,
    n_gpu_layers: options.gpuLayers,
    // A CPU rearranges 4-bit weights into a copy. Beside it the mapped file would stay in memory: 2.2 GB for 1.1 GB of weights.
    ...(options.gpuLayers === 0 && { load_mode: loadModes.read }),
    progress_callback: progress.callback,
  });
  progress.release();
  if (!model) {
    throw new RedraftError(
      "model-unavailable",
      `llama.cpp cannot load ${options.model}: it is damaged, not a GGUF model, of an architecture that ${library.release} does not support, or larger than the memory`,
    );
  }
  const vocab = native.modelVocab(model);
  const described = describe(native, model, vocab, options);
  const base = {
    tokenize: (text: string, special: boolean) => tokenize(native, vocab, text, special),
    piece: (token: number) => pieceOf(native, vocab, token),
    chat: (messages: Parameters<NativeModel["chat"]>[0]) =>
      applyTemplate(native, described, messages),
  };
  if (options.vocabOnly) return { ...base, info: described, context: null, batchSize: 0 };

  if (!native.modelHasDecoder(model) || native.modelIsDiffusion(model)) {
    throw new RedraftError(
      "model-unavailable",
      `${options.model} (${described.architecture}) does not write text token by token; redraft needs a causal language model`,
    );
  }
  const size =
    options.contextSize || Math.min(described.trainedContext || 4096, largestDefaultContext);
  const batchSize = Math.min(512, size);
  const sequences = described.rewind ? sequenceIds : recurrentSequenceIds;
  const context = native.contextInit(model, {
    ...native.contextDefaultParams(),
    n_ctx: size,
    n_batch: batchSize,
    n_ubatch: batchSize,
    n_seq_max: sequences,
    // llama.cpp wants room for one row per sequence; what one pass asks for is bounded in native-batch.ts.
    n_outputs_max: Math.min(batchSize, Math.max(options.outputs, sequences)),
    n_threads: options.threads,
    n_threads_batch: options.threads,
    flash_attn_type: { auto: -1, off: 0, on: 1 }[options.flashAttention],
    type_k: cacheTypes[options.cacheType],
    type_v: cacheTypes[options.cacheType],
    kv_unified: true,
    swa_full: true,
    abort_callback: native.abort.callback,
    abort_callback_data: native.abort.data,
  });
  if (!context) {
    throw new RedraftError(
      "engine-failed",
      `llama.cpp cannot make a context of ${size} tokens for ${options.model}: most likely there is not enough memory; choose a smaller context size`,
      { details: { contextSize: size } },
    );
  }
  const info: ModelInfo = {
    ...described,
    context: {
      size,
      maxVerify: size,
      threads: options.threads,
      sequences,
      kvEdit: options.cacheType === "q8_0" ? "none" : kvEditOf(native, model, context, described),
      engine: engineName(library),
    },
  };
  return { ...base, info, context, batchSize };
}

function describe(
  native: Binding,
  model: Pointer,
  vocab: Pointer,
  options: LoadOptions,
): ModelInfo {
  const metadata = readMetadata(native, model);
  const vocabSize = native.vocabSize(vocab);
  const endTokens: number[] = [];
  for (let token = 0; token < vocabSize; token++) {
    if (native.vocabIsEnd(vocab, token)) endTokens.push(token);
  }
  const chatTemplate = native.chatTemplate(model, null);
  const architecture = metadata["general.architecture"] ?? "unknown";
  return {
    path: options.model,
    name: metadata["general.name"] || path.basename(options.model),
    architecture,
    vocabSize,
    // llama.cpp does not read it where only the vocabulary is loaded.
    trainedContext:
      native.modelTrainedContext(model) || Number(metadata[`${architecture}.context_length`] ?? 0),
    parameters: Number(native.modelParameters(model)),
    size: Number(native.modelSize(model)),
    metadata,
    ...(chatTemplate && { chatTemplate }),
    endTokens,
    ...(native.vocabAddsBegin(vocab) && { beginToken: native.vocabBegin(vocab) }),
    rewind: !native.modelIsRecurrent(model) && !native.modelIsHybrid(model),
  };
}

/**
 * Whether committed keys may move to new positions. `llama_memory_can_shift` says yes too often: YaRN scales all
 * keys on every shift, recurrent states have no positions, several position ids per token end the process.
 */
function kvEditOf(
  native: Binding,
  model: Pointer,
  context: Pointer,
  info: ModelInfo,
): "splice" | "delete-only" | "none" {
  if (!info.rewind) return "none";
  const scaling = info.metadata[`${info.architecture}.rope.scaling.type`] ?? "none";
  const ropeType = native.modelRopeType(model); // 0 = norm, 2 = neox; others have several position ids per token
  const plain =
    spliceable.has(info.architecture) &&
    (scaling === "none" || scaling === "linear") &&
    (ropeType === 0 || ropeType === 2) &&
    native.modelWindow(model) === 0 &&
    native.memoryCanShift(native.memory(context));
  return plain ? "splice" : "none";
}

function readMetadata(native: Binding, model: Pointer): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (let i = 0; i < native.metadataCount(model); i++) {
    const key = readText((buffer) => native.metadataKey(model, i, buffer, buffer.length));
    if (key.startsWith("tokenizer.") && key !== "tokenizer.chat_template") {
      if (!["tokenizer.ggml.model", "tokenizer.ggml.pre"].includes(key)) continue;
    }
    metadata[key] = readText((buffer) => native.metadataValue(model, i, buffer, buffer.length));
  }
  return metadata;
}

/** Calls a C function that, like snprintf, fills a buffer and returns the length it needed. */
function readText(fill: (buffer: Buffer) => number): string {
  let buffer = Buffer.alloc(1024);
  let size = fill(buffer);
  if (size >= buffer.length) {
    buffer = Buffer.alloc(size + 1);
    size = fill(buffer);
  }
  return size < 0 ? "" : buffer.toString("utf8", 0, size);
}

function tokenize(native: Binding, vocab: Pointer, text: string, special: boolean): Int32Array {
  const bytes = Buffer.from(text);
  let tokens = new Int32Array(bytes.length + 8);
  // add_special stays off: callers build whole prompts, begin token included, and copy parts of them.
  const call = (): number =>
    native.tokenize(vocab, bytes, bytes.length, tokens, tokens.length, false, special);
  let count = call();
  if (count < 0) {
    tokens = new Int32Array(-count);
    count = call();
  }
  return tokens.subarray(0, count);
}

function pieceOf(native: Binding, vocab: Pointer, token: number): Uint8Array {
  let buffer = Buffer.alloc(64);
  let size = native.tokenToPiece(vocab, token, buffer, buffer.length, 0, true);
  if (size < 0) {
    buffer = Buffer.alloc(-size);
    size = native.tokenToPiece(vocab, token, buffer, buffer.length, 0, true);
  }
  return buffer.subarray(0, size);
}

function applyTemplate(
  native: Binding,
  info: ModelInfo,
  messages: Parameters<NativeModel["chat"]>[0],
): string {
  if (info.chatTemplate === undefined) {
    throw new RedraftError(
      "model-unavailable",
      `${info.name} has no chat template; name a prompt format instead`,
    );
  }
  const call = (buffer: Buffer): number =>
    native.applyChatTemplate(
      info.chatTemplate!,
      messages,
      messages.length,
      true,
      buffer,
      buffer.length,
    );
  const size = 256 + messages.reduce((sum, m) => sum + 2 * Buffer.byteLength(m.content), 0);
  let buffer = Buffer.alloc(size);
  let written = call(buffer);
  if (written > buffer.length) {
    buffer = Buffer.alloc(written);
    written = call(buffer);
  }
  if (written < 0) {
    throw new RedraftError(
      "model-unavailable",
      `llama.cpp does not know the chat template of ${info.name}; name a prompt format instead`,
    );
  }
  return buffer.toString("utf8", 0, written);
}
