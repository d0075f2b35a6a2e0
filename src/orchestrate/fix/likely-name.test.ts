import { describe, expect, it } from "vitest";
import { bestText, proposedTexts } from "../../../test/support/fixes.ts";

describe("likely name", () => {
  it("takes a name that is visible at the place", async () => {
    const own = "function f(count: number) { return «cuont + 1; }\nfunction g(countX: number) {}\n";
    const found = await proposedTexts("a.ts", own, "TS2304: Cannot find name 'cuont'.");
    expect(found.map(({ title }) => title)).toEqual(["`cuont` -> `count`"]);
    expect(found[0]!.after).toContain("return count + 1");
  });

  it("prefers what is like it to what the tool suggests, unless they agree", async () => {
    const own = "const total = 1, tital = 2;\n«totla + tital;\n";
    const found = await proposedTexts(
      "a.ts",
      own,
      "TS2552: Cannot find name 'totla'. Did you mean 'tital'?",
    );
    expect(found[0]!.title).toBe("`totla` -> `total`");
    expect(found.every(({ confidence }) => confidence < 1)).toBe(true);
  });

  it("renames the declaration where it is the misspelt one", async () => {
    const own = "const conut = 1;\nuse(«count);\nuse(count + 1);\n";
    expect(await bestText("a.ts", own, "TS2304: Cannot find name 'count'.")).toBe(
      "const count = 1;\nuse(count);\nuse(count + 1);\n",
    );
  });

  it("reads Python with and without a column, and knows what is built in", async () => {
    const own = "def f(items):\n    return «itmes[0]\n";
    expect(
      await bestText(
        "a.py",
        own,
        "NameError: name 'itmes' is not defined. Did you mean: 'items'?",
        {},
        "line",
      ),
    ).toBe("def f(items):\n    return items[0]\n");
    expect(await bestText("a.py", "«pritn(1)\n", "undefined name 'pritn'")).toBe("print(1)\n");
  });

  it("reads Go", async () => {
    const own = "package a\n\nfunc f(name string) string { return «nmae }\n";
    expect(await bestText("a.go", own, "undefined: nmae")).toContain("return name }");
  });

  it("is less likely than a name that another file exports", async () => {
    const others = {
      "u.ts": "export const isObject = 1;\n",
      "v.ts": "export const isObject = 2;\n",
    };
    const [first] = await proposedTexts(
      "a.ts",
      "«isObject(1);\n",
      "TS2552: Cannot find name 'isObject'. Did you mean 'Object'?",
      others,
    );
    expect(first!.rule).toBe("missing import");
  });

  it("proposes nothing where nothing is like it", async () => {
    expect(
      await proposedTexts(
        "a.ts",
        "const a = 1;\n«quite(a);\n",
        "TS2304: Cannot find name 'quite'.",
      ),
    ).toEqual([]);
  });
});

describe("likely member", () => {
  it("takes a member of the type", async () => {
    const others = { "t.ts": "export interface Point { left: number; top: number }\n" };
    const own =
      "import type { Point } from './t';\nconst f = (p: Point) => p.«lfet + other.lift;\n";
    expect(
      await bestText(
        "a.ts",
        own,
        "TS2339: Property 'lfet' does not exist on type 'Point'.",
        others,
      ),
    ).toContain("p.left + other.lift");
  });

  it("falls back to what the tool suggests, and to members that the file uses", async () => {
    const said =
      "TS2551: Property 'lenght' does not exist on type 'string'. Did you mean 'length'?";
    expect(await bestText("a.ts", "''.«lenght;\n", said)).toBe("''.length;\n");
    const python = "a.append(1)\nb.«apend(2)\n";
    expect(
      await bestText("a.py", python, "AttributeError: 'list' object has no attribute 'apend'"),
    ).toBe("a.append(1)\nb.append(2)\n");
  });

  it("leaves promises to another rule", async () => {
    const own = "async function f() { p.«nam; o.name }\n";
    const found = await proposedTexts(
      "a.ts",
      own,
      "TS2339: Property 'nam' does not exist on type 'Promise<X>'.",
    );
    expect(found.map(({ rule }) => rule)).not.toContain("likely member");
  });
});
