import { expect, it } from "vitest";
import { RedraftError } from "../../src/core/errors.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";

const redraft = createRedraft();
export const L = (...lines: string[]): string => `${lines.join("\n")}\n`;
export const J = (old: string, fresh: string, more: object = {}): string =>
  JSON.stringify({ old_string: old, new_string: fresh, ...more });
export const SR = (old: string, fresh: string): string =>
  `<<<<<<< SEARCH\n${old}\n=======\n${fresh}\n>>>>>>> REPLACE\n`;
export const py = L(
  "import os",
  "",
  "",
  "class Store:",
  "    def get(self, key):",
  "        return self.d[key]",
  "",
  "    def put(self, key, value):",
  "        self.d[key] = value",
  "",
  "    def delete(self, key):",
  "        del self.d[key]",
);
export const ts = L(
  "import { a } from './a';",
  "",
  "export class Cache {",
  "  private map = new Map();",
  "",
  "  get(key: string) {",
  "    return this.map.get(key);",
  "  }",
  "",
  "  set(key: string, value: string) {",
  "    this.map.set(key, value);",
  "  }",
  "}",
  "",
  "export function clear(c: Cache) {",
  "  c.map.clear();",
  "}",
);
export const go = L(
  "package main",
  "",
  'import "fmt"',
  "",
  "func one() int {",
  "\tx := 1",
  "\treturn x",
  "}",
  "",
  "func two() int {",
  "\ty := 2",
  "\treturn y",
  "}",
);
export const m = "// ... existing code ...";
export const mp = "# ... existing code ...";

/** An edit as a model writes it, by a kind of public reports. Wanted is a text, `R` = a refusal, or `R|` and a text = either. */
export type FieldEdit = [name: string, path: string, source: string, edit: string, want: string];

/** Runs edits as tests; a refusal must say what to do next. */
export function testFieldEdits(cases: readonly FieldEdit[]): void {
  it.each(cases)("%s", async (_, path, source, edit, want) => {
    const right = want.replace(/^R\|?/, "");
    try {
      const { text } = await redraft.apply({ path, source, edit });
      expect(text).toBe(right);
    } catch (error) {
      if (!RedraftError.is(error)) throw error;
      expect(want).toMatch(/^R/);
      // A model can act on it: the message says what to do next.
      expect(error.message).toMatch(
        /\b(?:send|copy|write|add|read|quote|leave|give|name|set|remove|use|escape|repeat|take|put|make|apply)\b/i,
      );
    }
  });
}
