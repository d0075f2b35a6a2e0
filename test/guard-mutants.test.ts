import { describe, expect, it } from "vitest";
import type { FormatName } from "../src/core/edit.ts";
import { readEdit } from "../src/edit/read.ts";
import { guard } from "../src/workspace/guard.ts";
import { newErrors, syntaxFor } from "../src/workspace/syntax.ts";

/** What a merge with a mistake in it would have written, and the check that must refuse it. */
interface Mutant {
  readonly bug: string;
  readonly path?: string;
  readonly source: string;
  readonly edit: string;
  readonly format: FormatName;
  readonly right: string;
  readonly wrong: string;
  readonly check: string;
  readonly says: RegExp;
}

const cart = `import { tax } from "./tax.js";

export class Cart {
  constructor() {
    this.items = [];
  }

  add(item) {
    this.items.push(item);
    return this;
  }

  reset() {
    this.items = [];
    return this;
  }

  total() {
    return this.items.reduce((sum, item) => sum + item.price, 0);
  }
}

export function format(cents) {
  return (cents / 100).toFixed(2);
}
`;

const lines = (text: string): string[] => text.split("\n");
const without = (text: string, from: number, to: number): string =>
  [...lines(text).slice(0, from - 1), ...lines(text).slice(to)].join("\n");
const block = (search: string, replace: string): string =>
  `<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n`;

const discount = "\n  discount(share) {\n    this.share = share;\n    return this;\n  }\n";
const added = cart.replace("0);\n  }\n", `0);\n  }\n${discount}`);
const sketch = `// ... existing code ...\n    return this.items.reduce((sum, item) => sum + item.price, 0);\n  }\n${discount}}\n// ... existing code ...\n`;
const atEnd = `export class Cart {\n  // ... existing code ...\n${discount}}\n// ... existing code ...\n`;

const formatBlock = block(
  "  return (cents / 100).toFixed(2);\n",
  "  return (cents / 100).toFixed(3);\n",
);
const formatted = cart.replace("toFixed(2)", "toFixed(3)");
const twoBlocks =
  block("    this.items.push(item);\n", "    this.items.unshift(item);\n") + formatBlock;
const settings = '{\n  "name": "app",\n  "port": 80,\n  "tags": [1, 2]\n}\n';
const overloads = `class Log {
  void write(int value) {
    out.print(value);
  }

  void write(String text) {
    out.println(text);
  }

  void flush() {
    out.flush();
  }
}
`;
const flush = "  void flush() {\n    out.flush();\n    out.sync();\n  }\n";

const mutants: readonly Mutant[] = [
  {
    bug: "drops a function beside the new one",
    source: cart,
    edit: sketch,
    format: "lazy",
    right: added,
    wrong: without(added, 13, 17),
    check: "no declaration lost",
    says: /`reset` \(lines 13-16\) would be lost/,
  },
  {
    bug: "takes a brace and a blank line as anchors",
    source: cart,
    edit: atEnd,
    format: "lazy",
    right: added,
    wrong: cart.replace("  reset() {\n    this.items = [];", discount.slice(1, 44).trimEnd()),
    check: "no declaration lost",
    says: /`reset`/,
  },
  {
    bug: "shifts the range of a block by a line",
    source: cart,
    edit: formatBlock,
    format: "search-replace",
    right: formatted,
    wrong: without(cart, 23, 23).replace(
      "  return (cents",
      "  return (cents / 100).toFixed(3);\n  return (cents",
    ),
    check: "no declaration lost",
    says: /`format` \(line 23/,
  },
  {
    bug: "loses the tail",
    source: cart,
    edit: sketch,
    format: "lazy",
    right: added,
    wrong: lines(added).slice(0, 26).join("\n"),
    check: "no declaration lost",
    says: /`format`/,
  },
  {
    bug: "loses a line that no block removes",
    source: cart,
    edit: formatBlock,
    format: "search-replace",
    right: formatted,
    wrong: formatted.replace("    this.items.push(item);\n", ""),
    check: "nothing lost unnamed",
    says: /line 9 \("this\.items\.push\(item\);"\) would be lost/,
  },
  {
    bug: "writes the divider",
    source: cart,
    edit: formatBlock,
    format: "search-replace",
    right: formatted,
    wrong: formatted.replace("(3);\n", "(3);\n=======\n"),
    check: "no line of the edit's own syntax",
    says: /line 25 of the result would be a line of a search block: "======="/,
  },
  {
    bug: "writes the fence around a sketch",
    path: "cart.sql",
    source: "create table cart (id int);\ncreate view carts as select 1;\n",
    edit: "```sql\ncreate table cart (id bigint);\ncreate view carts as select 1;\n```\n",
    format: "lazy",
    right: "create table cart (id bigint);\ncreate view carts as select 1;\n",
    wrong: "```sql\ncreate table cart (id bigint);\ncreate view carts as select 1;\n",
    check: "no line of the edit's own syntax",
    says: /line 1 of the result would be a fence of a code block/,
  },
  {
    bug: "puts two blocks in each other's place",
    source: cart,
    edit: twoBlocks,
    format: "search-replace",
    right: formatted.replace("push", "unshift"),
    wrong: cart
      .replace("    this.items.push(item);", "  return (cents / 100).toFixed(3);")
      .replace("  return (cents / 100).toFixed(2);", "    this.items.unshift(item);"),
    check: "every change in its place",
    says: /"this\.items\.unshift\(item\);"\) would be at line 24/,
  },
  {
    bug: "turns the order of a sketch round",
    source: cart,
    edit: "// ... existing code ...\n    this.items.unshift(item);\n    // ... existing code ...\n  return (cents / 100).toFixed(3);\n}\n",
    format: "lazy",
    right: formatted.replace("push", "unshift"),
    wrong: cart
      .replace("    this.items.push(item);", "  return (cents / 100).toFixed(3);")
      .replace("  return (cents / 100).toFixed(2);", "    this.items.unshift(item);"),
    check: "every change in its place",
    says: /in reverse order/,
  },
  {
    bug: "writes a stretch twice",
    source: cart,
    edit: formatBlock,
    format: "search-replace",
    right: formatted,
    wrong: formatted.replace(
      "  total() {",
      "  add(item) {\n    this.items.push(item);\n    return this;\n  }\n\n  total() {",
    ),
    check: "nothing doubled",
    says: /would occur 2 times instead of 1, and the edit does not add it/,
  },
  {
    bug: "takes one overload for the other",
    path: "Log.java",
    source: overloads,
    edit: `class Log {\n  // ... existing code ...\n${flush}}\n`,
    format: "lazy",
    right: overloads.replace("    out.flush();\n", "    out.flush();\n    out.sync();\n"),
    wrong: without(overloads, 6, 9).replace(
      "    out.flush();\n",
      "    out.flush();\n    out.sync();\n",
    ),
    check: "no declaration lost",
    says: /`write` \(lines 6-8\)/,
  },
  {
    bug: "removes another function than the comment names",
    source: cart,
    edit: "// ... existing code ...\n  // removed reset()\n\n  total() {\n// ... existing code ...\n",
    format: "lazy",
    right: without(cart, 13, 17),
    wrong: without(cart, 8, 12),
    check: "no declaration lost",
    says: /`add` \(lines 8-11\)/,
  },
  {
    bug: "writes the numbers of a read tool",
    source: cart,
    edit: "// ... existing code ...\n23 | export function format(cents) {\n24 |   return (cents / 100).toFixed(3);\n25 | }\n",
    format: "lazy",
    right: formatted,
    wrong: cart.replace(
      "  return (cents / 100).toFixed(2);",
      "24 |   return (cents / 100).toFixed(3);",
    ),
    check: "no line of the edit's own syntax",
    says: /line 24 of the result would have a line number in it/,
  },
  {
    bug: "moves lines that the edit does not have",
    source: cart,
    edit: formatBlock,
    format: "search-replace",
    right: formatted,
    wrong: without(formatted, 8, 12).replace(
      "  total() {",
      "  add(item) {\n    this.items.push(item);\n    return this;\n  }\n\n  total() {",
    ),
    check: "every change in its place",
    says: /would move above/,
  },
  {
    bug: "leaves a comma behind",
    path: "settings.json",
    source: settings,
    edit: '{\n  "name": "app",\n  // ... existing code ...\n  "port": 8080\n}\n',
    format: "lazy",
    right: '{\n  "name": "app",\n  "port": 8080\n}\n',
    wrong: '{\n  "name": "app",\n  "port": 8080,\n}\n',
    check: "no new syntax errors",
    says: /1/,
  },
];

describe("a merge with a mistake in it", () => {
  it.each(mutants)("is refused where it $bug", async (mutant) => {
    const { source, edit: written, format, path = "cart.js" } = mutant;
    expect(mutant.wrong).not.toBe(source);
    const edit = readEdit(written, { path, source, format });
    const checker = (await syntaxFor(path))!;
    const look = (text: string): Record<string, string | undefined> => {
      const known = { path, source, text, edit, written, isWhole: false };
      const bad = guard({ ...known, ...(checker && { checker }) }).filter(({ ok }) => ok === false);
      const errors = checker && newErrors(checker, source)(text);
      return {
        ...Object.fromEntries(bad.map(({ name, message }) => [name, message])),
        ...(errors ? { "no new syntax errors": String(errors) } : {}),
      };
    };
    expect(look(mutant.wrong)[mutant.check]).toMatch(mutant.says);
    if (mutant.path !== "settings.json") expect(look(mutant.right)).toEqual({});
  });
});
