import { extractSpeculator } from "./extract/speculator.ts";
import { fixSpeculator } from "./fix/speculator.ts";
import { repeatSpeculator } from "./like-places/speculator.ts";
import { loopSpeculator } from "./loops/speculator.ts";
import { moveSpeculator } from "./move/speculator.ts";
import { renameSpeculator } from "./rename/speculator.ts";
import { signatureSpeculator } from "./signature/speculator.ts";
import type { Speculator } from "./speculator.ts";

/** Every specialist that is built in. */
export const speculators: readonly Speculator[] = [
  renameSpeculator,
  moveSpeculator,
  repeatSpeculator,
  extractSpeculator,
  signatureSpeculator,
  loopSpeculator,
  fixSpeculator,
];
