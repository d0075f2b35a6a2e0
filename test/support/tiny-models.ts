import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type GgufTensor, type GgufValue, gguf, writeGguf } from "./gguf.ts";
import { weightMaker } from "./random-weights.ts";

/** What differs between the tiny models. */
export interface TinyModelOptions {
  readonly architecture?: "llama" | "mamba";
  readonly seed?: number;
  readonly contextLength?: number;
  /** RoPE scaling as GGUF names it. */
  readonly ropeScaling?: "linear" | "yarn";
  readonly chatTemplate?: string;
  /** Default 2. With one layer an edit of the cache is exact: its keys and values depend on no other token. */
  readonly layers?: number;
}

const width = 64;
const heads = 4;
const hidden = 96;

/**
 * Writes a causal language model of a few hundred kilobytes with random weights: large enough to tell right
 * from wrong engine code, small enough for every test run. SentencePiece vocabulary: bytes, ASCII, a few words.
 */
export function writeTinyModel(file: string, options: TinyModelOptions = {}): void {
  const { architecture = "llama", seed = 1, contextLength = 1024, layers = 2 } = options;
  const vocabulary = sentencePieces();
  const metadata = new Map<string, GgufValue>([
    ["general.architecture", gguf.string(architecture)],
    ["general.name", gguf.string(`tiny ${architecture}`)],
    [`${architecture}.context_length`, gguf.u32(contextLength)],
    [`${architecture}.embedding_length`, gguf.u32(width)],
    [`${architecture}.block_count`, gguf.u32(layers)],
    [`${architecture}.attention.layer_norm_rms_epsilon`, gguf.f32(1e-5)],
    ["tokenizer.ggml.model", gguf.string("llama")],
    ["tokenizer.ggml.tokens", gguf.strings(vocabulary.map(({ text }) => text))],
    ["tokenizer.ggml.scores", gguf.f32s(vocabulary.map(({ score }) => score))],
    ["tokenizer.ggml.token_type", gguf.i32s(vocabulary.map(({ type }) => type))],
    ["tokenizer.ggml.bos_token_id", gguf.u32(1)],
    ["tokenizer.ggml.eos_token_id", gguf.u32(2)],
    ["tokenizer.ggml.unknown_token_id", gguf.u32(0)],
    ["tokenizer.ggml.add_space_prefix", gguf.bool(false)],
    ["tokenizer.ggml.add_bos_token", gguf.bool(false)],
  ]);
  if (options.chatTemplate) {
    metadata.set("tokenizer.chat_template", gguf.string(options.chatTemplate));
  }
  const make = weightMaker(seed);
  const tensors = [
    make.matrix("token_embd.weight", [width, vocabulary.length], "f32", 4),
    make.vector("output_norm.weight", width, 1),
    ...(architecture === "llama" ? llama(make, metadata, options) : mamba(make, metadata, layers)),
  ];
  writeGguf(file, metadata, tensors);
}

function llama(
  make: ReturnType<typeof weightMaker>,
  metadata: Map<string, GgufValue>,
  { ropeScaling, layers = 2 }: TinyModelOptions,
): GgufTensor[] {
  metadata.set("llama.feed_forward_length", gguf.u32(hidden));
  metadata.set("llama.attention.head_count", gguf.u32(heads));
  metadata.set("llama.rope.dimension_count", gguf.u32(width / heads));
  if (ropeScaling) {
    metadata.set("llama.rope.scaling.type", gguf.string(ropeScaling));
    metadata.set("llama.rope.scaling.factor", gguf.f32(4));
    metadata.set("llama.rope.scaling.original_context_length", gguf.u32(256));
  }
  return eachLayer(layers, (name) => [
    make.vector(name("attn_norm.weight"), width, 1),
    make.vector(name("ffn_norm.weight"), width, 1),
    make.matrix(name("attn_q.weight"), [width, width], "f32", 2),
    make.matrix(name("attn_k.weight"), [width, width], "f32", 2),
    make.matrix(name("attn_v.weight"), [width, width], "f32"),
    make.matrix(name("attn_output.weight"), [width, width], "f32"),
    make.matrix(name("ffn_gate.weight"), [width, hidden], "f32"),
    make.matrix(name("ffn_up.weight"), [width, hidden], "f32"),
    make.matrix(name("ffn_down.weight"), [hidden, width], "f32"),
  ]);
}

/** A recurrent model: its state cannot forget tokens. */
function mamba(
  make: ReturnType<typeof weightMaker>,
  metadata: Map<string, GgufValue>,
  layers: number,
): GgufTensor[] {
  const inner = 2 * width;
  const state = 8;
  const rank = 4;
  metadata.set("mamba.ssm.conv_kernel", gguf.u32(4));
  metadata.set("mamba.ssm.inner_size", gguf.u32(inner));
  metadata.set("mamba.ssm.state_size", gguf.u32(state));
  metadata.set("mamba.ssm.time_step_rank", gguf.u32(rank));
  metadata.set("mamba.feed_forward_length", gguf.u32(0));
  metadata.set("mamba.attention.head_count", gguf.u32(0));
  return eachLayer(layers, (name) => [
    make.vector(name("attn_norm.weight"), width, 1),
    make.matrix(name("ssm_in.weight"), [width, 2 * inner], "f32"),
    make.matrix(name("ssm_conv1d.weight"), [4, inner], "f32"),
    make.vector(name("ssm_conv1d.bias"), inner),
    make.matrix(name("ssm_x.weight"), [inner, rank + 2 * state], "f32"),
    make.matrix(name("ssm_dt.weight"), [rank, inner], "f32"),
    make.vector(name("ssm_dt.bias"), inner),
    { ...make.vector(name("ssm_a"), state * inner, -1), shape: [state, inner] },
    make.vector(name("ssm_d"), inner, 1),
    make.matrix(name("ssm_out.weight"), [inner, width], "f32"),
  ]);
}

function eachLayer(
  layers: number,
  tensors: (name: (field: string) => string) => GgufTensor[],
): GgufTensor[] {
  return Array.from({ length: layers }, (_, i) => tensors((field) => `blk.${i}.${field}`)).flat();
}

const normal = 1;
const unknown = 2;
const control = 3;
const userDefined = 4;
const byte = 6;

function sentencePieces(): { text: string; score: number; type: number }[] {
  const words = [
    "de",
    "def",
    "re",
    "tu",
    "retu",
    "rn",
    "return",
    "▁▁",
    "▁▁▁▁",
    "ad",
    "add",
    "su",
    "sub",
  ];
  const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
  return [
    { text: "<unk>", score: 0, type: unknown },
    { text: "<s>", score: 0, type: control },
    { text: "</s>", score: 0, type: control },
    { text: "<|role|>", score: 0, type: userDefined },
    { text: "\n", score: 0, type: userDefined },
    ...Array.from({ length: 256 }, (_, i) => ({
      text: `<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`,
      score: 0,
      type: byte,
    })),
    ...[...ascii.map((char) => (char === " " ? "▁" : char)), ...words].map((text, i) => ({
      text,
      score: -i,
      type: normal,
    })),
  ];
}

/** A folder for one test file's models, removed afterwards. */
export function modelFolder(): {
  file(name: string, options?: TinyModelOptions): string;
  remove(): void;
} {
  const folder = mkdtempSync(path.join(tmpdir(), "redraft-models-"));
  return {
    file(name, options) {
      const file = path.join(folder, `${name}.gguf`);
      writeTinyModel(file, options);
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
