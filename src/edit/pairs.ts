import type { Edit } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { splitLines } from "../text/lines.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { type PlacedCall, placePairs } from "./pair-places.ts";
import { toolEdit } from "./tool-edit.ts";
import { knownKeys } from "./tool-keys.ts";

/** Old and new strings as JSON: the arguments of the edit tools that agents call. */
export const pairs: EditFormat = {
  name: "search-replace",

  recognise(input) {
    const tool = toolEdit(input);
    return tool?.calls.every((call) => call.kind === "pair" || call.kind === "insert")
      ? tool.why
      : undefined;
  },

  read(input, why) {
    const tool = toolEdit(input);
    const calls = (tool?.calls ?? []) as readonly PlacedCall[];
    if (!tool || calls.length === 0) {
      throw new RedraftError(
        "unreadable-edit",
        `the edit is not JSON with an old and a new string. Use ${knownKeys}.`,
      );
    }
    const { path, otherPaths } = tool;
    const named = {
      ...(path === undefined ? {} : { path }),
      ...(otherPaths === undefined ? {} : { otherPaths }),
    };
    const reason = why === tool.why ? why : `${why}: ${tool.why}`;
    const base = { format: "search-replace", why: reason, extent: "parts", ...named } as const;
    if (calls.some((call) => call.kind === "pair" && call.old === ""))
      return { ...base, ...created(calls, input) };
    return { ...base, action: "update", ...placePairs(calls, input) };
  },
};

/** An empty old string: the new one is the text of a file that has none. */
function created(
  calls: readonly PlacedCall[],
  input: EditInput,
): Pick<Edit, "action" | "segments" | "finalNewline"> {
  const [call] = calls;
  const text = call?.kind === "pair" ? call.new : "";
  if (calls.length > 1 || (input.source !== "" && input.source !== text)) {
    throw new RedraftError(
      "no-match",
      `the old string is empty, which creates a file, but ${input.path} has text already. ` +
        "Give the lines before the place where the new text belongs as old string.",
    );
  }
  if (input.source === text && text !== "") return { action: "update", segments: [] };
  const lines = splitLines(text).map((line) => ({ text: line.text, role: "add", at: 0 }) as const);
  return {
    action: "create",
    segments: [{ kind: "lines", lines, anchor: "end" }],
    finalNewline: /[\r\n]$/.test(text),
  };
}
