import { describe, expect, it } from "vitest";
import { memoryContext } from "../../../test/support/fixes.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { fixAll } from "./fix-all.ts";
import { fixSpeculator } from "./speculator.ts";

const at = (line: number, message: string, column?: number): Diagnostic => ({
  file: "a.ts",
  line,
  severity: "error",
  message,
  ...(column === undefined ? {} : { column }),
});
const never = (name: string): string =>
  `TS6133: '${name}' is declared but its value is never read.`;

describe("fixes of many diagnostics", () => {
  it("that exclude each other are made in turn, each on the text as it then is", async () => {
    const context = await memoryContext({ "a.ts": "import { a, b, c } from './b';\nc();\n" });
    const done = await fixAll([at(1, never("a"), 10), at(1, never("b"), 13)], context, {
      least: 1,
    });
    expect(done.texts.get("a.ts")).toBe("import { c } from './b';\nc();\n");
    expect(done.outcomes.map(({ fix }) => fix?.rule)).toEqual(["unused import", "unused import"]);
  });

  it("tries consequences only where they are still said after the causes", async () => {
    const context = await memoryContext({
      "a.ts": "const count = 1;\nuse(cuont);\nlet rest = 2;\n",
    });
    const unused = [at(1, never("count"), 7), at(3, never("rest"), 5)];
    const tried: string[][] = [];
    const done = await fixAll([...unused, at(2, "TS2304: Cannot find name 'cuont'.", 5)], context, {
      least: 0.3,
      check: async (texts, added) => {
        tried.push(added.map(({ rule }) => rule));
        const text = texts.get("a.ts")!;
        const left = text.includes("rest") ? [at(3, never("rest"), 5)] : [];
        return { ok: true, diagnostics: left };
      },
    });
    expect(tried).toEqual([["likely name"], ["unused variable"]]);
    expect(done.texts.get("a.ts")).toBe("const count = 1;\nuse(count);\n");
    expect(done.outcomes.find(({ diagnostic }) => diagnostic.line === 1)).toMatchObject({
      resolved: true,
    });
  });

  it("does not try a refused fix again, and says why it is left", async () => {
    const context = await memoryContext({ "a.ts": "const count = 1;\nuse(cuont);\n" });
    let asked = 0;
    const done = await fixAll([at(2, "TS2304: Cannot find name 'cuont'.", 5)], context, {
      least: 0.3,
      check: async () => {
        asked += 1;
        return { ok: false, why: "no" };
      },
    });
    expect(asked).toBe(1);
    expect(done.texts.size).toBe(0);
    expect(done.outcomes[0]).toMatchObject({ why: "no", others: [{ refused: "no" }] });
  });

  it("refuses what does not parse, loses a declaration, or leaves nothing", async () => {
    const context = await memoryContext({ "a.ts": "import { a } from './b';\n" });
    const done = await fixAll([at(1, never("a"), 10)], context, { least: 1 });
    expect(done.outcomes[0]!.why).toContain("nothing would be left");
    const files = { "a.ts": "export function f() {\n  const x = 1;\n}\n" };
    const other = await memoryContext(files);
    const fixed = await fixAll([at(2, never("x"), 9)], other, { least: 1 });
    expect(fixed.texts.get("a.ts")).toBe("export function f() {\n}\n");
  });

  it("are certain only where nothing else in the file may need what they take out", async () => {
    const text = "import { shown } from './b';\nshwon();\n";
    const context = await memoryContext({ "a.ts": text });
    const diagnostics = [at(1, never("shown"), 10), at(2, "TS2304: Cannot find name 'shwon'.", 1)];
    const done = await fixAll(diagnostics, context, { least: 1 });
    expect(done.texts.size).toBe(0);
  });

  it("leaves what may be a consequence while its cause is open", async () => {
    const context = await memoryContext({ "a.ts": "const r = f();\nuse(r.x);\n" });
    const diagnostics = [
      at(1, "TS2322: Type 'void | A' is not assignable to type 'A'.", 7),
      at(2, "TS18048: 'r' is possibly 'undefined'.", 5),
    ];
    let asked = 0;
    const check = async (): Promise<{ ok: boolean }> => {
      asked += 1;
      return { ok: true };
    };
    const done = await fixAll(diagnostics, context, { least: 0.3, check });
    expect(asked).toBe(0);
    expect(done.outcomes.at(-1)!.why).toBe("another message of the file may be its cause");
  });
});

describe("the specialist for fixes", () => {
  const signal = new AbortController().signal;

  it("yields what is certain as one candidate, then every other fix below certainty", async () => {
    const text = "import { a } from './b';\nconst count = 1;\nuse(cuont);\n";
    const context = await memoryContext({ "a.ts": text, "b.ts": "export const a = 1;\n" });
    const diagnostics = [at(1, never("a"), 10), at(3, "TS2304: Cannot find name 'cuont'.", 5)];
    const found = [];
    for await (const one of fixSpeculator.speculate({ diagnostics }, context, signal))
      found.push(one);
    expect(found.map(({ title, confidence }) => [title, confidence < 1])).toEqual([
      ["1 fix in 1 file", false],
      ["a.ts:3: `cuont` -> `count`", true],
    ]);
    expect(found[0]!.files[0]!.after).toBe("const count = 1;\nuse(cuont);\n");
    expect(fixSpeculator.recognise({})).toBeUndefined();
    expect(fixSpeculator.recognise({ diagnostics: [] })).toBeUndefined();
  });

  it("has nothing for files that it does not know, and no message of which it makes too much", async () => {
    const context = await memoryContext({ "a.ts": "x();\n" });
    const many = Array.from({ length: 200 }, () => at(1, "TS9999: Odd.", 1));
    const outside = [{ ...at(1, never("x")), file: "none.ts" }];
    const found = [];
    for await (const one of fixSpeculator.speculate(
      { diagnostics: [...many, ...outside] },
      context,
      signal,
    ))
      found.push(one);
    expect(found).toEqual([]);
  });
});
