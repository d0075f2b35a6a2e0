import { describe, expect, it } from "vitest";
import { readEdit } from "./read.ts";

const source = `class Store {
  get(key) {
    return this.items.get(key);
  }

  put(key, value) {
    this.items.set(key, value);
  }

  // The rest is for tests.
  clear() {
    this.items.clear();
  }
}
`;
const read = (edit: string) => readEdit(edit, { path: "store.js", source, format: "lazy" });
const start =
  "// ... existing code ...\n  get(key) {\n    return this.items.get(String(key));\n  }\n";

describe("a sketch that ends with a comment", () => {
  for (const comment of [
    "// autres méthodes inchangées",
    "// pozostałe metody bez zmian",
    "// 其他方法保持不变",
    "/* der Rest bleibt, wie er ist */",
    "// put() and clear() as above",
  ]) {
    it(`is a question: ${comment}`, () => {
      expect(() => read(`${start}\n  ${comment}\n`)).toThrow(
        /line 6 of the edit .* is a new comment/,
      );
    });
  }

  it("is none where the comment is the file's, has code below it, or goes on with one", () => {
    for (const end of [
      "\n  // The rest is for tests.\n",
      "\n  // Overwrites what is there.\n  put(key, value) {\n",
      "\n  // Keys are strings:\n  // numbers become strings too.\n",
      "\n  // this.items.clear();\n",
      "\n  // removed put()\n",
      "\n  // eslint-enable\n",
    ]) {
      expect(read(start + end).format).toBe("lazy");
    }
  });
});
