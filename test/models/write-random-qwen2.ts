/**
 * Writes a GGUF of the shape of Qwen2 0.5B with random weights and a real vocabulary: for measuring an engine
 * with 151,936 rows of logits, where acceptance comes from replay and the output means nothing.
 *
 *   node --import tsx test/models/write-random-qwen2.ts --vocab ggml-vocab-qwen2.gguf --out /tmp/random-0.5b.gguf [--type q8_0|f16] [--layers 24]
 */
import { parseArgs } from "node:util";
import {
  type GgufTensor,
  gguf,
  readGgufMetadata,
  type TensorType,
  writeGguf,
} from "../support/gguf.ts";
import { weightMaker } from "../support/random-weights.ts";

const { values } = parseArgs({
  options: {
    vocab: { type: "string" },
    out: { type: "string" },
    type: { type: "string", default: "q8_0" },
    layers: { type: "string", default: "24" },
    seed: { type: "string", default: "1" },
  },
});
if (!values.vocab || !values.out) throw new Error("needs --vocab <gguf> and --out <gguf>");

const width = 896;
const heads = 14;
const keyHeads = 2;
const hidden = 4864;
const layers = Number(values.layers);
const type = values.type as TensorType;

const source = readGgufMetadata(values.vocab);
const metadata = new Map([...source].filter(([key]) => key.startsWith("tokenizer.")));
const tokens = metadata.get("tokenizer.ggml.tokens");
if (tokens === undefined) throw new Error(`${values.vocab} holds no vocabulary`);
const vocabSize = Number(tokens.bytes.readBigUInt64LE(4));
for (const [key, value] of Object.entries({
  "general.architecture": gguf.string("qwen2"),
  "general.name": gguf.string("random qwen2 0.5b"),
  "qwen2.context_length": gguf.u32(32768),
  "qwen2.embedding_length": gguf.u32(width),
  "qwen2.block_count": gguf.u32(layers),
  "qwen2.feed_forward_length": gguf.u32(hidden),
  "qwen2.attention.head_count": gguf.u32(heads),
  "qwen2.attention.head_count_kv": gguf.u32(keyHeads),
  "qwen2.attention.layer_norm_rms_epsilon": gguf.f32(1e-6),
  "qwen2.rope.freq_base": gguf.f32(1e6),
})) {
  metadata.set(key, value);
}

const make = weightMaker(Number(values.seed), 1 << 20);
const headWidth = width / heads;
const tensors: GgufTensor[] = [
  make.matrix("token_embd.weight", [width, vocabSize], type, 1.5),
  make.vector("output_norm.weight", width, 1),
];
for (let i = 0; i < layers; i++) {
  const name = (field: string): string => `blk.${i}.${field}`;
  tensors.push(
    make.vector(name("attn_norm.weight"), width, 1),
    make.vector(name("ffn_norm.weight"), width, 1),
    make.matrix(name("attn_q.weight"), [width, heads * headWidth], type, 1.5),
    make.matrix(name("attn_k.weight"), [width, keyHeads * headWidth], type, 1.5),
    make.matrix(name("attn_v.weight"), [width, keyHeads * headWidth], type),
    make.vector(name("attn_q.bias"), heads * headWidth),
    make.vector(name("attn_k.bias"), keyHeads * headWidth),
    make.vector(name("attn_v.bias"), keyHeads * headWidth),
    make.matrix(name("attn_output.weight"), [width, width], type),
    make.matrix(name("ffn_gate.weight"), [width, hidden], type),
    make.matrix(name("ffn_up.weight"), [width, hidden], type),
    make.matrix(name("ffn_down.weight"), [hidden, width], type),
  );
}
writeGguf(values.out, metadata, tensors);
process.stdout.write(`${values.out}\n`);
