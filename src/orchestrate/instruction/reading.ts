import type { Recognition } from "../speculator.ts";
import type { InstructionReader } from "./reader.ts";

/** What a specialist makes of an instruction. */
export interface InstructionReading<Asked> extends Recognition {
  readonly asked: Asked;
}

const readWhole = 0.95;
const readInPart = 0.5;

/** A reading that is sure only where the instruction has nothing more to say. */
export function readingOf<Asked>(
  asked: Asked,
  why: string,
  reader: InstructionReader,
): InstructionReading<Asked> {
  if (reader.isDone) return { asked, why, confidence: readWhole };
  const said = `${why}, but not \`${reader.rest}\``;
  return { asked, why: said, confidence: readInPart, isPartial: true };
}
