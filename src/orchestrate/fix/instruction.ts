import type { Diagnostic } from "../../core/diagnostic.ts";
import { InstructionReader } from "../instruction/reader.ts";
import { type InstructionReading, readingOf } from "../instruction/reading.ts";

/**
 * `fix the errors`, `resolve all type errors`: what tools complain of, all of it. Where the instruction holds messages of tools, `fix this`
 * is enough, or nothing but the messages.
 */
export function readFix(
  instruction: string,
  messages: readonly Diagnostic[] = [],
): InstructionReading<"all"> | undefined {
  const words = withoutMessages(instruction, messages);
  const hasMessages = words !== instruction;
  const reader = new InstructionReader(hasMessages ? words.replace(/:(?=\s|$)/gu, "") : words);
  const reading = (why: string): InstructionReading<"all"> => readingOf("all", why, reader);
  if (hasMessages && reader.isDone) return reading("the instruction is the message of a tool");
  if (!reader.take("fix", "resolve", "repair", "correct")) return undefined;
  reader.skip("all", "the", "these", "this", "it", "any", "of", "remaining", "reported");
  reader.skip("following", "compiler", "compile", "type", "typescript", "python");
  reader.skip("lint", "linter", "build");
  const things = ["error", "diagnostic", "warning", "message", "problem", "issue"];
  const isNamed = reader.take(...things, ...things.map((one) => `${one}s`)) !== undefined;
  if (!isNamed && !(hasMessages && reader.isDone)) return undefined;
  return reading("the instruction asks for the diagnostics");
}

/** What an instruction says besides messages: of their lines what is before the place, and no indented line that explains one. */
function withoutMessages(instruction: string, messages: readonly Diagnostic[]): string {
  let isBehind = false;
  const lines = instruction.split(/\r?\n/u).map((line) => {
    const own = messages.find(({ message }) => line.includes(message));
    if (isBehind && own === undefined && /^\s+\S/u.test(line)) return "";
    isBehind = own !== undefined;
    if (own === undefined) return line;
    const file = line.indexOf(own.file.split(/[\\/]/u).at(-1)!);
    const until = file < 0 ? line.indexOf(own.message) : file;
    return line.slice(0, line.lastIndexOf(" ", until) + 1);
  });
  return lines.join("\n");
}
