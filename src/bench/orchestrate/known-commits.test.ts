import { describe, expect, it } from "vitest";
import type { CommitFile } from "./history.ts";
import { wrongMove } from "./judge-move.ts";
import { knownEditOf } from "./known-commits.ts";

const file = (path: string, before: string, after: string, movedFrom?: string): CommitFile => ({
  path,
  before,
  after,
  ...(movedFrom !== undefined && { movedFrom }),
});
const own = "export function old(a: number) {\n  return a;\n}\n";
const use = 'import { other } from "./c";\nimport { old } from "./a";\nold(other);\n';

describe("a commit to several files that is one known edit", () => {
  const after = use.replaceAll("old", "next");
  const renamed = [
    file("a.ts", own, own.replaceAll("old", "next")),
    file("b.ts", use, after.split("\n").toSpliced(2, 0, "// a remark").join("\n")),
  ];

  it("is a rename where one name becomes another, and is declared there; comments and the order of imports aside", async () => {
    expect(await knownEditOf(renamed)).toEqual({
      kind: "rename",
      rename: { from: "old", to: "next", at: [{ path: "a.ts", line: 1 }] },
    });
    const [head, second, ...rest] = after.split("\n");
    const sorted = file("b.ts", use, [second, head, ...rest].join("\n"));
    expect(await knownEditOf([renamed[0]!, sorted])).toMatchObject({ kind: "rename" });
  });

  it.each([
    ["something else is changed", after.replace("other)", "1)")],
    ["a name stays, and another one comes", `${after}next(1);\n`],
    ["a name is imported from elsewhere", after.replace("./a", "./d")],
  ])("is none where %s", async (_, text) => {
    expect(await knownEditOf([renamed[0]!, file("b.ts", use, text)])).toBeUndefined();
  });

  it("is a moved file where only imports are others, and some file imports it", async () => {
    const text = 'export { x } from "./lib/y";\nexport const z = require("./lib/z");\n';
    const moved = text.replaceAll("./lib", "../lib");
    const files = [
      file("sub/a.ts", text, moved, "a.ts"),
      file("b.ts", use, use.replace("./a", "./sub/a")),
    ];
    const moves = [{ from: "a.ts", to: "sub/a.ts" }];
    expect(await knownEditOf(files)).toEqual({ kind: "moved", moves });
    expect(await knownEditOf([files[0]!, file("b.ts", use, use)])).toBeUndefined();
    const more = file("b.ts", use, use.replace("./a", "./sub/a").replace("other)", "1)"));
    expect(await knownEditOf([files[0]!, more])).toBeUndefined();
    const variable = 'const a = require("./a");\n';
    const renamed = file("b.ts", variable, variable.replaceAll("a", "z"));
    expect(await knownEditOf([file("z.ts", own, own, "a.ts"), renamed])).toBeUndefined();
    const another = file("b.ts", use, use.replace("./a", "./sub/a").replace("./c", "./d"));
    expect(await knownEditOf([files[0]!, another])).toBeUndefined();
    const python = file("q.py", "import p.a\np.a.f()\n", "import p.b\np.b.f()\n");
    expect(await knownEditOf([file("p/b.py", "x = 1\n", "x = 1\n", "p/a.py"), python])).toEqual({
      kind: "moved",
      moves: [{ from: "p/a.py", to: "p/b.py" }],
    });
  });

  it("is a change of parameters where lists, calls and the own body alone are others", async () => {
    const before = "def f(a):\n    return a\n";
    const now = "def f(a, b):\n    return a + b\n";
    const call = (text: string): CommitFile => file("b.py", "from a import f\nf(1)\n", text);
    expect(
      await knownEditOf([file("a.py", before, now), call("from a import f\nf(1, 2)\n")]),
    ).toMatchObject({
      kind: "signature",
      change: { name: "f", list: "a, b", values: { b: "2" } },
    });
    const files = [file("a.py", before, now), call("from a import f\nf(1, 2)\ng()\n")];
    expect(await knownEditOf(files)).toBeUndefined();
  });

  it("is a repeated edit where all lines take out and put in the same tokens", async () => {
    const lines = (word: string): string => `${word}(1);\n${word}(2);\n`;
    const files = [
      file("a.ts", lines("a.old"), lines("a.next")),
      file("b.ts", lines("old"), lines("next")),
    ];
    expect(await knownEditOf(files)).toMatchObject({
      kind: "repeat",
      first: { path: "a.ts", start: 0, end: 2 },
    });
    const two = files.map((one) => ({ ...one, after: one.before.replace("old(1)", "next(1)") }));
    expect(await knownEditOf(two)).toBeUndefined();
    const remarks = files.map((one) => ({
      ...one,
      before: one.before.replaceAll(/^/gmu, "// "),
      after: one.after.replaceAll(/^/gmu, "// "),
    }));
    expect(await knownEditOf(remarks)).toBeUndefined();
    expect(await knownEditOf([files[0]!])).toBeUndefined();
  });
});

describe("a moved file beside the commit", () => {
  const commit = [
    file("sub/a.ts", own, own, "a.ts"),
    file("b.ts", use, use.replace("./a", "./sub/a")),
  ];
  const made = [
    { path: "a.ts", to: "sub/a.ts", after: own },
    { path: "b.ts", after: use.replace("./a", "./sub/a") },
  ];

  it("is right with imports in any order", async () => {
    const [head, second, ...rest] = made[1]!.after.split("\n");
    const sorted = { path: "b.ts", after: [second, head, ...rest].join("\n") };
    expect(await wrongMove([made[0]!, sorted], commit)).toBeUndefined();
  });

  it.each([
    ["it is not moved", [made[1]!], "a.ts is not moved to sub/a.ts"],
    ["an import is kept", [made[0]!], "b.ts is not as the commit has it"],
    ["more is changed", [...made, { path: "c.ts", after: "" }], "c.ts was changed, too"],
  ])("is wrong where %s", async (_, answer, why) => {
    expect(await wrongMove(answer, commit)).toBe(why);
  });
});
