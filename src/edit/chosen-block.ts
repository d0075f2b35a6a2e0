import { RedraftError } from "../core/errors.ts";
import { type CodeBlock, isBlockOf } from "./code-blocks.ts";
import type { EditInput } from "./format.ts";
import { fenceFits } from "./language.ts";
import { samePath } from "./paths.ts";
import { namesFile } from "./prose.ts";

/**
 * Which code block of a reply is the edit: the one that is said to be of the file (on its fence, on the line above it,
 * in the sentence above it), else the only one in the file's language, else the only one that holds lines of the
 * file. Throws where several may be meant. `mustBeNamed`: only a block said to be of the file will do; undefined =
 * there is none.
 */
export function chosenBlock(
  input: EditInput,
  lines: readonly string[],
  blocks: readonly CodeBlock[],
  options: { readonly mustBeNamed?: boolean } = {},
): CodeBlock | undefined {
  const named = blocks.filter((block) => isBlockOf(block, input.path) === true);
  if (named.length > 0) return only(input, lines, named, "are marked as this file");
  const unnamed = blocks.filter((block) => block.path === undefined);
  if (unnamed.length === 0) return options.mustBeNamed ? undefined : blocks[0];
  const inLanguage = unnamed.filter((block) => fenceFits(block.info, input.path) !== false);
  const said = new Map(inLanguage.map((block) => [block, mentioned(input, lines, blocks, block)]));
  const mentionedHere = inLanguage.filter((block) => said.get(block) === true);
  if (mentionedHere.length > 0) {
    const block = only(input, lines, mentionedHere, "are marked as this file");
    return { ...block, path: input.path };
  }
  if (options.mustBeNamed) return undefined;
  const likely = inLanguage.filter(
    (block) => said.get(block) !== false || holdsLines(input, lines, block),
  );
  if (likely.length === 0) return other(input, lines, unnamed, inLanguage);
  const fitting = likely.filter((block) => fenceFits(block.info, input.path) === true);
  return only(input, lines, fitting.length > 0 ? fitting : likely, "may be meant");
}

/** The one block of several, or the only one of them that holds lines of the file. */
function only(
  input: EditInput,
  lines: readonly string[],
  blocks: readonly CodeBlock[],
  what: string,
): CodeBlock {
  if (blocks.length === 1) return blocks[0]!;
  const holding = blocks.filter((block) => holdsLines(input, lines, block));
  if (holding.length === 1) return holding[0]!;
  const places = blocks.map(({ open }) => open + 1);
  throw new RedraftError(
    "unreadable-edit",
    `the edit holds several code blocks, and those at lines ${places.slice(0, 4).join(", ")} ${what}. ` +
      `Send only the one for ${input.path}, or write its path on the line above it.`,
    { details: { path: input.path, lines: places } },
  );
}

/** No block is in the file's language: one that holds its lines is meant all the same. */
function other(
  input: EditInput,
  lines: readonly string[],
  blocks: readonly CodeBlock[],
  named: readonly CodeBlock[],
): CodeBlock {
  const holding = blocks.filter((block) => holdsLines(input, lines, block));
  if (holding.length === 1) return holding[0]!;
  const { open, info } = blocks[0]!;
  const why = named.length > 0 ? "is marked as another file" : `is ${info}`;
  throw new RedraftError(
    "unreadable-edit",
    `the code block at line ${open + 1} of the edit ${why}, and none is for ${input.path}. ` +
      `Write ${input.path} on the line above the block that is meant.`,
    { details: { path: input.path, line: open + 1 } },
  );
}

function holdsLines(input: EditInput, lines: readonly string[], block: CodeBlock): boolean {
  const inner = lines.slice(block.open + 1, block.close === -1 ? lines.length : block.close);
  return inner.some((line) => /[\p{L}\p{N}]{2}/u.test(line) && input.inSource(line));
}

/** Whether the sentence before a block names the file (true) or only another one (false); undefined if it names none. */
function mentioned(
  input: EditInput,
  lines: readonly string[],
  blocks: readonly CodeBlock[],
  block: CodeBlock,
): boolean | undefined {
  const before = blocks.findLast(({ close }) => close !== -1 && close < block.open);
  const above = lines
    .slice((before?.close ?? -1) + 1, block.open)
    .filter((line) => line.trim() !== "");
  const isFile = (path: string): boolean => samePath(path, input.path);
  for (const line of above.reverse()) {
    const named = namesFile(line, isFile);
    if (named !== undefined) return named;
  }
  return undefined;
}
