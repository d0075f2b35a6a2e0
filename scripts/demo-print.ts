import { unifiedDiff } from "../src/workspace/diff.ts";

const colours = process.env.NO_COLOR === undefined && process.stdout.isTTY === true;

export const paint = (code: number, text: string): string =>
  colours ? `\x1b[${code}m${text}\x1b[0m` : text;
export const dim = (text: string): string => paint(2, text);
export const print = (text = ""): void => void process.stdout.write(`${text}\n`);

export function heading(name: string, what: string): void {
  print(`\n${paint(1, name)}  ${dim(what)}\n`);
}

export function linesOf(text: string): string[] {
  return text.replace(/\n$/, "").split("\n");
}

export function printDiff(path: string, before: string, after: string): void {
  const diff = unifiedDiff({ path, text: before }, { path, text: after });
  for (const line of linesOf(diff)) print(`  ${painted(line)}`);
}

export function painted(line: string): string {
  if (/^(?:---|\+\+\+|@@)/.test(line)) return dim(line);
  if (line.startsWith("+")) return paint(32, line);
  return line.startsWith("-") ? paint(31, line) : line;
}
