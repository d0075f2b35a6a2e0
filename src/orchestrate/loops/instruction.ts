import type { Node } from "web-tree-sitter";
import { RedraftError } from "../../core/errors.ts";
import { withFunction } from "../instruction/find-function.ts";
import { InstructionReader } from "../instruction/reader.ts";
import { type InstructionReading, readingOf } from "../instruction/reading.ts";
import type { OrchestrateRequest, SpeculationContext } from "../speculator.ts";
import type { LoopForm, LoopRequest } from "./request.ts";
import { loopStatements } from "./site.ts";

/** A loop in words. */
export interface AskedLoop {
  readonly to: LoopForm;
  /** What a comprehension makes, where the instruction says it. */
  readonly makes?: "list" | "set" | "dict";
  /** A line of the loop, the function that has it, or else the cursor or the only loop of the one file. */
  readonly line?: number;
  readonly function?: string;
}

/** Phrases of formPhrases, longer ones before those that they begin with. */
const formPhrases: readonly (readonly [
  phrase: string,
  to: LoopForm,
  makes?: AskedLoop["makes"],
])[] = [
  ["list comprehension", "comprehension", "list"],
  ["set comprehension", "comprehension", "set"],
  ["dict comprehension", "comprehension", "dict"],
  ["dictionary comprehension", "comprehension", "dict"],
  ["comprehension", "comprehension"],
  ["map call", "map"],
  ["map", "map"],
  ["filter and map", "filter-map"],
  ["filter-map", "filter-map"],
  ["filter call", "filter"],
  ["filter", "filter"],
  ["flatmap", "flat-map"],
  ["flat-map", "flat-map"],
  ["for...of loop", "for-of"],
  ["for...of", "for-of"],
  ["for-of loop", "for-of"],
  ["for-of", "for-of"],
  ["for of loop", "for-of"],
  ["any", "any"],
  ["all", "all"],
  ["sum", "sum"],
  ["index loop", "index"],
  ["indexed loop", "index"],
  ["plain loop", "loop"],
  ["ordinary loop", "loop"],
  ["for loop", "loop"],
  ["loop", "loop"],
];

/** `convert this loop to a comprehension`, `turn the loop at line 12 into a map`, `make the comprehension in f a loop`. */
export function readLoop(instruction: string): InstructionReading<AskedLoop> | undefined {
  const reader = new InstructionReader(instruction);
  if (!reader.take("convert", "turn", "change", "rewrite", "transform")) return undefined;
  if (!reader.take("this", "the")) return undefined;
  reader.take("for", "while", "list", "set", "dict");
  const thing = reader.take("loop", "comprehension", "map", "filter");
  if (thing === undefined) return undefined;
  const place = readLoopPlace(reader);
  if (place === undefined || !reader.take("to", "into", "as")) return undefined;
  reader.skip("a", "an");
  const form = readLoopForm(reader);
  if (form === undefined) return undefined;
  const [phrase, to, makes] = form;
  // A loop that becomes a loop has no other form.
  if ((thing === "loop") === (to === "loop")) return undefined;
  return readingOf(
    { to, ...(makes && { makes }), ...place },
    `the instruction makes a ${phrase} of a ${thing}`,
    reader,
  );
}

function readLoopPlace(
  reader: InstructionReader,
): Pick<AskedLoop, "line" | "function"> | undefined {
  if (
    reader.takePhrase("at line") ||
    reader.takePhrase("on line") ||
    reader.takePhrase("in line")
  ) {
    const line = reader.number();
    return line === undefined ? undefined : { line };
  }
  if (!reader.take("in", "of", "inside")) return {};
  reader.take("the");
  reader.take("function", "method");
  const name = reader.name();
  return name === undefined ? undefined : { function: name };
}

function readLoopForm(reader: InstructionReader): (typeof formPhrases)[number] | undefined {
  const found = formPhrases.find(([phrase]) => reader.takePhrase(phrase));
  if (found) return found;
  const quoted = reader.name();
  return formPhrases.find(([phrase, to]) => phrase === quoted?.toLowerCase() || to === quoted);
}

/**
 * The request of an asked loop.
 *
 * @throws `usage` where nothing says which file, `no-match` or `ambiguous` where not exactly one loop is meant
 */
export async function loopAsked(
  { to, line, function: name }: AskedLoop,
  { files, cursor, selection }: OrchestrateRequest,
  context: SpeculationContext,
): Promise<LoopRequest> {
  if (name !== undefined) {
    return withFunction(context, name, files, ({ path, node }) => ({
      path,
      to,
      line: onlyLoop(node, to, `\`${name}\``),
    }));
  }
  const at = cursor ?? (selection && { path: selection.path, line: selection.from });
  if (line === undefined && at) return { path: at.path, line: at.line, to };
  const path = files?.length === 1 ? files[0] : at?.path;
  if (path === undefined)
    throw new RedraftError(
      "usage",
      "the loop is in no one file. Nothing was written. Name the file.",
    );
  if (line !== undefined) return { path, line, to };
  const text = await context.index.read(path);
  const tree = text === undefined ? undefined : (await context.parserFor(path))?.parse(text);
  if (!tree) throw new RedraftError("no-match", `${path} cannot be parsed. Nothing was written.`);
  try {
    return { path, to, line: onlyLoop(tree.rootNode, to, path) };
  } finally {
    tree.delete();
  }
}

/** The line, from 1, of the one loop in a part, or of the one statement that may become one. */
function onlyLoop(part: Node, to: LoopForm, where: string): number {
  const found =
    to === "loop"
      ? part
          .descendantsOfType(["expression_statement", "lexical_declaration"])
          .filter((one) => one && /\bfor\b|\.(?:map|filter)\(/u.test(one.text))
      : part
          .descendantsOfType(["for_statement", "for_in_statement", "while_statement"])
          .filter((one) => one && loopStatements.test(one.type) && one.isNamed);
  const [only] = found;
  if (only && found.length === 1) return only.startPosition.row + 1;
  throw new RedraftError(
    only ? "ambiguous" : "no-match",
    `${where} has ${only ? `${found.length} loops` : "no loop"}. Nothing was written. Name a line.`,
  );
}
