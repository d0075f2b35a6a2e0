import { RedraftError } from "../../core/errors.ts";
import { nameLanguageOf } from "../index/languages.ts";
import { withFunction } from "../instruction/find-function.ts";
import { InstructionReader } from "../instruction/reader.ts";
import { type InstructionReading, readingOf } from "../instruction/reading.ts";
import type { OrchestrateRequest, SpeculationContext } from "../speculator.ts";
import { listItems } from "./list-edits.ts";
import type { SignatureRequest } from "./request.ts";

/** A change of parameters in words. */
export type AskedSignature =
  | {
      readonly function: string;
      /** As the language declares it, with its default. */
      readonly add: string;
      /** What calls pass for it. */
      readonly value?: string;
    }
  | { readonly function: string; readonly remove: string };

/** `add a parameter limit = 10 to f [with default 10] [and pass x]`, `remove the parameter limit from f`. */
export function readSignature(instruction: string): InstructionReading<AskedSignature> | undefined {
  const reader = new InstructionReader(instruction);
  const isAdded = reader.take("add") !== undefined;
  if (!isAdded && !reader.take("remove", "drop", "delete")) return undefined;
  reader.skip("a", "an", "the", "new", "unused");
  const isOptional = reader.take("optional") !== undefined;
  if (!reader.take("parameter", "argument", "param")) return undefined;
  reader.take("called", "named");
  if (!isAdded) {
    const remove = reader.name();
    const name = remove === undefined ? undefined : readFunctionName(reader, "from", "of");
    if (remove === undefined || name === undefined) return undefined;
    return readingOf(
      { function: name, remove },
      `the instruction takes \`${remove}\` from \`${name}\``,
      reader,
    );
  }
  const declared = reader.quotedOrUntil("to");
  const name = declared === "" ? undefined : readFunctionName(reader, "to");
  if (name === undefined) return undefined;
  let add = declared;
  if (
    reader.takePhrase("with default") ||
    reader.takePhrase("with a default") ||
    reader.takePhrase("with the default")
  ) {
    reader.take("value");
    reader.take("of");
    add += ` = ${reader.quotedOrUntil("and", "at", "in")}`;
  }
  if (isOptional && !/[=?]/u.test(add)) return undefined;
  reader.take("and", "passing", "with");
  const isPassed = reader.take("pass", "passing", "value") !== undefined;
  const value = isPassed ? reader.quotedOrUntil("at", "in", "for") : undefined;
  if (isPassed)
    for (const phrase of ["at every call", "in every call", "at all calls", "for it"])
      reader.takePhrase(phrase);
  return readingOf(
    { function: name, add, ...(value !== undefined && { value }) },
    `the instruction gives \`${name}\` the parameter \`${add}\``,
    reader,
  );
}

function readFunctionName(
  reader: InstructionReader,
  ...before: readonly string[]
): string | undefined {
  if (!reader.take(...before)) return undefined;
  reader.take("the");
  reader.take("function", "method");
  return reader.name();
}

/** A new parameter is put before these: they take all further arguments. */
const collecting = /^(?:\*|\.\.\.|\/)/u;

/**
 * The request of an asked change.
 *
 * @throws `no-match` or `ambiguous` where not exactly one function is meant
 */
export async function signatureAsked(
  asked: AskedSignature,
  { files }: OrchestrateRequest,
  context: SpeculationContext,
): Promise<SignatureRequest> {
  return withFunction(context, asked.function, files, ({ path, node, line, column }) => {
    const list = node.childForFieldName("parameters");
    if (!list)
      throw new RedraftError(
        "no-match",
        `\`${asked.function}\` is no function. Nothing was written.`,
      );
    const items = listItems(list).map(({ text }) => text);
    const isMethod = nameLanguageOf(path) === "python" && isInClass(node);
    const own = isMethod && /^(?:self|cls)\b/u.test(items[0] ?? "") ? items.slice(1) : items;
    const at = { path, line, column };
    const from = asked.function.split(".").at(-1)!;
    if ("remove" in asked) {
      const rest = own.filter((text) => nameOfParameter(text) !== asked.remove);
      if (rest.length === own.length)
        throw new RedraftError(
          "no-match",
          `\`${asked.function}\` has no parameter \`${asked.remove}\`. Nothing was written.`,
        );
      return { from, at, parameters: rest.join(", ") };
    }
    const place = own.findIndex((text) => collecting.test(text));
    const parameters = own.toSpliced(place < 0 ? own.length : place, 0, asked.add).join(", ");
    const values =
      asked.value === undefined ? {} : { values: { [nameOfParameter(asked.add)]: asked.value } };
    return { from, at, parameters, ...values };
  });
}

const nameOfParameter = (text: string): string =>
  /^[.*]*([\p{L}_$][\p{L}\p{N}_$]*)/u.exec(text.trim())?.[1] ?? "";

function isInClass(node: Parameters<typeof listItems>[0]): boolean {
  for (let one = node.parent; one; one = one.parent) {
    if (one.type === "function_definition") return false;
    if (one.type === "class_definition") return true;
  }
  return false;
}
