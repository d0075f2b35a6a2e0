import type { Edit, FormatName } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { splitLines } from "../text/lines.ts";
import { changedSegments } from "./changes.ts";
import type { EditInput } from "./format.ts";
import { hasHashOperations } from "./hash-edits.ts";
import { editInput } from "./input.ts";
import { isElision } from "./lazy-markers.ts";
import type { ToolCall } from "./tool-calls.ts";
import { type ToolEdit, toolEdit, unknownKeys } from "./tool-edit.ts";
import { unescapeLineEnds } from "./unescape.ts";
import { unreadable } from "./unreadable.ts";
import { fenceOf } from "./wrapping.ts";

/** Reads an edit inside another one: the registry, passed in because it imports this file. */
export interface Readers {
  /** In the named format, or in the first whose signs it carries. */
  readIn(input: EditInput, named: FormatName | undefined): Edit;
  /** Reads it in the first of these formats whose signs it has; undefined if it has none. */
  readSigned(input: EditInput, among: readonly FormatName[]): Edit | undefined;
}

/**
 * The edit that a tool's JSON arguments contain as a text in some format (a patch, a sketch, the whole file).
 * Undefined if they contain none: then the formats read the edit as it is.
 */
export function readHeld(
  input: EditInput,
  named: FormatName | undefined,
  readers: Readers,
): Edit | undefined {
  if (named === "whole" && /^\s*[[{]/.test(input.source) && !isWriteCall(input)) return undefined;
  if (hasHashOperations(input)) {
    if (named === undefined || named === "search-replace") return undefined;
    throw unreadable(
      "search-replace",
      `the edit is JSON that names lines by number and hash, which is not the format ${named}. Set the format to search-replace or auto.`,
    );
  }
  const tool = toolEdit(input);
  if (!tool) return undefined;
  const texts = tool.calls.filter(
    (call): call is TextCall => call.kind === "text" || call.kind === "write",
  );
  if (texts.length === 0) {
    if (named === undefined || named === "search-replace") return undefined;
    throw unreadable(
      "search-replace",
      `${said(tool)}, which is not the format ${named}. Set the format to search-replace or auto.`,
    );
  }
  if (tool.calls.length > 1) {
    throw unreadable(
      "search-replace",
      `${said(tool)} for ${input.path}, one of which is a text in another format or the whole file. Send them one at a time.`,
    );
  }
  const [call] = texts;
  const edit = readCall(call!, tool, input, named, readers);
  return tool.path === undefined ? edit : { ...edit, path: tool.path };
}

/** Whether JSON for a file of JSON is the call that writes it: it names the file. */
function isWriteCall(input: EditInput): boolean {
  const tool = unlessRefused(() => toolEdit(input));
  return tool?.path !== undefined && tool.calls.length === 1 && tool.calls[0]!.kind === "write";
}

type TextCall = ToolCall & { readonly kind: "text" | "write" };

function readCall(
  call: TextCall,
  tool: ToolEdit,
  input: EditInput,
  named: FormatName | undefined,
  readers: Readers,
): Edit {
  if (call.kind === "write") return writeCall(call.text, input, tool.why, readers);
  const inner = editInput(call.text, input.path, input.source, input.within);
  if (call.as === "new") return onlyNew(inner, tool, readers);
  if (inner.text.trim() === "")
    throw unreadable("search-replace", `${said(tool)}, but that edit is empty.`);
  const isSketch = call.as === "any" && (named === "lazy" || named === "whole");
  const edit =
    call.as === "patch"
      ? readers.readSigned(inner, ["search-replace", "unified-diff", "patch"])
      : readers.readIn(inner, isSketch ? named : undefined);
  if (!edit)
    throw unreadable(
      "search-replace",
      `${said(tool)}, but the patch or diff in it has an unknown form. Send a *** Begin Patch, a unified diff, or search/replace blocks.`,
    );
  return { ...edit, why: `${tool.why}; ${edit.why}` };
}

/** New text without an old one: the whole of a new file, or of one whose lines it has. */
function onlyNew(inner: EditInput, tool: ToolEdit, readers: Readers): Edit {
  if (tool.unused.length === 0) {
    if (inner.source === "") return writeCall(inner.text, inner, tool.why, readers);
    const edit = unlessRefused(() => readers.readIn(inner, undefined));
    if (edit?.format === "whole") return { ...edit, why: `${tool.why}; ${edit.why}` };
  }
  throw unreadable(
    "search-replace",
    `the edit is JSON with a new string, but no old string that says which text it replaces. Send old_string as well.${unknownKeys(tool.unused)}`,
  );
}

function unlessRefused<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (RedraftError.is(error)) return undefined;
    throw error;
  }
}

/** What the edit is, as a message begins. */
const said = (tool: ToolEdit): string => tool.why.replace(/^it is/, "the edit is");

const isProseFile = (path: string): boolean => /\.(?:md|mdx|markdown|rst|adoc|txt)$/i.test(path);

/** The text of a write call: exactly the whole file. */
function writeCall(text: string, input: EditInput, why: string, readers: Readers): Edit {
  const inner = editInput(text, input.path, input.source, input.within);
  const { lines, source } = inner;
  if (source === text && text !== "")
    return { format: "whole", why, extent: "parts", segments: [], action: "update" };
  // A fence around code is the model's; in prose it is text.
  const first = lines.find((line) => line.trim() !== "");
  const isFenced = first !== undefined && fenceOf(first) !== undefined && !isProseFile(input.path);
  const isSketch = source !== "" && lines.some((line) => isElision(line) && !inner.inSource(line));
  if (isFenced || isSketch) {
    const edit = readers.readIn(inner, isSketch ? "lazy" : "whole");
    return { ...edit, why: `${why}; ${edit.why}` };
  }
  if (unescapeLineEnds(text) !== undefined) {
    throw unreadable(
      "search-replace",
      "the text of the file is one line with \\n where lines end: it is escaped once too often. Send it with real line ends.",
    );
  }
  const base = {
    format: "whole",
    why,
    extent: "parts",
    finalNewline: /[\r\n]$/.test(text),
  } as const;
  if (source === "") {
    const added = splitLines(text).map(
      (line) => ({ text: line.text, role: "add", at: 0 }) as const,
    );
    const segments = [{ kind: "lines", lines: added, anchor: "end" } as const];
    return { ...base, action: "create", segments };
  }
  return {
    ...base,
    action: "update",
    ended: true,
    segments: changedSegments(inner.sourceLines, lines),
  };
}
