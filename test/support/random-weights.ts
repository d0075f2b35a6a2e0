import type { GgufTensor, TensorType } from "./gguf.ts";

/** Standard normal numbers from a seed: the same weights on every machine. */
export function normals(seed: number): () => number {
  let state = seed >>> 0 || 1;
  const uniform = (): number => {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return (state + 1) / 4294967297;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Makes tensors of random weights: a pool of numbers, each row read from another place of it. */
export function weightMaker(seed: number, poolSize = 1 << 16) {
  const next = normals(seed);
  const pool = Float32Array.from({ length: poolSize * 2 }, (_, i) => (i < poolSize ? next() : 0));
  pool.copyWithin(poolSize, 0, poolSize);
  let place = 0;

  function* rows(shape: readonly number[], type: TensorType, scale: number): Iterable<Uint8Array> {
    const width = shape[0]!;
    const count = shape.slice(1).reduce((product, size) => product * size, 1);
    for (let row = 0; row < count; row++) {
      place = (Math.imul(place, 1664525) + 1013904223) >>> 0;
      const start = place % poolSize;
      const values = new Float32Array(width);
      for (let i = 0; i < width; i++) values[i] = pool[start + (i % poolSize)]! * scale;
      yield encode(values, type);
    }
  }

  return {
    /** Normal weights; `scale` 1 keeps the size of what they multiply. */
    matrix: (name: string, shape: readonly number[], type: TensorType, scale = 1): GgufTensor => ({
      name,
      shape,
      type,
      rows: () => rows(shape, type, scale / Math.sqrt(shape[0]!)),
    }),
    /** A vector of one value, or of small random ones. */
    vector: (name: string, size: number, value?: number): GgufTensor => ({
      name,
      shape: [size],
      type: "f32",
      rows: () => [
        encode(
          Float32Array.from({ length: size }, () => value ?? 0.1 * next()),
          "f32",
        ),
      ],
    }),
  };
}

function encode(values: Float32Array, type: TensorType): Uint8Array {
  if (type === "f32") return new Uint8Array(values.buffer);
  if (type === "f16") return new Uint8Array(Uint16Array.from(values, toHalf).buffer);
  // q8_0: blocks of 32, a half-precision scale and 32 signed bytes
  const out = Buffer.alloc((values.length / 32) * 34);
  for (let block = 0; block < values.length / 32; block++) {
    let largest = 0;
    for (let i = 0; i < 32; i++) largest = Math.max(largest, Math.abs(values[32 * block + i]!));
    const scale = largest / 127;
    out.writeUInt16LE(toHalf(scale), 34 * block);
    for (let i = 0; i < 32; i++) {
      const quantised = scale > 0 ? Math.round(values[32 * block + i]! / scale) : 0;
      out.writeInt8(Math.max(-127, Math.min(127, quantised)), 34 * block + 2 + i);
    }
  }
  return out;
}

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** IEEE half precision of a number of ordinary size; below the smallest normal one it is 0. */
function toHalf(value: number): number {
  single[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const exponent = ((bits[0]! >>> 23) & 0xff) - 112;
  if (exponent <= 0) return sign;
  if (exponent >= 31) return sign | 0x7c00;
  const rounded = (exponent << 10) + ((bits[0]! & 0x7fffff) >>> 13) + ((bits[0]! >>> 12) & 1);
  return sign | rounded;
}
