import type { LinesSegment } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { lineTexts } from "../text/lines.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { checkedText, type HashLine, hashLineOf } from "./hashlines.ts";
import { rolesToLines } from "./line-roles.ts";
import { forAnotherFile, samePath } from "./paths.ts";
import { wordsOfName } from "./side-names.ts";
import { isDataPath } from "./tool-edit.ts";

/**
 * Edits that name lines by number and hash, as JSON (`{"op": "replace", "pos": "12:a3|x = 1", "end": ..., "lines": [...]}`)
 * or bare (`12:a3|x = 2`). Read where the text of every named line is given and is the file's; else refused.
 */
export const hashEdits: EditFormat = {
  name: "search-replace",

  recognise(input) {
    const found = operationsOf(input) ?? [];
    if (found.length > 0) return `it names lines by number and hash: ${found[0]!.start.line}`;
    const bare = bareLine(input);
    return bare === undefined ? undefined : `line ${bare + 1} has a line number and a hash`;
  },

  read(input, why) {
    const operations = operationsOf(input);
    if (!operations) {
      throw new RedraftError(
        "unreadable-edit",
        `line ${(bareLine(input) ?? 0) + 1} of the edit begins with a line number and a hash, but ` +
          "does not say which lines it replaces. Send the old lines and the new ones, as a search/replace block.",
      );
    }
    const segments = operations.map((operation) => hashSegment(operation, input));
    const path = operations.find((one) => one.path !== undefined)?.path;
    if (path !== undefined && !samePath(path, input.path)) {
      throw forAnotherFile("edit", [path], input.path);
    }
    const placed = segments.sort((a, b) => a.atLine! - b.atLine!);
    const base = { format: "search-replace", why, extent: "parts", action: "update" } as const;
    return { ...base, segments: placed, ...(path !== undefined && { path }) };
  },
};

interface Operation {
  readonly kind: "replace" | "after" | "before";
  readonly start: HashLine;
  readonly end: HashLine;
  readonly lines: readonly string[];
  readonly path?: string;
}

const startKeys = "pos anchor start_anchor startAnchor start".split(" ");
const endKeys = "end end_anchor endAnchor".split(" ");
const textKeys = "lines new_text newText newLines new_lines text content".split(" ");

type HashFields = Readonly<Record<string, unknown>>;

/** Whether JSON names lines by number and hash. Its keys are such as other tools have, too, so this is asked first. */
export const hasHashOperations = (input: EditInput): boolean => operationsOf(input) !== undefined;

/** The operations of a JSON edit, or undefined if it is not of this kind. */
function operationsOf(input: EditInput): readonly Operation[] | undefined {
  const text = input.text.trim();
  if (!/^[[{]/.test(text) || !/"\s*\d{1,7}[:#][A-Za-z0-9]{1,8}\s*["|:]/.test(text))
    return undefined;
  // A file of data with such fields of its own is data; in a new one they may be times (`"start": "10:30"`).
  if (isDataPath(input.path) && input.source.trim() === "") return undefined;
  if (startKeys.slice(0, 4).some((key) => input.source.includes(`"${key}"`))) return undefined;
  try {
    const found = operationsIn(JSON.parse(text), "", undefined);
    return found.length > 0 ? found : undefined;
  } catch (error) {
    if (error instanceof RedraftError) throw error;
    return undefined;
  }
}

function operationsIn(
  value: unknown,
  name: string,
  path: string | undefined,
  depth = 0,
): Operation[] {
  if (depth > 6 || typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one) => operationsIn(one, name, path, depth + 1));
  const fields = value as HashFields;
  const named = ["path", "file_path", "filePath", "file"].map((key) => fields[key]);
  const own = named.find((one): one is string => typeof one === "string") ?? path;
  const operation = operationOf(fields, name);
  if (operation) return [own === undefined ? operation : { ...operation, path: own }];
  return Object.entries(fields).flatMap(([key, inner]) => operationsIn(inner, key, own, depth + 1));
}

function operationOf(fields: HashFields, name: string): Operation | undefined {
  const said = [fields.op, fields.type, fields.kind, fields.tool, name].find(
    (one): one is string => typeof one === "string" && one !== "",
  );
  const start = anchorIn(fields, startKeys);
  if (start === undefined) return undefined;
  const words = wordsOfName(said ?? "");
  const after = words.includes("after") || words.includes("append") || words.includes("insert");
  const before = words.includes("before") || words.includes("prepend");
  return {
    kind: before ? "before" : after ? "after" : "replace",
    start,
    end: anchorIn(fields, endKeys) ?? start,
    lines: linesIn(fields),
  };
}

function anchorIn(fields: HashFields, keys: readonly string[]): HashLine | undefined {
  for (const key of keys) {
    const value = fields[key];
    const line = typeof value === "string" ? hashLineOf(value) : undefined;
    if (line) return line;
  }
  return undefined;
}

function linesIn(fields: HashFields): string[] {
  for (const key of textKeys) {
    const value = fields[key];
    if (typeof value === "string") return lineTexts(value);
    if (Array.isArray(value)) return value.flatMap((one) => String(one).split("\n"));
  }
  return [];
}

function hashSegment(operation: Operation, input: EditInput): LinesSegment {
  const { kind, start, end, lines } = operation;
  checkedText(start, input);
  if (end !== start) checkedText(end, input);
  if (end.line < start.line) {
    throw new RedraftError(
      "unreadable-edit",
      `the edit names the lines ${start.line} to ${end.line}, which end before they begin.`,
    );
  }
  // Lines copied with their prefix are written without it.
  const all = lines.map(hashLineOf);
  const isCopied = lines.length > 0 && all.every((line) => line?.text !== undefined);
  const newLines = isCopied ? all.map((line) => line!.text!) : lines;
  if (kind === "replace") {
    const old = input.sourceLines.slice(start.line - 1, end.line);
    return { kind: "lines", lines: rolesToLines(old, newLines, 0, 0), atLine: start.line };
  }
  const added = newLines.map((text) => ({ text, role: "add", at: 0 }) as const);
  return { kind: "lines", lines: added, atLine: kind === "after" ? end.line + 1 : start.line };
}

/** The first line of an edit that consists, apart from fences, of lines with number and hash; undefined for other edits. */
function bareLine(input: EditInput): number | undefined {
  const telling = input.lines
    .map((line, index) => ({ line, index }))
    .filter(({ line }) => line.trim() !== "" && !/^\s*(?:```|~~~)/.test(line));
  const isHashed = ({ line }: { line: string }): boolean => {
    const parsed = hashLineOf(line);
    return parsed?.text !== undefined && !input.inSource(line);
  };
  return telling.length > 0 && telling.every(isHashed) ? telling[0]!.index : undefined;
}
