import { InstructionReader } from "../instruction/reader.ts";
import { type InstructionReading, readingOf } from "../instruction/reading.ts";
import type { MoveRequest } from "./request.ts";

/** `move [the file | the folder] a.ts to b.ts`. */
export function readMove(instruction: string): InstructionReading<MoveRequest> | undefined {
  const reader = new InstructionReader(instruction);
  if (!reader.take("move")) return undefined;
  reader.take("the");
  reader.take("file", "module", "folder", "directory", "package");
  const from = reader.path();
  if (from === undefined || !reader.take("to", "into", "as", "->", "→")) return undefined;
  reader.take("the");
  reader.take("file", "module", "folder", "directory", "package");
  const to = reader.path();
  if (to === undefined) return undefined;
  return readingOf({ moves: [{ from, to }] }, `the instruction moves ${from} to ${to}`, reader);
}
