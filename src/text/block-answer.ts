import { type WrittenEdit, withoutThoughts } from "./model-answer.ts";

const blockStart = /^\s{0,8}<{5,}\s*(?:SEARCH|ORIGINAL)\b/;
const blockDivider = /^\s{0,8}={5,}\s*$/;
const blockClose = /^\s{0,8}>{5,}\s*(?:REPLACE|UPDATED)\b/;
const fenceLine = /^\s{0,8}(?:`{3,}|~{3,})(\S*)\s*$/;

/** Quotes and emphasis around a path, and the colon behind it. */
const wrapping = /^[*`'"]{1,4}|[*`'":]{1,4}$/g;

/** Lines of wrapping (blank lines and fences) that may come between a path and its block. */
const mostLinesAbove = 3;

/**
 * The search/replace blocks of an answer, one edit for each path in the order of the paths. A path is on a line of its own above
 * a block, or behind the fence that opens it; a block without one belongs to the path before it. A block
 * that is cut off is part of the text: who reads the blocks says what it lacks. Without any block, none.
 */
export function readSearchBlocks(answer: string): WrittenEdit[] {
  const lines = withoutThoughts(answer).split("\n");
  const edits = new Map<string | undefined, string[]>();
  let path: string | undefined;
  for (let at = 0; at < lines.length; at++) {
    if (!blockStart.test(lines[at]!)) continue;
    path = pathOfBlock(lines, at) ?? path;
    const last = replaceLine(lines, at);
    const edit = edits.get(path) ?? [];
    edits.set(path, edit);
    edit.push(...lines.slice(at, (last ?? lines.length) + 1));
    at = last ?? lines.length;
  }
  return [...edits].map(([of, texts]) => ({
    ...(of !== undefined && { path: of }),
    text: `${texts.join("\n")}\n`,
    cutOff: false,
  }));
}

/** The closing line of the block that opens at a line; undefined where there is none. */
function replaceLine(lines: readonly string[], at: number): number | undefined {
  let divided = false;
  for (let index = at + 1; index < lines.length; index++) {
    if (blockDivider.test(lines[index]!)) divided = true;
    else if (divided && blockClose.test(lines[index]!)) return index;
  }
  return undefined;
}

function pathOfBlock(lines: readonly string[], at: number): string | undefined {
  for (let index = at - 1, passed = 0; index >= 0 && passed <= mostLinesAbove; index--) {
    const line = lines[index]!;
    const info = fenceLine.exec(line)?.[1];
    if (info === undefined && line.trim() !== "") return pathAlone(line);
    if (info && /[./\\]/.test(info)) return info;
    passed++;
  }
  return undefined;
}

/** A line that is a path, perhaps in quotes, in bold, as a heading, or behind a word such as "File:"; undefined for prose. */
function pathAlone(line: string): string | undefined {
  const text = line
    .trim()
    .replace(/^#{1,6}\s+/, "")
    .replace(wrapping, "")
    .replace(/^(?:file|path):\s*/i, "")
    .replace(wrapping, "");
  return text !== "" && !/\s/.test(text) && !blockClose.test(line) ? text : undefined;
}
