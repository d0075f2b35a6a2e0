import { RedraftError } from "../../core/errors.ts";

/** The keys of one sequence, as llama.cpp saves them (`llama_state_seq_get_data`). */
export interface KeyStates {
  /** Tokens, in the order of their positions. */
  readonly tokens: number;
  readonly layers: number;
  /** The key of a token at a layer, all heads one after another. */
  key(layer: number, token: number): Float32Array;
}

const stateMagic = 0xaf143cd8;
const f32Type = 0;
const f16Type = 1;

/**
 * Reads the keys out of a saved sequence: magic, sequence, streams, cells, then per cell its position and sequences, then whether values are transposed, the number of
 * layers, and per layer the type, the bytes of a row, and the rows.
 *
 * @throws RedraftError `engine-failed` where the state has another form, or keys that are not floats
 */
export function readKeys(state: Uint8Array): KeyStates {
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
  let at = 0;
  const u32 = (): number => {
    if (at + 4 > state.length) throw unreadableState("it ends early");
    at += 4;
    return view.getUint32(at - 4, true);
  };
  if (u32() !== stateMagic) throw unreadableState("its form is new");
  u32(); // the sequence's number
  if (u32() !== 1) throw unreadableState("it has several streams");
  const cells = u32();
  const positions: number[] = [];
  for (let i = 0; i < cells; i++) {
    positions.push(u32());
    const sequences = u32();
    at += 4 * sequences;
  }
  if (u32() > 1) throw unreadableState("there is no flag for the values");
  const layerCount = u32();
  const layers: { readonly type: number; readonly rowBytes: number; readonly start: number }[] = [];
  for (let i = 0; i < layerCount; i++) {
    const type = u32();
    const rowBytes = u32();
    if (u32() !== 0) throw unreadableState("a row is larger than 4 GB");
    if (type !== f32Type && type !== f16Type) throw unreadableState("its keys are quantised");
    layers.push({ type, rowBytes, start: at });
    at += cells * rowBytes;
    if (at > state.length) throw unreadableState("it ends early");
  }
  // Cells are in the order of the cache, which a splice changes.
  const cellOf = positions
    .map((position, cell) => ({ position, cell }))
    .sort((a, b) => a.position - b.position)
    .map(({ cell }) => cell);
  return {
    tokens: cells,
    layers: layerCount,
    key(layer, token) {
      const { type, rowBytes, start } = layers[layer]!;
      const from = start + cellOf[token]! * rowBytes;
      if (type === f32Type) {
        return Float32Array.from({ length: rowBytes / 4 }, (_, i) =>
          view.getFloat32(from + 4 * i, true),
        );
      }
      return Float32Array.from({ length: rowBytes / 2 }, (_, i) =>
        fromHalf(view.getUint16(from + 2 * i, true)),
      );
    },
  };
}

function unreadableState(why: string): RedraftError {
  return new RedraftError("engine-failed", `the engine's saved state cannot be read: ${why}`);
}

/** IEEE 754 half precision. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Cosine of two keys. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let left = 0;
  let right = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    left += a[i]! ** 2;
    right += b[i]! ** 2;
  }
  return left === 0 || right === 0 ? 0 : dot / Math.sqrt(left * right);
}

/** How far each token's key is from the exact one at a layer: 1 - cosine, from a token on. */
export function keyDistances(
  exact: KeyStates,
  other: KeyStates,
  layer: number,
  from: number,
): number[] {
  return Array.from(
    { length: Math.min(exact.tokens, other.tokens) - from },
    (_, i) => 1 - cosine(exact.key(layer, from + i), other.key(layer, from + i)),
  );
}
