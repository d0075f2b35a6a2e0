import type { ApplyPair, ApplySketch } from "../cases.ts";
import { shuffled } from "./choose.ts";
import type { DerivedSet } from "./drift.ts";

/** A function at the left edge of a file, or a method of a class. */
interface FoundFunction {
  readonly name: string;
  readonly lines: readonly string[];
}

/** How a function at the left edge begins, by language. The group is its name. */
const functionStart: Readonly<Record<string, RegExp>> = {
  python: /^(?:async )?def (\w+)\(/,
  typescript: /^(?:export )?(?:async )?function (\w+)/,
  tsx: /^(?:export )?(?:async )?function (\w+)/,
  javascript: /^(?:export )?(?:async )?function (\w+)/,
  go: /^func (\w+)\(/,
  rust: /^(?:pub )?(?:async )?fn (\w+)/,
  c: /^(?:static )?(?:int|void|char|size_t|bool)[ *]+(\w+)\([^;]*$/,
};
const classStart = /^(?:export |public |final |abstract )*class \w+.*\{$/;
const methodStart =
  /^(?: {2}| {4})(?:public |private |static |async )*(?!(?:if|for|while|switch|catch)\b)[\w<>[\]]+ ?\w*\(.*\{$/;
const withClasses = ["typescript", "tsx", "javascript", "java"];
/** What a file may begin with that code must not be put before. */
const fileHeaders = ["#!", '"""', "/*", "//", "package ", "use strict"];
const functionLength = { least: 3, most: 25 };

/**
 * Code that is added where the file has no line to quote, each without and with a blank line after the marker:
 * S7a marker and a function like the file's last one; S7b marker and a function of another file; S7c marker, the file's last three
 * lines, such a function; S7p such a function and a marker; S7m a method in a class. Every sketch is a case of its own.
 */
export function appendSet<Pair extends ApplyPair>(pairs: readonly Pair[]): DerivedSet<Pair> {
  const functions = new Map(pairs.map((pair) => [pair.id, functionsOf(pair)]));
  const cases: Pair[] = [];
  const sketches: ApplySketch[] = [];
  for (const pair of pairs) {
    if (pair.before.includes("\r") || !pair.before.endsWith("\n")) continue;
    const others = pairs
      .filter(({ id, language }) => id !== pair.id && language === pair.language)
      .flatMap(({ id }) => functions.get(id)!)
      .filter(({ name }) => !pair.before.includes(name));
    for (const spaced of [false, true]) {
      const made = [
        ...appended(pair, functions.get(pair.id)!, others, spaced),
        ...methodAdded(pair, spaced),
      ];
      for (const { style, after, sketch } of made) {
        const id = `${pair.id}^${style}${spaced ? "b" : ""}`;
        const noise = spaced ? ["blank"] : [];
        cases.push({ ...pair, id, after });
        sketches.push({ id: `${id}#${style}`, case: id, style, format: "lazy", sketch, noise });
      }
    }
  }
  return { cases, sketches };
}

interface Appended {
  readonly style: string;
  readonly after: string;
  readonly sketch: string;
}

function appended(
  pair: ApplyPair,
  own: readonly FoundFunction[],
  others: readonly FoundFunction[],
  spaced: boolean,
): Appended[] {
  const last = own.at(-1);
  if (last === undefined) return [];
  const marker = markerOf(pair);
  const gap = spaced ? "\n\n" : "\n";
  const file = pair.before.replace(/\n+$/, "");
  const twin = twinOf(last).join("\n");
  const atEnd = (code: string): string => `${file}\n\n${code}\n`;
  const made = [{ style: "S7a", after: atEnd(twin), sketch: `${marker}${gap}${twin}\n` }];
  for (const style of ["S7b", "S7c", "S7p"]) {
    const code = shuffled(others, `${pair.id} ${style} ${spaced}`)[0]?.lines.join("\n");
    if (code === undefined) continue;
    const tail = file.split("\n").slice(-3).join("\n");
    if (style === "S7b")
      made.push({ style, after: atEnd(code), sketch: `${marker}${gap}${code}\n` });
    else if (style === "S7c")
      made.push({ style, after: atEnd(code), sketch: `${marker}\n${tail}\n${gap}${code}\n` });
    else if (!fileHeaders.some((header) => pair.before.startsWith(header)))
      made.push({ style, after: `${code}\n\n${pair.before}`, sketch: `${code}${gap}${marker}\n` });
  }
  return made;
}

/** The first class that has a method to copy gets one more at its end. */
function methodAdded(pair: ApplyPair, spaced: boolean): Appended[] {
  if (!withClasses.includes(pair.language ?? "")) return [];
  const lines = pair.before.replace(/\n+$/, "").split("\n");
  for (const [start, head] of lines.entries()) {
    if (!classStart.test(head)) continue;
    const end = lines.findIndex((line, i) => i > start && line.startsWith("}"));
    if (end - start < 8 || lines.indexOf(head) !== lines.lastIndexOf(head)) continue;
    const method = lastMethod(lines.slice(start + 1, end));
    if (method === undefined) continue;
    const indent = /^\s*/.exec(method.lines[0]!)![0];
    const code = renamed(method);
    const after = [...lines.slice(0, end), "", ...code, ...lines.slice(end)];
    const shown = [head, `${indent}${markerOf(pair)}`, ...(spaced ? [""] : []), ...code, "}"];
    return [{ style: "S7m", after: `${after.join("\n")}\n`, sketch: `${shown.join("\n")}\n` }];
  }
  return [];
}

function lastMethod(body: readonly string[]): FoundFunction | undefined {
  const start = body.findLastIndex((line) => methodStart.test(line));
  if (start < 0) return undefined;
  const indent = /^\s*/.exec(body[start]!)![0];
  const end = body.findIndex((line, i) => i > start && line.trimEnd() === `${indent}}`);
  const name = /(\w+)\(/.exec(body[start]!)![1]!;
  return end < 0 || end - start > 20 ? undefined : { name, lines: body.slice(start, end + 1) };
}

function functionsOf(pair: ApplyPair): FoundFunction[] {
  const pattern = functionStart[pair.language ?? ""];
  if (pattern === undefined || pair.before.includes("\r")) return [];
  const lines = pair.before.split("\n");
  return lines.flatMap((line, start) => {
    const name = pattern.exec(line)?.[1];
    if (name === undefined) return [];
    const end = pair.language === "python" ? endByIndent(lines, start) : endByBrace(lines, start);
    const length = end - start;
    if (length < functionLength.least || length > functionLength.most || end > lines.length)
      return [];
    return [{ name, lines: lines.slice(start, end) }];
  });
}

function endByBrace(lines: readonly string[], start: number): number {
  const brace = lines.findIndex((line, i) => i > start && line.startsWith("}"));
  return brace < 0 ? lines.length + 1 : brace + 1;
}

/** The end of a Python function: before the next line at the left edge that is not its closing bracket, without blank lines. */
function endByIndent(lines: readonly string[], start: number): number {
  let end = lines.findIndex((line, i) => i > start && line.trim() !== "" && !/^[ \t)]/.test(line));
  if (end < 0) end = lines.length;
  while (lines[end - 1]!.trim() === "") end--;
  return end;
}

function renamed({ name, lines }: FoundFunction): string[] {
  const word = new RegExp(`\\b${name}\\b`, "g");
  return lines.map((line) => line.replace(word, `${name}Again`));
}

/** A function like it: another name, and its first number, if it has one of at most five digits, one higher. */
function twinOf(found: FoundFunction): string[] {
  const text = renamed(found).join("\n");
  const other = text.replace(/\b\d+\b/, (digits) =>
    digits.length < 6 ? String(Number(digits) + 1) : digits,
  );
  return other.split("\n");
}

function markerOf({ language }: ApplyPair): string {
  return `${language === "python" ? "#" : "//"} ... existing code ...`;
}
