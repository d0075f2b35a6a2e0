import { describe, expect, it } from "vitest";
import { parseDiagnostics } from "../../src/diagnostics/parse.ts";
import { readExtract } from "../../src/orchestrate/extract/instruction.ts";
import { readFix } from "../../src/orchestrate/fix/instruction.ts";
import { createRepositoryIndex } from "../../src/orchestrate/index/repository-index.ts";
import { readRepeat } from "../../src/orchestrate/like-places/instruction.ts";
import { readLoop } from "../../src/orchestrate/loops/instruction.ts";
import { nameViewOf } from "../../src/orchestrate/names/view.ts";
import { type JudgedCandidate, orchestrate } from "../../src/orchestrate/orchestrate.ts";
import { readRename } from "../../src/orchestrate/rename/instruction.ts";
import { readSignature } from "../../src/orchestrate/signature/instruction.ts";
import type { OrchestrateRequest } from "../../src/orchestrate/speculator.ts";
import { parserFor } from "../../src/workspace/syntax.ts";
import { memoryRepository } from "../support/memory-repository.ts";

interface Read {
  readonly asked: unknown;
  readonly isPartial?: true;
}

const readers: Readonly<Record<string, (instruction: string) => Read | undefined>> = {
  rename: readRename,
  extract: readExtract,
  loop: readLoop,
  signature: readSignature,
  fix: readFix,
  repeat: readRepeat,
};

/** Which specialists read an instruction whole, with what they read. */
function sure(instruction: string): unknown[] {
  return Object.entries(readers).flatMap(([name, read]) => {
    const found = read(instruction);
    return found && !found.isPartial ? [name, found.asked] : [];
  });
}

describe("an instruction that a specialist reads whole", () => {
  it.each<[string, string, unknown]>([
    ["rename parseDate to readDate", "rename", { from: "parseDate", to: "readDate" }],
    ["Rename the function `parse` to `read`.", "rename", { from: "parse", to: "read" }],
    ["Please rename Store.get to read everywhere.", "rename", { from: "Store.get", to: "read" }],
    [
      "Rename the local variable x to y in `f`.",
      "rename",
      { from: "x", to: "y", within: { name: "f" } },
    ],
    ["rename x to y in src/a.ts", "rename", { from: "x", to: "y", within: { path: "src/a.ts" } }],
    ["rename x to y in a.ts", "rename", { from: "x", to: "y", within: { path: "a.ts" } }],
    ["change the name of `x` to `y`", "rename", { from: "x", to: "y" }],
    [
      "Extract lines 3-5 into a function called `sumUp`.",
      "extract",
      { lines: { from: 3, to: 5 }, name: "sumUp", kind: "function" },
    ],
    [
      "extract lines 3 to 5 of src/a.py into sum_up",
      "extract",
      { lines: { from: 3, to: 5 }, path: "src/a.py", name: "sum_up" },
    ],
    ["extract the selection into a new method", "extract", { kind: "method" }],
    ["Extract line 7", "extract", { lines: { from: 7, to: 7 } }],
    ["Convert this loop to a comprehension.", "loop", { to: "comprehension" }],
    [
      "turn the loop in `total` into a list comprehension",
      "loop",
      { to: "comprehension", makes: "list", function: "total" },
    ],
    ["change the for loop at line 12 to a map", "loop", { to: "map", line: 12 }],
    ["convert the loop to `any`", "loop", { to: "any" }],
    ["rewrite the comprehension as a loop", "loop", { to: "loop" }],
    [
      "add a parameter `limit = 10` to `load`",
      "signature",
      { function: "load", add: "limit = 10" },
    ],
    [
      "Add parameter limit: number to load with default 10 and pass 5 at every call.",
      "signature",
      { function: "load", add: "limit: number = 10", value: "5" },
    ],
    ["remove the unused parameter `b` from f", "signature", { function: "f", remove: "b" }],
    ["Fix the errors.", "fix", "all"],
    ["fix all remaining type errors", "fix", "all"],
    ["Do the same everywhere.", "repeat", { where: "everywhere" }],
    ["do the same thing everywhere else", "repeat", { where: "everywhere" }],
    ["Please make the same change in all files", "repeat", { where: "everywhere" }],
    ["repeat the last edit at all places", "repeat", { where: "everywhere" }],
    ["repeat that change in the rest of the code", "repeat", { where: "everywhere" }],
    ["do the same in the other files", "repeat", { where: "other files" }],
    ["apply the same edit to every other file", "repeat", { where: "other files" }],
    ["repeat the last edit in src/x.ts", "repeat", { where: { paths: ["src/x.ts"] } }],
    [
      "do the same for a.py, b.py and c.py",
      "repeat",
      { where: { paths: ["a.py", "b.py", "c.py"] } },
    ],
    ["do the same here", "repeat", { where: "named" }],
    ["make the same change in these files", "repeat", { where: "named" }],
    ["repeat the last edit", "repeat", {}],
  ])("%s", (instruction, name, asked) => {
    expect(sure(instruction)).toEqual([name, asked]);
  });

  it.each([
    "rename it to y",
    "rename the parameter to y",
    "rename x to y and update the docs",
    "rename x",
    "Rename x to y in all comments",
    "rename user name to login",
    "extract the parser",
    "extract lines 3-5 into a function and test it",
    "extract the common code",
    "convert this loop",
    "convert this loop to a loop",
    "convert the loop to a comprehension if it is short",
    "convert both loops to comprehensions",
    "convert the string to a map",
    "add a parameter to f",
    "add an optional parameter limit to f",
    "add a parameter limit to f, g and h",
    "remove the parameter",
    "fix the errors in the tests only",
    "fix the bug in f",
    "do not rename x to y",
    "do the same for users",
    "do the same as in the tests",
    "do the same everywhere but in the tests",
    "do the same in the files",
    "do the same in the other files and run the tests",
    "make the same mistake everywhere",
    "do not do the same everywhere",
    "repeat the last edit and run the tests",
    "repeat the header on every page",
    "repeat the request three times",
    "apply the changes",
    "make f faster",
    "",
  ])("not: %s", (instruction) => {
    expect(sure(instruction)).toEqual([]);
  });

  it("says what it did not read", () => {
    const read = readRename("rename x to y and update the docs")!;
    expect(read.isPartial).toBe(true);
    expect(read.why).toContain("but not `and update the docs`");
  });
});

async function judge(
  files: Readonly<Record<string, string>>,
  request: OrchestrateRequest,
): Promise<readonly JudgedCandidate[]> {
  const index = createRepositoryIndex(memoryRepository(new Map(Object.entries(files))), parserFor);
  await index.update();
  const context = { index, parserFor, names: () => nameViewOf(index, parserFor) };
  for await (const event of orchestrate(request, context)) {
    if (event.type === "result") return event.judged;
  }
  return [];
}

/** The texts of the accepted edit. */
async function made(
  files: Readonly<Record<string, string>>,
  request: OrchestrateRequest,
): Promise<Record<string, string>> {
  const [best] = await judge(files, request);
  expect(best?.accepted).toBe(true);
  return Object.fromEntries(best!.candidate.files.map(({ path, after }) => [path, after]));
}

describe("the edit of an instruction", () => {
  const script = {
    "a.ts": "export function load(key: string) {\n  return key;\n}\n",
    "b.ts":
      "import { load } from './a';\nload('x');\nfunction other() {\n  const load = 1;\n  return load;\n}\n",
  };

  it("is a rename in all files", async () => {
    expect(await made(script, { instruction: "rename load to fetchKey", files: ["a.ts"] })).toEqual(
      {
        "a.ts": script["a.ts"].replace("load", "fetchKey"),
        "b.ts": script["b.ts"]
          .replace("{ load }", "{ fetchKey }")
          .replace("load('x')", "fetchKey('x')"),
      },
    );
  });

  it("is a rename in one function, and refuses where the symbol reaches farther", async () => {
    expect(await made(script, { instruction: "rename load to count in `other`" })).toEqual({
      "b.ts": script["b.ts"]
        .replace("const load", "const count")
        .replace("return load", "return count"),
    });
    const request = { instruction: "rename load to fetchKey in a.ts" };
    await expect(judge(script, request)).rejects.toThrow(/b\.ts:1 uses the name too/u);
  });

  it("refuses where the files have two symbols of the name", async () => {
    const request = { instruction: "rename load to x", files: ["b.ts"] };
    await expect(judge(script, request)).rejects.toThrow(/several symbols/u);
    const cursor = { path: "b.ts", line: 4 };
    expect(Object.keys(await made(script, { ...request, cursor }))).toEqual(["b.ts"]);
  });

  const python = {
    "m.py":
      "def total(rows, strict):\n    found = []\n    for row in rows:\n        found.append(row.sum)\n    return found\n\n\ntotal([], True)\n",
  };

  it("is a comprehension, and only of the kind that is asked for", async () => {
    const instruction = "convert the loop in `total` to a list comprehension";
    expect((await made(python, { instruction }))["m.py"]).toContain(
      "found = [row.sum for row in rows]",
    );
    const set = { instruction: instruction.replace("list", "set") };
    expect((await judge(python, set))[0]).toMatchObject({ accepted: false });
    const here = { instruction: "convert this loop to a comprehension" };
    expect(await made(python, { ...here, cursor: { path: "m.py", line: 3 } })).toBeTruthy();
    expect(await made(python, { ...here, files: ["m.py"] })).toBeTruthy();
    await expect(judge(python, here)).rejects.toThrow(/Name the file/u);
  });

  it("is an extraction of lines or of the selection", async () => {
    const lines = { instruction: "extract lines 2-4 into `collect`", files: ["m.py"] };
    expect((await made(python, lines))["m.py"]).toContain("found = collect(rows)");
    const selection = { path: "m.py", from: 2, to: 4 };
    const text = (await made(python, { instruction: "extract the selection", selection }))["m.py"];
    expect(text).toContain("found = compute_found(rows)");
  });

  it("is another list of parameters, with the calls", async () => {
    const dropped = await made(python, { instruction: "remove the parameter strict from total" });
    expect(dropped["m.py"]).toMatch(/def total\(rows\):[\s\S]*total\(\[\]\)/u);
    const added = await made(python, {
      instruction:
        "add a parameter `limit` to `total` with default `10` and pass `3` at every call",
    });
    expect(added["m.py"]).toMatch(
      /def total\(rows, strict, limit ?= ?10\):[\s\S]*total\(\[\], True, (?:limit=)?3\)/u,
    );
  });

  it("fixes all diagnostics or is not certain, and leaves other instructions alone", async () => {
    const file = "import os\nimport re\nprint(re)\nfoo\n";
    const found = (line: number, message: string) => ({
      file: "u.py",
      line,
      message,
      severity: "error" as const,
    });
    const unused = found(1, "F401 `os` imported but unused");
    const files = { "u.py": file };
    const all = { instruction: "Fix the errors.", diagnostics: [unused] };
    expect((await made(files, all))["u.py"]).toBe("import re\nprint(re)\nfoo\n");
    const some = { ...all, diagnostics: [unused, found(4, "F821 undefined name 'foo'")] };
    expect((await judge(files, some)).every(({ accepted }) => !accepted)).toBe(true);
    await expect(judge(files, { ...all, instruction: "Make it faster." })).rejects.toThrow(
      /no specialist takes/u,
    );
  });

  it.each([
    ["u.py:1:8: F401 `os` imported but unused", true],
    ["fix: u.py:1: F401 `os` imported but unused", true],
    [
      "Please fix this error:\n\n  u.py:1:8: F401 `os` imported but unused\n    1 | import os\n",
      true,
    ],
    ["u.py:1:8: F401 `os` imported but unused\nand rename foo to bar", false],
    ["why do I get u.py:1:8: F401 `os` imported but unused", false],
    ["fix u.py", false],
  ])("is the message of a tool, with no other wish: %j", async (instruction, isRead) => {
    const files = { "u.py": "import os\nimport re\nprint(re)\n" };
    const diagnostics = parseDiagnostics(instruction, (name) => name === "u.py");
    const proposed = judge(files, { instruction, diagnostics });
    if (!isRead) {
      await expect(proposed.then((all) => all.some(({ accepted }) => accepted))).rejects.toThrow(
        /no specialist takes/u,
      );
      return;
    }
    expect((await made(files, { instruction, diagnostics }))["u.py"]).toBe(
      "import re\nprint(re)\n",
    );
  });

  it("is never applied by itself where the instruction says more", async () => {
    const request = { instruction: "rename load to fetchKey and make it async", files: ["a.ts"] };
    const [best] = await judge(script, request);
    expect(best).toMatchObject({ accepted: false, candidate: { by: "rename", confidence: 0.5 } });
  });

  describe("is the last edit", () => {
    const call = (name: string, more = ""): string => `log(${name}${more});\n`;
    const files = {
      "a.ts": call("first", ", level") + call("second"),
      "src/b.ts": call("third") + call("fourth"),
      "src/c.ts": call("fifth"),
    };
    const known = Object.fromEntries(
      Object.entries(files).map(([path, text]) => [
        path,
        `import { log, level } from "./log";\n${text}`,
      ]),
    );
    const a = known["a.ts"]!;
    const lastEdit = [{ path: "a.ts", before: a.replace("first, level", "first"), after: a }];
    const log = "export const level = 1;\nexport function log(...all: unknown[]) {}\n";
    const repository = { ...known, "log.ts": log, "src/log.ts": 'export * from "../log";\n' };
    const done = (path: string): string =>
      known[path]!.replaceAll(/(?<=log\()(\w+)(?=\))/gu, "$1, level");

    it.each<[string, OrchestrateRequest, readonly string[]]>([
      ["do the same everywhere", {}, ["a.ts", "src/b.ts", "src/c.ts"]],
      ["do the same in the other files", {}, ["src/b.ts", "src/c.ts"]],
      ["repeat the last edit in src/b.ts", {}, ["src/b.ts"]],
      ["repeat the last edit in c.ts", { files: ["a.ts"] }, ["src/c.ts"]],
      ["do the same here", { files: ["src/c.ts"] }, ["src/c.ts"]],
      ["do the same in this file", { cursor: { path: "src/b.ts", line: 1 } }, ["src/b.ts"]],
    ])("%s", async (instruction, request, paths) => {
      const texts = await made(repository, { ...request, instruction, lastEdit });
      expect(texts).toEqual(Object.fromEntries(paths.map((path) => [path, done(path)])));
    });

    it("is only listed where no place is said, and where it may be another one", async () => {
      const [listed] = await judge(repository, { instruction: "repeat the last edit", lastEdit });
      expect(listed).toMatchObject({
        accepted: false,
        candidate: { by: "repeat", confidence: 0.5 },
      });
      const everywhere = { instruction: "do the same everywhere", lastEdit };
      const later = { ...repository, "a.ts": a.replace("second", "other") };
      const [doubtful] = await judge(later, everywhere);
      expect(doubtful).toMatchObject({ accepted: false, candidate: { confidence: 0.5 } });
      expect(doubtful!.candidate.notes.join(" ")).toContain("a.ts was changed since that edit");
    });

    it("is not all where a place is like it in part", async () => {
      const inPart = {
        ...repository,
        "src/d.ts": 'import { log, level } from "./log";\nlog(...rest);\nlog(/* why */ sixth);\n',
      };
      const [best] = await judge(inPart, { instruction: "do the same everywhere", lastEdit });
      expect(best).toMatchObject({ accepted: false, candidate: { confidence: 0.9 } });
      expect(best!.candidate.notes.join(" ")).toContain(
        "Like it only in part, and left: src/d.ts:",
      );
      const here = { instruction: "do the same in src/c.ts", lastEdit };
      expect(Object.keys(await made(inPart, here))).toEqual(["src/c.ts"]);
    });

    it("refuses where there is none, and where the files are not clear", async () => {
      const refusal = async (instruction: string, more: OrchestrateRequest = { lastEdit }) =>
        judge(repository, { instruction, ...more }).then(
          () => "",
          (error: Error) => error.message,
        );
      expect(await refusal("do the same everywhere", {})).toContain(
        "no edit of this folder is known",
      );
      expect(await refusal("do the same here")).toContain("Name the file");
      expect(await refusal("do the same in e.ts")).toContain("no file is called e.ts");
      expect(await refusal("do the same in log.ts")).toContain("several files are called log.ts");
      expect(await refusal("do the same in src/log.ts")).toContain("no other place in src/log.ts");
    });
  });
});
