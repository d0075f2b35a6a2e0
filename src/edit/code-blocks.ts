import { spend } from "../text/budget.ts";
import { pathIn, samePath } from "./paths.ts";

interface Fence {
  readonly mark: string;
  readonly info: string;
}

/** An opening or closing code fence at the start of a line, or undefined if there is none. */
export function fenceOf(line: string): Fence | undefined {
  const match = /^\s{0,3}(`{3,}|~{3,})\s*([^`]*)$/.exec(line);
  return match ? { mark: match[1]!, info: match[2]!.trim() } : undefined;
}

/** Whether a line closes what a fence opened. */
export function endsFence(line: string, open: Fence): boolean {
  const fence = fenceOf(line);
  return (
    fence !== undefined &&
    fence.info === "" &&
    fence.mark[0] === open.mark[0] &&
    fence.mark.length >= open.mark.length
  );
}

/** A fenced block of a reply. Lines are 0-based places in the text that was looked at. */
export interface CodeBlock {
  readonly open: number;
  /** -1 = never closed. */
  readonly close: number;
  readonly info: string;
  /** The path that the fence itself or the line above it names. */
  readonly path?: string;
}

/** How many blocks the fences of a text make in pairs, as Markdown reads them, and whether the last one is left open. */
export function fencePairs(lines: readonly string[]): {
  readonly count: number;
  readonly isOpen: boolean;
} {
  let open: Fence | undefined;
  let count = 0;
  for (const line of lines) {
    const fence = fenceOf(line);
    if (fence === undefined) continue;
    if (open === undefined) open = fence;
    else if (endsFence(line, open)) {
      open = undefined;
      count++;
    }
  }
  return { count, isOpen: open !== undefined };
}

/** The blocks of a text, one after the other; those inside another one are its text. */
export function codeBlocks(
  lines: readonly string[],
  inSource: (line: string) => boolean,
): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  for (let index = 0; index < lines.length; index++) {
    const fence = fenceOf(lines[index]!);
    if (!fence) continue;
    const close = closingFence(lines, index, inSource);
    const path = pathInInfo(fence.info) ?? pathAbove(lines, index);
    const block = { open: index, close, info: fence.info };
    blocks.push(path === undefined ? block : { ...block, path });
    if (close === -1) break;
    index = close;
  }
  return blocks;
}

/** The path in a fence's info string: ```` ```ts src/a.ts ````, ```` ```ts:src/a.ts ````, ```` ```src/a.ts ````. */
function pathInInfo(info: string): string | undefined {
  const words = info
    .split(/[\s:]+|(?:title|filename|path|file)=/)
    .map((w) => w.replace(/^["']|["']$/g, ""));
  for (const word of words.reverse()) {
    if (word !== "" && /[./\\]/.test(word) && pathIn(word) !== undefined) return word;
  }
  return undefined;
}

function pathAbove(lines: readonly string[], open: number): string | undefined {
  let index = open - 1;
  while (index >= 0 && lines[index]!.trim() === "") index--;
  const above = lines[index];
  return above === undefined || fenceOf(above) ? undefined : pathIn(above);
}

/** What it takes to look whether a line is a fence. */
const stepsALine = 4;

/**
 * Index of the line that closes the fence opened at `open`; -1 = never closed. Fences inside are text where
 * the file has these lines; else an inner fence with an info string opens one level more.
 */
function closingFence(
  lines: readonly string[],
  open: number,
  inSource: (line: string) => boolean,
): number {
  spend(stepsALine * (lines.length - open));
  const fence = fenceOf(lines[open]!)!;
  const end = lines.findLastIndex((line) => line.trim() !== "");
  if (end > open && endsFence(lines[end]!, fence)) {
    const inner = lines.slice(open + 1, end).filter((line) => fenceOf(line));
    // Blocks come as opening and closing: one fence left over inside can only be text.
    if (inner.every(inSource) || inner.length % 2 === 1) return end;
  }
  const wrapsMarkdown = /^(?:md|markdown|mdx|rst|text|txt)\b/i.test(fence.info);
  let depth = 0;
  let last = -1;
  for (let index = open + 1; index < lines.length; index++) {
    const inner = fenceOf(lines[index]!);
    if (!inner || inner.mark[0] !== fence.mark[0]) continue;
    if (endsFence(lines[index]!, fence)) {
      last = index;
      if (depth === 0 && !wrapsMarkdown) return index;
      if (depth > 0) depth -= 1;
    } else if (inner.info !== "") depth += 1;
  }
  return last;
}

/** Whether the reply says that a block belongs to the file; undefined if it says nothing. */
export function isBlockOf(block: CodeBlock, path: string): boolean | undefined {
  return block.path === undefined ? undefined : samePath(block.path, path);
}
