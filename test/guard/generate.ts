import type { FormatName } from "../../src/core/edit.ts";
import type { Random } from "../merge/generate.ts";

/** A file of one language shape: what it declares, and the lines of each. */
export interface GeneratedFile {
  readonly path: string;
  readonly comment: string;
  readonly head: readonly string[];
  readonly parts: readonly Part[];
  readonly foot: readonly string[];
}

export interface Part {
  readonly name: string;
  readonly lines: readonly string[];
}

export interface GeneratedEdit {
  readonly kind: string;
  readonly text: string;
  readonly format: FormatName | "auto";
}

interface Shape {
  readonly extension: string;
  readonly comment: string;
  readonly head: readonly string[];
  readonly foot: readonly string[];
  readonly part: (name: string, body: readonly string[]) => readonly string[];
}

const shapes: readonly Shape[] = [
  {
    extension: "js",
    comment: "//",
    head: ['import { log } from "./log.js";', ""],
    foot: [],
    part: (name, body) => [`function ${name}(input) {`, ...body.map((one) => `  ${one};`), "}"],
  },
  {
    extension: "ts",
    comment: "//",
    head: ["export class Service {", "  private cache = new Map();", ""],
    foot: ["}"],
    part: (name, body) => [
      `  ${name}(input: string): this {`,
      ...body.map((one) => `    ${one};`),
      "    return this;",
      "  }",
    ],
  },
  {
    extension: "py",
    comment: "#",
    head: ["import os", "", ""],
    foot: [],
    part: (name, body) => [`def ${name}(input):`, ...body.map((one) => `    ${one}`)],
  },
  {
    extension: "go",
    comment: "//",
    head: ["package service", ""],
    foot: [],
    part: (name, body) => [`func ${name}(input string) {`, ...body.map((one) => `\t${one}`), "}"],
  },
  {
    extension: "rs",
    comment: "//",
    head: ["use std::fmt;", ""],
    foot: [],
    part: (name, body) => [
      `/// Does ${name}.`,
      `pub fn ${name}(input: &str) {`,
      ...body.map((one) => `    ${one};`),
      "}",
    ],
  },
  {
    extension: "rb",
    comment: "#",
    head: ["module Service", ""],
    foot: ["end"],
    part: (name, body) => [`  def ${name}(input)`, ...body.map((one) => `    ${one}`), "  end"],
  },
  {
    extension: "kt",
    comment: "//",
    head: ["package service", ""],
    foot: [],
    part: (name, body) => [`fun ${name}(input: String) {`, ...body.map((one) => `    ${one}`), "}"],
  },
];

const pick = <Item>(random: Random, items: readonly Item[]): Item => items[random(items.length)]!;
const between = (random: Random, low: number, high: number): number => low + random(high - low + 1);

/** A file of three to nine functions; some lines stand in several of them. */
export function generateFile(random: Random): GeneratedFile {
  const shape = pick(random, shapes);
  const count = between(random, 3, 9);
  const parts: Part[] = [];
  for (let index = 0; index < count; index++) {
    const name = `${pick(random, ["load", "store", "merge", "reset"])}${index}`;
    const body = Array.from({ length: between(random, 1, 5) }, (_, line) =>
      random(10) < 3
        ? pick(random, ["log(input)", "check(input)", "count(1)"])
        : `${pick(random, ["read", "write", "send"])}(input, ${index * 10 + line})`,
    );
    parts.push({ name, lines: shape.part(name, body) });
  }
  return { path: `a.${shape.extension}`, ...shape, parts };
}

/** The text of a file, a blank line between its parts. */
export function textOf(file: GeneratedFile, parts: readonly Part[] = file.parts): string {
  const body = parts.flatMap((part, index) => [...(index > 0 ? [""] : []), ...part.lines]);
  return `${[...file.head, ...body, ...file.foot].join("\n")}\n`;
}

const changed = (part: Part, random: Random): Part => {
  const lines = [...part.lines];
  const at = between(random, 1, Math.max(1, lines.length - 2));
  const indent = /^\s*/.exec(lines[at]!)![0];
  lines.splice(at, random(10) < 5 ? 0 : 1, `${indent}audit(input, ${between(random, 100, 999)})`);
  return { ...part, lines };
};

const twin = (part: Part): Part => ({
  name: `${part.name}Again`,
  lines: part.lines.map((line) => line.replaceAll(part.name, `${part.name}Again`)),
});

const hasWords = (line: string): boolean =>
  /\w/.test(line) && !/^\s*(?:end|return this;)$/.test(line);

/** An edit of a file in which something is left out that stays, or should. */
export function generateEdit(file: GeneratedFile, random: Random): GeneratedEdit {
  const marker = `${file.comment} ... existing code ...`;
  const { parts } = file;
  const at = between(random, 0, parts.length - 1);
  const one = changed(parts[at]!, random);
  const blank = (): string[] => (random(10) < 5 ? [""] : []);
  const gap = (): string[] => {
    const kinds = [[marker], [...blank(), marker, ...blank()], [""], [], ["}"], [`  ${marker}`]];
    return random(10) < 5 ? [...blank(), marker, ...blank()] : pick(random, kinds);
  };
  const sketch = (kind: string, lines: readonly string[]): GeneratedEdit => ({
    kind,
    text: `${lines.join("\n")}\n`,
    format: random(10) < 5 ? "lazy" : "auto",
  });
  const make: readonly (() => GeneratedEdit)[] = [
    () => sketch("a symbol alone", one.lines),
    () => sketch("a symbol between gaps", [...gap(), ...one.lines, ...gap()]),
    () => sketch("a new symbol", [...gap(), ...twin(parts[at]!).lines, ...gap()]),
    () =>
      sketch("a new symbol in a scope", [
        ...file.head.slice(0, 1),
        ...gap(),
        ...twin(parts.at(-1)!).lines,
        ...file.foot,
      ]),
    () => {
      const shown = parts.filter(() => random(10) < 5);
      return sketch(
        "some of the symbols",
        shown.flatMap((part) => [...gap(), ...(part === parts[at] ? one : part).lines, ...gap()]),
      );
    },
    () => {
      const shown = parts.map((part) => (part === parts[at] ? one : part));
      const kept = shown.filter((part) => part === one || random(10) < 8);
      const text = textOf(file, kept);
      return {
        kind: "a whole text with symbols left out",
        text,
        format: pick(random, ["auto", "lazy"]),
      };
    },
    () => {
      const lines = textOf(
        file,
        parts.map((part) => (part === parts[at] ? one : part)),
      ).split("\n");
      return sketch("a text that is cut off", lines.slice(0, between(random, 1, lines.length)));
    },
    () => {
      const lines = [...gap(), ...parts[at]!.lines.slice(0, 1), ...gap()];
      return sketch("first lines alone", [
        ...lines,
        ...(random(10) < 5 ? one.lines.slice(-2) : []),
      ]);
    },
    () => {
      const lines = textOf(file).split("\n");
      const from = between(random, 0, lines.length - 2);
      const shown = lines.slice(from, from + between(random, 1, 8));
      shown.splice(between(random, 0, shown.length), between(random, 0, 2));
      return sketch("a stretch with lines left out", [...gap(), ...shown, ...gap()]);
    },
    () => {
      const lines = textOf(file).split("\n");
      const from = between(random, 0, lines.length - 3);
      const search = lines.slice(from, from + between(random, 1, 8)).filter(() => random(10) < 9);
      const replace = search.map((line) =>
        hasWords(line) && random(10) < 3 ? line.replace(/\d+/, "7") : line,
      );
      const text = `<<<<<<< SEARCH\n${search.join("\n")}\n=======\n${replace.join("\n")}\n>>>>>>> REPLACE\n`;
      return { kind: "a block with lines left out", text, format: "search-replace" };
    },
    () => {
      const lines = textOf(file).split("\n");
      const from = between(random, 0, lines.length - 3);
      const shown = lines.slice(from, from + between(random, 2, 8)).filter(() => random(10) < 9);
      const hunk = shown.flatMap((line) =>
        random(10) < 2 ? [`-${line}`, `+${line.replace(/\d+/, "7")}`] : [` ${line}`],
      );
      return {
        kind: "a hunk with lines left out",
        text: `@@ ... @@\n${hunk.join("\n")}\n`,
        format: "unified-diff",
      };
    },
  ];
  return pick(random, make)();
}

/**
 * Whether an edit accounts for a part that is gone: in a removing line, in a comment, or by the lines on both sides with
 * no marker between. Plainer than the guard, and written apart from it: the lines here are known to be generated.
 */
export function isNamed(
  file: GeneratedFile,
  lost: Part,
  result: string,
  edit: GeneratedEdit,
): boolean {
  // A line that stands twice may be a neighbour, and may be passed over.
  return [1, 2].some((often) => isNamedBeside(file, lost, result, edit, often));
}

function isNamedBeside(
  file: GeneratedFile,
  lost: Part,
  result: string,
  edit: GeneratedEdit,
  often: number,
): boolean {
  const lines = edit.text.split("\n");
  const name = new RegExp(`\\b${lost.name}\\b`);
  if (edit.format === "search-replace") {
    return lines.slice(0, lines.indexOf("=======")).some((line) => name.test(line));
  }
  if (edit.format === "unified-diff")
    return lines.some((line) => line[0] === "-" && name.test(line));
  const there = new Set(result.split("\n").map((line) => line.trim()));
  const source = textOf(file)
    .split("\n")
    .map((line) => line.trim());
  const first = source.indexOf(lost.lines[0]!.trim());
  const isRare = (line: string): boolean => source.filter((one) => one === line).length <= often;
  const telling = (line: string): boolean => hasWords(line) && there.has(line) && isRare(line);
  const above = source.slice(0, first).findLast(telling);
  const below = source.slice(first + 1).find((line) => telling(line) || line === file.foot[0]);
  const shown = lines.map((line) => line.trim());
  // All of it as it was, under another name, between two markers.
  const body = lost.lines.slice(lost.lines[0]!.includes("///") ? 2 : 1).map((line) => line.trim());
  const at = shown.indexOf(body[0]!);
  if (body.length > 2 && at > 0 && body.every((line, n) => shown[at + n] === line)) {
    const around = [shown.slice(0, at), shown.slice(at + body.length)];
    if (around.every((side) => side.some((line) => line.includes("existing code")))) return true;
  }
  const isMarker = (line: string): boolean => line.includes("existing code");
  const from = above === undefined ? -1 : shown.lastIndexOf(above);
  if (above !== undefined && from === -1) return false;
  const rest = shown.slice(from + 1);
  const to = below === undefined ? rest.length : rest.indexOf(below);
  if (to === -1) return false;
  return (
    !rest.slice(0, to).some(isMarker) &&
    (above !== undefined || !shown.slice(0, from + 1).some(isMarker))
  );
}
