import type { EditInput } from "./format.ts";
import { pathIn } from "./paths.ts";
import { fenceOf } from "./wrapping.ts";

/** A tag alone on its line, perhaps with the language behind it: some models write `<source>python` for a fence. */
const tagLine = /^\s*<\/?[A-Za-z][\w.-]*(?:\s[^<>]*)?>\s*[\w+#-]*\s*$/;
const pathTag = /^\s*<([\w-]*(?:path|file|filename))>\s*([^<>]+?)\s*<\/\1>\s*$/i;
const pathAttribute = /\s(?:[\w-]*path|file|filename|name)\s*=\s*["']?([^"'<>\s]+)/i;

/** Lines of wrapping that may come between a path and its block. */
const mostWrapping = 4;

/** The path that is named on the lines between `from` and a block, through fences, tags and blank lines. */
export function pathBefore(input: EditInput, from: number, start: number): string | undefined {
  let wrapping = 0;
  for (let index = start - 1; index >= from && wrapping <= mostWrapping; index--) {
    const line = input.lines[index]!;
    if (line.trim() === "") continue;
    const path = pathOn(line);
    if (path !== undefined) return path;
    if (fenceOf(line) === undefined && !tagLine.test(line)) return undefined;
    wrapping++;
  }
  return undefined;
}

function pathOn(line: string): string | undefined {
  const fence = fenceOf(line);
  if (fence) return infoPath(fence.info);
  const inTag = pathTag.exec(line)?.[2];
  if (inTag !== undefined) return pathIn(inTag);
  const attribute = tagLine.test(line) ? pathAttribute.exec(line)?.[1] : undefined;
  return attribute === undefined ? pathIn(line) : pathIn(attribute);
}

function infoPath(info: string): string | undefined {
  const word = info.split(/[\s:]+/).find((one) => /[./\\]/.test(one));
  return word === undefined ? undefined : pathIn(word);
}
