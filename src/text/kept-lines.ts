import type { Proof } from "../core/merge.ts";

/**
 * The lines that a proof says were kept, as pairs of source and result line from 0. Nothing for a proof of texts with
 * other numbers of lines: a lone carriage return ends a line for the merge and not for a diff.
 */
export function* linesKeptByProof(
  proof: Pick<Proof, "result" | "source"> | undefined,
  sourceLines: number,
  resultLines: number,
): Generator<readonly [number, number]> {
  if (proof?.source.length !== sourceLines || proof.result.length !== resultLines) return;
  for (const [line, origin] of proof.result.entries()) {
    if (origin.from === "source") yield [origin.source, line];
  }
}
