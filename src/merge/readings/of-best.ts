import { fileEdge } from "./at-file-edge.ts";
import { farSide } from "./far-side.ts";
import { otherInsertion } from "./other-insertion.ts";
import { perhapsReplaced } from "./perhaps-replaced.ts";
import type { Reading } from "./reading.ts";

/** The readings of the best placement, in the order in which their texts are offered. */
export const readingsOfBest: readonly Reading[] = [
  farSide,
  fileEdge,
  otherInsertion,
  perhapsReplaced,
];
