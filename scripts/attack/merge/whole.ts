import type { Random } from "../../../test/merge/generate.ts";
import { alsoAfter, type Change, type FileText, flatAfter } from "./text.ts";
import { looksElided, looksLikeSyntax, type Trial } from "./trial.ts";

/** The whole file anew: bare, in a fence, or as the text of a write call. */
export function whole(
  file: FileText,
  changes: readonly Change[],
  random: Random,
): Trial | undefined {
  const flat = flatAfter(file, changes);
  const { path } = file;
  if (changes.length === 0) return undefined;
  // A marker that is not the file's makes it a sketch.
  const isSketch = changes.some(({ fresh }) => fresh.some(looksElided));
  if (flat.trim() === "" || isSketch) return undefined;
  // A text that ends before its end has lost the last line, and one from the inside begins with blanks.
  const losesEnd = changes.at(-1)!.end === file.lines.length;
  const beginsInside = /^\s*\n?[ \t]/.test(flat);
  const kind = random(4);
  if (kind < 2) {
    const value = kind === 0 ? { file_path: path, content: flat } : { path, contents: flat };
    const isNamed = random(2) === 0;
    return {
      kind: "JSON with the whole file",
      file,
      edit: JSON.stringify(value),
      format: isNamed ? "whole" : "auto",
      wanted: {
        kind: "text",
        flat,
        // What a file loses is asked about where its writer was not told to send all of it.
        mayRefuse: !isNamed || losesEnd || flat.split("\n").some(looksLikeSyntax),
      },
      changes,
    };
  }
  const fenced = kind === 2 && !/^\s*(?:`{3}|~{3})/m.test(flat);
  const ended = flat.endsWith("\n") ? flat : `${flat}\n`;
  const isNamed = random(3) > 0;
  // Nobody can tell a part from the whole but by what stands in it.
  if (!isNamed && !keepsMost(file, changes)) return undefined;
  return {
    kind: fenced ? "whole file in a fence" : "whole file, bare",
    file,
    edit: fenced ? `\`\`\`\n${ended}\`\`\`\n` : flat,
    format: isNamed ? "whole" : "auto",
    wanted: {
      kind: "text",
      flat,
      also: [...alsoAfter(file, changes), ...(fenced ? [ended] : [])],
      mayRefuse:
        !isNamed ||
        losesEnd ||
        beginsInside ||
        flat.split("\n").some((line) => looksLikeSyntax(line) || isSentence(line)),
    },
    changes,
  };
}

const isSentence = (line: string): boolean => /[.:!?。…]\s*$/.test(line);

/** Whether the file begins and ends as before, and nearly all of it is there. */
function keepsMost({ lines }: FileText, changes: readonly Change[]): boolean {
  const gone = changes.reduce((sum, { start, end }) => sum + end - start, 0);
  const edges = changes[0]!.start > 1 && changes.at(-1)!.end < lines.length - 1;
  return edges && lines.length > 12 && gone * 6 < lines.length;
}
