import type { InstructEvent } from "../instruct/edit-files.ts";
import { commonIndent } from "../text/indent.ts";
import { unifiedDiff } from "../workspace/diff.ts";

/** The hunks of files that a model is writing, as soon as nothing that follows can change them. */
export interface HunkStream {
  event(event: InstructEvent): void;
  /** Prints what is left of the final diff of a file, or all of it where it is another one than was printed. */
  finish(path: string, patch: string): void;
}

interface Source {
  readonly path: string;
  /** Its name in the diff. */
  readonly shown?: string;
  readonly text: string;
}

/** Unchanged lines behind a hunk from which it is final: its own context, that of the next one, and one more. */
const settled = 7;

export function hunkStream(
  files: readonly Source[],
  {
    write,
    note,
  }: { readonly write: (text: string) => void; readonly note: (text: string) => void },
): HunkStream {
  const printed = new Map<string, string[]>();
  let answer = "";
  let read = 0;
  let asked: Extract<InstructEvent, { readonly type: "asked" }> | undefined;
  let growing: Growing | undefined;

  function print(path: string, pieces: readonly string[]): void {
    const before = printed.get(path) ?? [];
    for (const piece of pieces.slice(before.length)) write(piece);
    printed.set(path, [...before, ...pieces.slice(before.length)]);
  }

  function begin(path: string, range?: readonly [number, number]): void {
    const file = files.find((one) => one.path === path);
    growing = file && growingFile(file, range);
  }

  /** Takes one whole line of the answer. */
  function takeLine(text: string): void {
    if (asked?.via === "rewrite" && !asked.fenced) {
      const open = /^\s*<updated_file path="([^"\n]{1,300})">/.exec(text);
      if (text.startsWith("</updated_file>")) growing = undefined;
      if (open) {
        begin(open[1]!);
        return;
      }
    } else if ((asked?.via === "region" || asked?.fenced) && /^(?:`{3,}|~{3,})/.test(text)) {
      if (growing === undefined) begin(asked.paths[0]!, asked.lines);
      else growing = undefined;
      return;
    }
    if (growing === undefined) return;
    const pieces = growing.take(text);
    if (pieces !== undefined) print(growing.path, pieces);
  }

  return {
    event(event) {
      if (event.type === "asked") {
        asked = event;
        answer = "";
        read = 0;
        growing = undefined;
      } else if (event.type === "text") {
        answer += event.text;
        for (let end = answer.indexOf("\n", read); end >= 0; end = answer.indexOf("\n", read)) {
          takeLine(answer.slice(read, end).replace(/\r$/, ""));
          read = end + 1;
        }
      } else if (event.type === "edited") {
        const { path, result } = event.file;
        const before = files.find((file) => file.path === path);
        if (before === undefined || event.file.via === "rewrite" || event.file.via === "region")
          return;
        print(path, hunksOfPatch(diffOf(before, result.text ?? "")));
      }
    },
    finish(path, patch) {
      const pieces = hunksOfPatch(patch);
      const before = printed.get(path) ?? [];
      if (before.some((piece, index) => piece !== pieces[index])) {
        note(`${path}: the result differs from what was printed above. The whole diff:\n`);
        printed.delete(path);
      }
      print(path, pieces);
    },
  };
}

interface Growing {
  readonly path: string;
  /** Answers the pieces that are final where there are new ones. */
  take(line: string): readonly string[] | undefined;
}

/** A file whose new text comes line by line; with `range` only these lines (1-based, inclusive) are written, without their indentation. */
function growingFile(
  { path, text, shown = path }: Source,
  range?: readonly [number, number],
): Growing {
  const source = text.split("\n");
  const isWindows = source[0]?.endsWith("\r") ?? false;
  const start = range ? range[0] - 1 : 0;
  const written = source.slice(0, start);
  const indent = range ? commonIndent(source.slice(start, range[1])) : "";
  /** The source line that the last written one is taken for, once they agree. */
  let at = start;
  let isPending = false;
  return {
    path,
    take(line) {
      const own = line.trim() === "" ? line.trim() : indent + line;
      written.push(isWindows ? `${own}\r` : own);
      if (!isPending && source[at] === written.at(-1)) {
        at++;
        return undefined;
      }
      isPending = true;
      const tail = written.slice(-settled);
      const found = tail.length < settled ? -1 : indexOfLines(tail, source, at);
      if (found < 0) return undefined;
      at = found + settled;
      isPending = false;
      const before = { path, shown, text: `${source.slice(0, at).join("\n")}\n` };
      return hunksOfPatch(diffOf(before, `${written.join("\n")}\n`));
    },
  };
}

/** Where lines are in the source, from a line on; -1 = nowhere. */
function indexOfLines(lines: readonly string[], source: readonly string[], from: number): number {
  for (let start = from; start + lines.length <= source.length; start++) {
    if (lines.every((line, index) => source[start + index] === line)) return start;
  }
  return -1;
}

const diffOf = ({ path, text, shown = path }: Source, after: string): string =>
  unifiedDiff({ path: shown, text }, { path: shown, text: after });

/** The header of a diff and each of its hunks. */
function hunksOfPatch(patch: string): string[] {
  const pieces: string[] = [];
  for (const line of patch.split(/(?<=\n)/)) {
    if (line === "") continue;
    if (pieces.length === 0 || line.startsWith("@@ ")) pieces.push(line);
    else pieces[pieces.length - 1] += line;
  }
  return pieces;
}
