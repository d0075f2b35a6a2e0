import type { KvEdit, Sequence } from "../../core/target.ts";
import type { LlamaSequence } from "../../engines/llama/sequence.ts";

/**
 * Conflict fast encoding, the baseline of the PIE paper: new tokens are evaluated and put in, and the keys behind them stay at the positions
 * that they had. Positions collide after an insertion and are missing after a deletion.
 */
export async function conflictEncode(sequence: Sequence, edits: readonly KvEdit[]): Promise<void> {
  await (sequence as LlamaSequence).spliceInPlace(edits);
}
