import { InstructionReader } from "../instruction/reader.ts";
import { type InstructionReading, readingOf } from "../instruction/reading.ts";

/** `fix the errors`, `resolve all type errors`: what tools complain of, all of it. */
export function readFix(instruction: string): InstructionReading<"all"> | undefined {
  const reader = new InstructionReader(instruction);
  if (!reader.take("fix", "resolve", "repair", "correct")) return undefined;
  reader.skip("all", "the", "these", "this", "any", "of", "remaining", "reported");
  reader.skip("compiler", "compile", "type", "typescript", "python", "lint", "linter", "build");
  const things = ["error", "diagnostic", "warning", "message", "problem", "issue"];
  if (!reader.take(...things, ...things.map((one) => `${one}s`))) return undefined;
  return readingOf("all", "the instruction asks for the diagnostics", reader);
}
