import { spend } from "../text/budget.ts";
import { pathIn } from "./paths.ts";

/** Text between an opening tag alone on its line and the closing one alone on its. Lines are 0-based. */
export interface TagBlock {
  readonly name: string;
  readonly open: number;
  readonly close: number;
  /** A path in the opening tag, as in `<file path="a.py">`, or in an element of its own, as in `<path>a.py</path>`. */
  readonly path?: string;
}

const openingTag = /^\s{0,8}<([A-Za-z][\w.:-]*)((?:\s[^<>]*)?)>\s*(?:<!\[CDATA\[)?\s*$/;
const element = /^\s*<([A-Za-z][\w.:-]*)(?:\s[^<>]*)?>([^<>]*)<\/\1>\s*$/;

/** Whether a line is nothing but a tag, opening or closing. */
export function isLoneTag(line: string): boolean {
  return /^(?:\]\]>\s*)?<\/?[A-Za-z][\w.:-]*(?:\s[^<>]*)?\/?>\s*(?:<!\[CDATA\[)?$/.test(
    line.trim(),
  );
}

/** An element on one line, as tools send arguments besides a text: `<path>a.py</path>`, `<line_count>14</line_count>`. */
export function isArgument(line: string): boolean {
  return element.test(line);
}

/** The outermost tag blocks of a text, in order; tags that belong to the file (`isOwn`) are text. */
export function tagBlocks(lines: readonly string[], isOwn: (name: string) => boolean): TagBlock[] {
  const blocks: TagBlock[] = [];
  const passed = new Set<string>();
  let named: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    const argument = element.exec(lines[index]!);
    if (argument && pathIn(argument[2]!.trim()) !== undefined) named = argument[2]!.trim();
    const match = openingTag.exec(lines[index]!);
    if (!match || match[2]!.endsWith("/")) continue;
    const name = match[1]!;
    if (passed.has(name)) continue;
    const close = isOwn(name) ? -1 : blockEndTag(lines, index, name);
    if (close === -1) {
      passed.add(name);
      continue;
    }
    const path = pathAmong(match[2]!) ?? named;
    blocks.push({ name, open: index, close, ...(path !== undefined && { path }) });
    index = close;
  }
  return blocks;
}

function blockEndTag(lines: readonly string[], open: number, name: string): number {
  spend(4 * (lines.length - open));
  let depth = 0;
  for (let index = open + 1; index < lines.length; index++) {
    const text = lines[index]!.trim().replace(/^\]\]>\s*/, "");
    if (openingTag.exec(text)?.[1] === name) depth++;
    else if (text === `</${name}>` && depth-- === 0) return index;
  }
  return -1;
}

/** The first attribute whose value is a path. */
function pathAmong(attributes: string): string | undefined {
  for (const [, value] of attributes.matchAll(/=\s*["']?([^"'\s>]+)/g)) {
    if (/[./\\]/.test(value!) && pathIn(value!) === value) return value;
  }
  return undefined;
}
