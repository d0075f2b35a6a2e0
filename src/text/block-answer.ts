import type { WrittenEdit } from "./model-answer.ts";
import { withoutThoughts } from "./model-answer.ts";

const start = /^\s{0,8}<{5,}\s*(?:SEARCH|ORIGINAL)\b/;
const divider = /^\s{0,8}={5,}\s*$/;
const end = /^\s{0,8}>{5,}\s*(?:REPLACE|UPDATED)\b/;
const fence = /^\s{0,8}(?:`{3,}|~{3,})(\S*)\s*$/;

/** Lines of wrapping (blank lines and fences) that may come between a path and its block. */
const mostWrapping = 3;

/**
 * The search/replace blocks of an answer, one edit for each path in the order of the paths. A path stands on a line of its own above
 * a block, or behind the fence that opens it; a block without one belongs to the path before it. Without any block, none.
 */
export function readSearchBlocks(answer: string): WrittenEdit[] {
  const lines = withoutThoughts(answer).split("\n");
  const edits = new Map<string | undefined, { texts: string[]; cutOff: boolean }>();
  let path: string | undefined;
  for (let at = 0; at < lines.length; at++) {
    if (!start.test(lines[at]!)) continue;
    path = pathAbove(lines, at) ?? path;
    const last = endOf(lines, at);
    const edit = edits.get(path) ?? { texts: [], cutOff: false };
    edits.set(path, edit);
    edit.texts.push(...lines.slice(at, (last ?? lines.length) + 1));
    if (last === undefined) edit.cutOff = true;
    at = last ?? lines.length;
  }
  return [...edits].map(([of, { texts, cutOff }]) => ({
    ...(of !== undefined && { path: of }),
    text: `${texts.join("\n")}\n`,
    cutOff,
  }));
}

/** The closing line of the block that opens at a line; undefined where the next block begins first, or there is none. */
function endOf(lines: readonly string[], at: number): number | undefined {
  let divided = false;
  for (let index = at + 1; index < lines.length; index++) {
    if (divider.test(lines[index]!)) divided = true;
    else if (divided && end.test(lines[index]!)) return index;
  }
  return undefined;
}

function pathAbove(lines: readonly string[], at: number): string | undefined {
  for (let index = at - 1, wrapping = 0; index >= 0 && wrapping <= mostWrapping; index--) {
    const line = lines[index]!;
    const info = fence.exec(line)?.[1];
    if (info === undefined && line.trim() !== "") return pathIn(line);
    if (info && /[./\\]/.test(info)) return info;
    wrapping++;
  }
  return undefined;
}

/** A line that is a path, perhaps in quotes, in bold, as a heading, or behind a word such as "File:"; undefined for prose. */
function pathIn(line: string): string | undefined {
  const text = line
    .trim()
    .replace(/^#{1,6}\s+/, "")
    .replace(/^[*`'"]+|[*`'":]+$/g, "")
    .replace(/^(?:file|path):\s*/i, "")
    .replace(/^[*`'"]+|[*`'":]+$/g, "");
  return text !== "" && !/\s/.test(text) && !end.test(line) ? text : undefined;
}
