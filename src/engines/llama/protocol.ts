/** Header of a message; `id` 0 = no answer is wanted. */
export interface Header {
  readonly id: number;
  readonly op: string;
  readonly [field: string]: unknown;
}

export interface Message {
  readonly header: Header;
  readonly payload: Buffer;
}

/**
 * One message as bytes: length of the whole, length of the header (both u32, little-endian), the header as JSON,
 * then the payload as it is. Rows and tokens travel as raw arrays: JSON would cost more than a pass of a small model.
 */
export function encodeMessage(header: Header, payload?: Uint8Array): Buffer {
  const text = JSON.stringify(header);
  const headerSize = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(8 + headerSize + (payload?.byteLength ?? 0));
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt32LE(headerSize, 4);
  bytes.write(text, 8);
  if (payload !== undefined) bytes.set(payload, 8 + headerSize);
  return bytes;
}

/** Cuts a stream of bytes into messages, however it was chunked. */
export function createDecoder(onMessage: (message: Message) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let held = 0;
  return (chunk) => {
    parts.push(chunk);
    held += chunk.length;
    while (held >= 8) {
      if (parts[0]!.length < 8) parts = [Buffer.concat(parts)];
      const size = parts[0]!.readUInt32LE(0);
      if (held < size) return;
      const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      held = bytes.length - size;
      parts = held > 0 ? [bytes.subarray(size)] : [];
      const headerEnd = 8 + bytes.readUInt32LE(4);
      onMessage({
        header: JSON.parse(bytes.toString("utf8", 8, headerEnd)) as Header,
        payload: bytes.subarray(headerEnd, size),
      });
    }
  };
}

/** Four-byte numbers as bytes, without a copy. */
export function rawBytes(numbers: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** `count` integers from `offset` bytes on; copied, because a payload need not be aligned. */
export function int32At(payload: Buffer, offset: number, count: number): Int32Array {
  return new Int32Array(copyOf(payload, offset, count));
}

export function float32At(payload: Buffer, offset: number, count: number): Float32Array {
  return new Float32Array(copyOf(payload, offset, count));
}

function copyOf(payload: Buffer, offset: number, count: number): ArrayBuffer {
  const copy = new Uint8Array(4 * count);
  copy.set(payload.subarray(offset, offset + 4 * count));
  return copy.buffer;
}
