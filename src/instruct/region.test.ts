import { describe, expect, it } from "vitest";
import { namedPartsOf } from "../redraft/named-parts.ts";
import { namedRegion, symbolRegion } from "./region.ts";

const text = `import os

LIMIT = 30


class Store:
    """Keeps values."""

    def get(self, key):
        return self.values[key]

    @property
    def way_length(self):
        total = 0
        return total


# The first
# of them.
def first(items):
    seen = set()
    return items[0]


def second(items):
    return items[1]
`;
const file = { path: "a.py", text, exists: true };
const other = {
  path: "b.py",
  text: "def third(items):\n    skipped = 1\n    return items[2]\n",
  exists: true,
};
const lines = text.split("\n");

function shown(instruction: string, files = [file]): string | undefined {
  const region = namedRegion(files, instruction, namedPartsOf);
  return (
    region &&
    `${region.file.path}: ${region.file.text.split("\n").slice(region.start, region.end).join("\n")}`
  );
}

describe("the declaration that an instruction names", () => {
  it.each([
    ["make `first` return the last item", "# The first", "return items[0]"],
    ["make the function second return the last item", "def second", "return items[1]"],
    ["the first() of an empty list is None", "# The first", "return items[0]"],
    ["way_length counts the values", "    @property", "return total"],
    ["let Store.get return None for unknown keys", "    def get", "values[key]"],
    ["give the class Store a method `put`", "class Store", "return total"],
    ["let 'get' of the class Store log the key", "    def get", "values[key]"],
    ["set LIMIT to 60, the constant LIMIT", "LIMIT = 30", "LIMIT = 30"],
    ["initialise `seen = set()` with the first item", "# The first", "return items[0]"],
  ])("%s", (instruction, from, to) => {
    const part = shown(instruction)!;
    expect(part).toMatch(new RegExp(`^a\\.py: ${from.replace(/[()]/g, "\\$&")}`));
    expect(part.endsWith(to)).toBe(true);
  });

  it.each([
    "return the first item, not the second", // words of the language
    "make `first` use `second`", // two
    "rename `first` to `head`",
    "make `first` take a key, and change all callers",
    "add a function that adds",
    "sort the imports",
    "every method logs its call, way_length too",
    "remove `import os`", // outside of every declaration
    "what is `items` about", // in several
  ])("is not one: %s", (instruction) => {
    expect(shown(instruction)).toBeUndefined();
  });

  it("is looked for in all files", () => {
    expect(shown("make `third` return 3", [file, other])).toMatch(/^b\.py: def third/);
    expect(shown("make `third` return `first`", [file, other])).toBeUndefined();
    expect(shown("the `skipped` are two", [file, other])).toMatch(/^b\.py: def third/);
    const twin = { ...other, path: "c.py" };
    expect(shown("make `third` return 3", [other, twin])).toBeUndefined();
  });

  it("is the one with the symbol that is asked for", () => {
    const region = symbolRegion([file], "Store.get", namedPartsOf);
    expect(lines[region.start]).toBe("    def get(self, key):");
    expect(() => symbolRegion([file], "nothing", namedPartsOf)).toThrow(/no file declares nothing/);
    const twin = { ...file, path: "c.py" };
    expect(() => symbolRegion([file, twin], "first", namedPartsOf)).toThrow(
      /declared 2 times: a\.py line 18, c\.py line 18/,
    );
  });
});
