import { RedraftError } from "../core/errors.ts";
import { isFileHeader } from "./diff-files.ts";
import type { EditInput } from "./format.ts";
import type { HunkLine } from "./hunk-lines.ts";
import { fenceOf } from "./wrapping.ts";

/** What a patch says about one file. */
export interface Section {
  readonly kind: "Update" | "Add" | "Delete";
  readonly path: string;
  readonly moveTo?: string;
  /** 1-based line of the heading. */
  readonly at: number;
  readonly body: readonly HunkLine[];
}

interface Sign {
  readonly kind: Section["kind"] | "begin" | "end" | "move";
  readonly path: string;
}

/** The format's own lines, as writers vary them: blanks before, none after the stars, stars at the end. */
function signOf(line: string): Sign | undefined {
  const text = line.trim();
  const file = /^\*{3} ?(Update|Add|Delete) File: ?(\S.*)$/.exec(text);
  if (file) return { kind: file[1] as Section["kind"], path: file[2]! };
  const move = /^\*{3} ?Move to: ?(\S.*)$/.exec(text);
  if (move) return { kind: "move", path: move[1]! };
  const edge = /^\*{3} ?(Begin|End) Patch(?: ?\*{1,3})?$/.exec(text)?.[1];
  return edge ? { kind: edge === "Begin" ? "begin" : "end", path: "" } : undefined;
}

/** The file that a line of a patch names as its own. */
export function pathOfHeading(line: string): string | undefined {
  const sign = signOf(line);
  return sign === undefined || sign.path === "" || sign.kind === "move" ? undefined : sign.path;
}

/** The sections of a patch in their order. A patch that begins and does not end was cut off. */
export function sectionsOf(input: EditInput): Section[] {
  const sections: (Omit<Section, "body" | "moveTo"> & { moveTo?: string; body: HunkLine[] })[] = [];
  const held = new Set(input.sourceLines);
  let inside = true;
  let begun = -1;
  const { lines } = input;
  for (let index = 0; index < lines.length; index++) {
    const text = lines[index]!;
    const at = index + 1;
    const section = sections.at(-1);
    // An indented one that the file has is context.
    const sign = /^\s/.test(text) && held.has(text.slice(1)) ? undefined : signOf(text);
    if (sign?.kind === "begin" || sign?.kind === "end") {
      inside = sign.kind === "begin";
      begun = inside ? index : -1;
    } else if (sign?.kind === "move") {
      if (section && inside && section.body.length === 0) section.moveTo = sign.path;
      else if (section && inside) section.body.push({ text, at });
    } else if (sign) {
      sections.push({ kind: sign.kind, path: sign.path, at, body: [] });
      inside = true;
    } else if (section && inside) {
      if (section.kind !== "Add" && section.body.length === 0) {
        // git's own header below the heading says the same again.
        if (isFileHeader(lines, index)) {
          index++;
          continue;
        }
        if (/^(?:diff --git |index [0-9a-f]+\.\.)/.test(text)) continue;
      }
      // Without an envelope a fence ends the patch.
      if (begun === -1 && /^[`~]/.test(text) && fenceOf(text) && !held.has(text)) inside = false;
      else section.body.push({ text, at });
    }
  }
  if (begun !== -1 && sections.length > 0) throw patchCutOff(sections.at(-1)!, lines.length);
  return sections;
}

function patchCutOff(section: Section, lines: number): RedraftError {
  return new RedraftError(
    "unreadable-edit",
    `the patch was cut off: *** End Patch is missing after the section for ${section.path} at line ${section.at}. ` +
      "Send the whole patch again.",
    { details: { line: lines, format: "patch" } },
  );
}
