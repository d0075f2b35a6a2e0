/** A GGUF file with nothing in it but a byte-level BPE vocabulary: the 256 bytes and some merges of Python text. */
export function tinyVocabulary(): Buffer {
  const spelling = byteSpelling();
  const merges = [
    "i n",
    "r e",
    "re t",
    "Ġ Ġ",
    "ĠĠ ĠĠ",
    "Ċ ĠĠĠĠ",
    "d e",
    "de f",
    "s e",
    "se l",
    "sel f",
    "Ċ Ċ",
  ];
  const tokens = [...spelling, ...merges.map((merge) => merge.replace(" ", "")), "<|end|>"];
  return gguf([
    ["general.architecture", text("qwen2")],
    ["tokenizer.ggml.model", text("gpt2")],
    ["tokenizer.ggml.pre", text("qwen2")],
    ["tokenizer.ggml.tokens", array(8, tokens.map(string))],
    [
      "tokenizer.ggml.token_type",
      array(
        5,
        tokens.map((_, i) => int32(i === tokens.length - 1 ? 3 : 1)),
      ),
    ],
    ["tokenizer.ggml.merges", array(8, merges.map(string))],
    ["tokenizer.ggml.eos_token_id", Buffer.concat([int32(4), int32(tokens.length - 1)])],
  ]);
}

function byteSpelling(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(printable ? byte : next++);
  });
}

function gguf(entries: readonly (readonly [string, Buffer])[]): Buffer {
  const head = [Buffer.from("GGUF"), int32(3), int64(0), int64(entries.length)];
  return Buffer.concat([...head, ...entries.flatMap(([key, value]) => [string(key), value])]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

function string(value: string): Buffer {
  return Buffer.concat([int64(Buffer.byteLength(value)), Buffer.from(value)]);
}

const text = (value: string): Buffer => Buffer.concat([int32(8), string(value)]);

function array(type: number, values: readonly Buffer[]): Buffer {
  return Buffer.concat([int32(9), int32(type), int64(values.length), ...values]);
}
