import { RedraftError } from "../../core/errors.ts";
import { fileCalled } from "../instruction/find-file.ts";
import { withFunction } from "../instruction/find-function.ts";
import { InstructionReader } from "../instruction/reader.ts";
import { type InstructionReading, readingOf } from "../instruction/reading.ts";
import { resolveName } from "../names/resolve-name.ts";
import type { EditCandidate, OrchestrateRequest, SpeculationContext } from "../speculator.ts";
import type { RenameRequest } from "./rename.ts";
import { nameAndOwner, shown, textsOfPlaces } from "./symbol.ts";

/** A rename in words. */
export interface AskedRename {
  readonly from: string;
  readonly to: string;
  /** The file or the function that alone may change, as it is named. */
  readonly within?: { readonly path: string } | { readonly name: string };
}

const symbolKinds = [
  "function",
  "method",
  "class",
  "type",
  "interface",
  "variable",
  "constant",
  "parameter",
  "argument",
  "property",
  "field",
  "attribute",
  "symbol",
] as const;

/** `rename [the kind] X to Y [in f | in a file | everywhere]`. */
export function readRename(instruction: string): InstructionReading<AskedRename> | undefined {
  const reader = new InstructionReader(instruction);
  if (!reader.take("rename") && !reader.takePhrase("change the name of")) return undefined;
  reader.take("the");
  reader.take("local");
  reader.take(...symbolKinds);
  const from = reader.name();
  if (from === undefined || !reader.take("to", "into", "as", "->", "→")) return undefined;
  const to = reader.name();
  if (to === undefined) return undefined;
  const within = readRenameScope(reader);
  const why = `the instruction renames \`${from}\` to \`${to}\``;
  return readingOf({ from, to, ...(within && { within }) }, why, reader);
}

function readRenameScope(reader: InstructionReader): AskedRename["within"] {
  const isEverywhere =
    reader.take("everywhere") ??
    ["in all files", "in every file", "throughout the code", "across the project"].find((one) =>
      reader.takePhrase(one),
    );
  if (isEverywhere !== undefined || reader.isDone) return undefined;
  if (!reader.take("in", "inside", "within", "of")) return undefined;
  reader.take("the");
  const kind = reader.take("function", "method", "class", "file", "module");
  const path = kind === "file" || kind === "module" ? reader.path() : undefined;
  if (path !== undefined) return { path };
  const name = reader.name();
  if (name === undefined) {
    const file = reader.path();
    return file === undefined ? undefined : { path: file };
  }
  return isFileName(name) && kind === undefined ? { path: name } : { name };
}

const isFileName = (name: string): boolean => /\.(?:[cm]?[jt]sx?|pyi?|go)$/u.test(name);

interface LineRangeOfFile {
  readonly path: string;
  /** From 1. */
  readonly from: number;
  readonly to: number;
}

/** The request of an asked rename, and the lines that alone may change. */
export async function renameAsked(
  asked: AskedRename,
  { files, cursor }: OrchestrateRequest,
  context: SpeculationContext,
): Promise<{ readonly rename: RenameRequest; readonly only?: LineRangeOfFile }> {
  const { from, to, within } = asked;
  const [name] = nameAndOwner(from);
  const only = within && (await linesOf(within, files, context));
  const view = await context.names();
  const isAt = async (path: string, line: number): Promise<boolean> => {
    const text = (await view.text(path))?.split("\n")[line - 1] ?? "";
    return text.includes(name);
  };
  if (!only && cursor && (await isAt(cursor.path, cursor.line)))
    return { rename: { from, to, at: cursor } };
  const paths = only ? [only.path] : files;
  if (paths === undefined) return { rename: { from, to } };
  // The one symbol of the name that these files have.
  const resolution = await resolveName(view, name);
  const texts = await textsOfPlaces(view, resolution);
  const places = resolution.groups.flatMap((group) => {
    if (!group.isDeclared) return [];
    const own = group.places.filter(({ path, start }) => {
      if (!paths.includes(path)) return false;
      const { line } = shown(texts, path, start);
      return !only || (line >= only.from && line <= only.to);
    });
    return own[0] ? [shown(texts, own[0].path, own[0].start)] : [];
  });
  const [place] = places;
  if (!place || places.length > 1) {
    const where = within && "name" in within ? `\`${within.name}\`` : paths.join(", ");
    throw new RedraftError(
      place ? "ambiguous" : "no-match",
      `${place ? "several symbols are" : "no declared symbol is"} called \`${name}\` in ${where}. Nothing was written.`,
      { details: { name, places } },
    );
  }
  const at = { path: place.path, line: place.line, column: place.column };
  return { rename: { from, to, at }, ...(only && { only }) };
}

async function linesOf(
  within: NonNullable<AskedRename["within"]>,
  files: readonly string[] | undefined,
  context: SpeculationContext,
): Promise<LineRangeOfFile> {
  if ("name" in within) {
    return withFunction(context, within.name, files, ({ path, node }) => ({
      path,
      from: node.startPosition.row + 1,
      to: node.endPosition.row + 1,
    }));
  }
  const path = fileCalled(within.path, [files ?? context.index.paths()]);
  return { path, from: 1, to: Number.POSITIVE_INFINITY };
}

/**
 * Refuses an edit that changes more than the instruction allows.
 *
 * @throws `check-failed`
 */
export function requireWithin(
  candidate: Pick<EditCandidate, "files">,
  { path, from, to }: LineRangeOfFile,
): void {
  for (const file of candidate.files) {
    const [before, after] = [file.before.split("\n"), file.after.split("\n")];
    const line = before.findIndex((text, at) => {
      const isFree = file.path === path && at + 1 >= from && at + 1 <= to;
      return !isFree && text !== after[at];
    });
    if (line < 0 && before.length === after.length) continue;
    throw new RedraftError(
      "check-failed",
      `${file.path}:${line + 1} uses the name too, and is not where the instruction allows the change. Nothing was written.`,
      { details: { path: file.path, line: line + 1 } },
    );
  }
}
