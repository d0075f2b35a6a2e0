import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

/** A metadata value: its GGUF type and its bytes, as in the file. */
export interface GgufValue {
  readonly type: number;
  readonly bytes: Buffer;
}

/** A tensor; `rows` gives its bytes piece by piece, so that large ones need no memory. */
export interface GgufTensor {
  readonly name: string;
  /** Fastest dimension first, as ggml counts. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  readonly rows: () => Iterable<Uint8Array>;
}

export type TensorType = "f32" | "f16" | "q8_0";
const tensorTypeIds: Readonly<Record<TensorType, number>> = { f32: 0, f16: 1, q8_0: 8 };
const alignment = 32;

const sized = (type: number, size: number, write: (buffer: Buffer) => void): GgufValue => {
  const bytes = Buffer.alloc(size);
  write(bytes);
  return { type, bytes };
};

/** Values by their GGUF types. */
export const gguf = {
  u32: (value: number): GgufValue => sized(4, 4, (b) => b.writeUInt32LE(value)),
  f32: (value: number): GgufValue => sized(6, 4, (b) => b.writeFloatLE(value)),
  bool: (value: boolean): GgufValue => sized(7, 1, (b) => b.writeUInt8(value ? 1 : 0)),
  string: (value: string): GgufValue => ({ type: 8, bytes: text(value) }),
  strings: (values: readonly string[]): GgufValue => array(8, values.map(text)),
  f32s: (values: readonly number[]): GgufValue =>
    array(
      6,
      values.map((v) => gguf.f32(v).bytes),
    ),
  i32s: (values: readonly number[]): GgufValue =>
    array(
      5,
      values.map((v) => sized(5, 4, (b) => b.writeInt32LE(v)).bytes),
    ),
};

function text(value: string): Buffer {
  const body = Buffer.from(value);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(body.length));
  return Buffer.concat([size, body]);
}

function array(type: number, items: readonly Buffer[]): GgufValue {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(type);
  head.writeBigUInt64LE(BigInt(items.length), 4);
  return { type: 9, bytes: Buffer.concat([head, ...items]) };
}

/** Writes a GGUF file, version 3. */
export function writeGguf(
  file: string,
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: readonly GgufTensor[],
): void {
  const head = Buffer.alloc(24);
  head.write("GGUF");
  head.writeUInt32LE(3, 4);
  head.writeBigUInt64LE(BigInt(tensors.length), 8);
  head.writeBigUInt64LE(BigInt(metadata.size), 16);
  const parts: Buffer[] = [head];
  for (const [key, value] of metadata) {
    parts.push(text(key), gguf.u32(value.type).bytes, value.bytes);
  }
  let offset = 0;
  for (const tensor of tensors) {
    const info = Buffer.alloc(4 + 8 * tensor.shape.length + 4 + 8);
    let at = info.writeUInt32LE(tensor.shape.length);
    for (const size of tensor.shape) at = info.writeBigUInt64LE(BigInt(size), at);
    at = info.writeUInt32LE(tensorTypeIds[tensor.type], at);
    info.writeBigUInt64LE(BigInt(offset), at);
    parts.push(text(tensor.name), info);
    offset += padded(tensorBytes(tensor));
  }
  const header = Buffer.concat(parts);
  const out = openSync(file, "w");
  try {
    writeAll(out, Buffer.concat([header, Buffer.alloc(padded(header.length) - header.length)]));
    for (const tensor of tensors) {
      let written = 0;
      for (const row of tensor.rows()) {
        writeAll(out, row);
        written += row.length;
      }
      if (written !== tensorBytes(tensor)) throw new Error(`${tensor.name} has ${written} bytes`);
      writeAll(out, Buffer.alloc(padded(written) - written));
    }
  } finally {
    closeSync(out);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function padded(size: number): number {
  return Math.ceil(size / alignment) * alignment;
}

function tensorBytes({ shape, type }: GgufTensor): number {
  const count = shape.reduce((product, size) => product * size, 1);
  return type === "f32" ? 4 * count : type === "f16" ? 2 * count : (count / 32) * 34;
}

/** The metadata of a GGUF file; values are copied as they are. */
export function readGgufMetadata(file: string): Map<string, GgufValue> {
  const bytes = readFileSync(file);
  let at = 24;
  const size64 = (): number => {
    at += 8;
    return Number(bytes.readBigUInt64LE(at - 8));
  };
  const skipText = (): void => {
    const size = size64();
    at += size;
  };
  const widths: Readonly<Record<number, number>> = {
    0: 1,
    1: 1,
    2: 2,
    3: 2,
    4: 4,
    5: 4,
    6: 4,
    7: 1,
    10: 8,
    11: 8,
    12: 8,
  };
  const skip = (type: number): void => {
    if (type === 8) skipText();
    else if (type === 9) {
      const item = bytes.readUInt32LE(at);
      at += 4;
      const count = size64();
      if (widths[item] !== undefined) at += widths[item] * count;
      else for (let i = 0; i < count; i++) skip(item);
    } else at += widths[type]!;
  };
  const metadata = new Map<string, GgufValue>();
  for (let left = Number(bytes.readBigUInt64LE(16)); left > 0; left--) {
    const start = at + 8;
    skipText();
    const key = bytes.toString("utf8", start, at);
    const type = bytes.readUInt32LE(at);
    at += 4;
    const from = at;
    skip(type);
    metadata.set(key, { type, bytes: bytes.subarray(from, at) });
  }
  return metadata;
}
