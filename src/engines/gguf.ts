import { type FileHandle, open } from "node:fs/promises";
import { RedraftError } from "../core/errors.ts";

export type GgufValue = number | bigint | boolean | string | readonly GgufValue[];

export interface ReadGgufOptions {
  /** Of an array only its length is kept, as a number: a vocabulary takes most of a second to read (default false). */
  readonly lengths?: boolean;
}

/**
 * Reads the metadata of a GGUF file (version 2 or 3, little-endian), never the weights.
 * Format: ggml-org/ggml, docs/gguf.md.
 */
export async function readGgufMetadata(
  path: string,
  { lengths = false }: ReadGgufOptions = {},
): Promise<Map<string, GgufValue>> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (cause) {
    throw new RedraftError(
      "model-unavailable",
      `cannot open ${path}: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  try {
    return await readHeader(new Cursor(file, path), lengths);
  } finally {
    await file.close();
  }
}

async function readHeader(cursor: Cursor, lengths: boolean): Promise<Map<string, GgufValue>> {
  await cursor.need(24);
  if (cursor.take(4).toString("latin1") !== "GGUF") throw cursor.broken("it is not a GGUF file");
  const version = cursor.take(4).readUInt32LE();
  if (version !== 2 && version !== 3)
    throw cursor.broken(`its GGUF version is ${version}, not 2 or 3`);
  cursor.take(8); // number of tensors
  const count = Number(cursor.take(8).readBigUInt64LE());
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = await readString(cursor);
    await cursor.need(4);
    const type = cursor.take(4).readUInt32LE();
    const isLength = lengths && type === arrayType;
    metadata.set(key, isLength ? await skipArray(cursor) : await readValue(cursor, type));
  }
  return metadata;
}

async function readString(cursor: Cursor): Promise<string> {
  await cursor.need(8);
  const size = Number(cursor.take(8).readBigUInt64LE());
  if (size > 1 << 26) throw cursor.broken("it holds a string of impossible length");
  await cursor.need(size);
  return cursor.take(size).toString("utf8");
}

const stringType = 8;
const arrayType = 9;

/** By value type number: size in bytes, and how to read it. */
const scalars: Readonly<Record<number, readonly [number, (bytes: Buffer) => GgufValue]>> = {
  0: [1, (bytes) => bytes.readUInt8()],
  1: [1, (bytes) => bytes.readInt8()],
  2: [2, (bytes) => bytes.readUInt16LE()],
  3: [2, (bytes) => bytes.readInt16LE()],
  4: [4, (bytes) => bytes.readUInt32LE()],
  5: [4, (bytes) => bytes.readInt32LE()],
  6: [4, (bytes) => bytes.readFloatLE()],
  7: [1, (bytes) => bytes.readUInt8() !== 0],
  10: [8, (bytes) => bytes.readBigUInt64LE()],
  11: [8, (bytes) => bytes.readBigInt64LE()],
  12: [8, (bytes) => bytes.readDoubleLE()],
};

async function readValue(cursor: Cursor, type: number): Promise<GgufValue> {
  if (type === stringType) return readString(cursor);
  if (type === arrayType) {
    await cursor.need(12);
    const of = cursor.take(4).readUInt32LE();
    const count = Number(cursor.take(8).readBigUInt64LE());
    const values: GgufValue[] = [];
    for (let i = 0; i < count; i++) values.push(await readValue(cursor, of));
    return values;
  }
  const scalar = scalars[type];
  if (scalar === undefined) throw cursor.broken(`it holds a value of unknown type ${type}`);
  const [size, read] = scalar;
  if (!cursor.has(size)) await cursor.need(size);
  return read(cursor.take(size));
}

/** Passes over an array and answers how many elements it has. */
async function skipArray(cursor: Cursor): Promise<number> {
  await cursor.need(12);
  const of = cursor.take(4).readUInt32LE();
  const count = Number(cursor.take(8).readBigUInt64LE());
  const scalar = scalars[of];
  if (scalar === undefined && of !== stringType) {
    for (let i = 0; i < count; i++) await readValue(cursor, of);
    return count;
  }
  for (let i = 0; i < count; i++) {
    if (scalar === undefined && !cursor.has(8)) await cursor.need(8);
    const size = scalar?.[0] ?? Number(cursor.take(8).readBigUInt64LE());
    if (!cursor.has(size)) await cursor.need(size);
    cursor.take(size);
  }
  return count;
}

/** Reads a file forward in large pieces. */
class Cursor {
  readonly #file: FileHandle;
  readonly #path: string;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  has(size: number): boolean {
    return this.#bytes.length - this.#at >= size;
  }

  async need(size: number): Promise<void> {
    while (!this.has(size)) {
      const piece = Buffer.alloc(1 << 20);
      const { bytesRead } = await this.#file.read(piece, 0, piece.length);
      if (bytesRead === 0) throw this.broken("it ends early");
      this.#bytes = Buffer.concat([this.#bytes.subarray(this.#at), piece.subarray(0, bytesRead)]);
      this.#at = 0;
    }
  }

  take(size: number): Buffer {
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  broken(why: string): RedraftError {
    return new RedraftError("model-unavailable", `cannot read ${this.#path}: ${why}`);
  }
}
