import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type McpSession, openMcpSession } from "../../test/support/mcp-session.ts";
import { createRedraft } from "../redraft/create-redraft.ts";

let folder = "";
let session: McpSession;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-mcp-"));
  session = await openMcpSession(folder);
});
afterEach(async () => {
  await session.close();
  await rm(folder, { recursive: true, force: true });
});

const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
const errorOf = (fields: Readonly<Record<string, unknown>>) =>
  fields.error as { code: string; details: Record<string, unknown> };

const twice = "function a() {\n  return 1;\n}\n\nfunction b() {\n  return 1;\n}\n";
const inTwoPlaces = { path: "a.ts", edits: [{ oldText: "return 1;", newText: "return 2;" }] };

describe("write_file", () => {
  it("creates a file, and an empty one", async () => {
    const made = await session.call("write_file", { path: "src/a.ts", content: "a\n" });
    expect(made.fields).toMatchObject({ action: "create", written: true });
    expect(await read("src/a.ts")).toBe("a\n");
    await session.call("write_file", { path: "src/__init__.py", content: "" });
    expect(await read("src/__init__.py")).toBe("");
    const emptied = await session.call("write_file", { path: "src/a.ts", content: "" });
    expect(errorOf(emptied.fields).code).toBe("unreadable-edit");
    expect(await read("src/a.ts")).toBe("a\n");
  });

  it("says that the text is as it was sent, and writes none that could not be read again", async () => {
    const made = await session.call("write_file", { path: "a.ts", content: "a\n" });
    expect(made.fields.routeReason).toBe("the whole text, as sent");
    const binary = await session.call("write_file", { path: "b.ts", content: "a\0b\n" });
    expect(errorOf(binary.fields).code).toBe("check-failed");
    await expect(read("b.ts")).rejects.toThrow("ENOENT");
  });

  it.each([".git/hooks/pre-commit", ".git/config", "sub/.GIT/config", "sub/.git"])(
    "writes nothing that git would run: %s",
    async (path) => {
      const refused = await session.call("write_file", { path, content: "touch x\n" });
      expect(errorOf(refused.fields).code).toBe("outside-root");
      expect(refused.text).toContain("belongs to git");
      await expect(read(path)).rejects.toThrow("ENOENT");
      const patch = `*** Begin Patch\n*** Add File: ${path}\n+touch x\n*** End Patch`;
      expect(errorOf((await session.call("apply_patch", { patch })).fields).code).toBe(
        "outside-root",
      );
      await expect(read(path)).rejects.toThrow("ENOENT");
    },
  );

  it("leaves a file alone that exists, unless its version is named", async () => {
    await write("a.ts", "one\ntwo\nthree\n");
    const args = { path: "a.ts", content: "new\n" };
    const refused = await session.call("write_file", args);
    expect(errorOf(refused.fields).code).toBe("stale-file");
    expect(await read("a.ts")).toBe("one\ntwo\nthree\n");
    const { hash } = errorOf(refused.fields).details;
    expect(refused.text).toContain(String(hash));
    const wrong = await session.call("write_file", { ...args, expected_hash: "0123456789abcdef" });
    expect(errorOf(wrong.fields).code).toBe("stale-file");
    const done = await session.call("write_file", { ...args, expected_hash: hash });
    expect(done.fields).toMatchObject({ action: "update", written: true });
    expect(await read("a.ts")).toBe("new\n");
    // The same text again is no overwriting.
    expect((await session.call("write_file", args)).fields).toMatchObject({ changed: false });
  });

  it("leaves a file alone that appears while the text is made", async () => {
    await session.close();
    const engine = createRedraft();
    session = await openMcpSession(folder, {
      redraft: {
        ...engine,
        async *events(request, options) {
          for await (const event of engine.events(request, options)) {
            if (event.type === "result") await write("a.ts", "theirs\n");
            yield event;
          }
        },
      },
    });
    const answer = await session.call("write_file", { path: "a.ts", content: "mine\n" });
    expect(errorOf(answer.fields).code).toBe("stale-file");
    expect(await read("a.ts")).toBe("theirs\n");
  });

  it("carries a text over that was written for an earlier version", async () => {
    const lines = Array.from({ length: 9 }, (_, i) => `line ${i}\n`);
    await write("a.ts", lines.join(""));
    const { fields } = await session.call("read_file", { path: "a.ts", last_line: 2 });
    await write("a.ts", ["first\n", ...lines].join(""));
    const content = lines.with(7, "line seven\n").join("");
    const done = await session.call("write_file", { path: "a.ts", content, base: fields.hash });
    expect(done.isError).toBe(false);
    expect(await read("a.ts")).toBe(`first\n${content}`);
  });

  it("keeps the line ends of the file, and gives a new one line feeds", async () => {
    const content = "\uFEFFa\r\nb\n\tc";
    const done = await session.call("write_file", { path: "b.txt", content });
    expect(done.fields).toMatchObject({ action: "create", written: true });
    expect(await read("b.txt")).toBe("\uFEFFa\nb\n\tc\n");
    await write("c.txt", "a\r\nb\r\n");
    const { fields } = await session.call("read_file", { path: "c.txt" });
    const args = { path: "c.txt", content: "a\nc\n", expected_hash: fields.hash };
    await session.call("write_file", args);
    expect(await read("c.txt")).toBe("a\r\nc\r\n");
  });

  it("refuses a text that is an edit rather than a file", async () => {
    const content = "*** Begin Patch\n*** Update File: a\n@@\n-a\n+b\n*** End Patch\n";
    const answer = await session.call("write_file", { path: "a.ts", content });
    expect(errorOf(answer.fields).code).toBe("check-failed");
    await expect(read("a.ts")).rejects.toThrow();
  });

  it("refuses a marker, which would be written as text, and every place outside", async () => {
    const marker = { path: "a.ts", content: "a\n// ... existing code ...\n" };
    expect(errorOf((await session.call("write_file", marker)).fields).code).toBe("check-failed");
    for (const path of ["../a.ts", "/tmp/a.ts", "~/a.ts"]) {
      const answer = await session.call("write_file", { path, content: "x" });
      expect(errorOf(answer.fields).code).toBe("outside-root");
    }
  });
});

describe("replace_text", () => {
  it("makes several replacements, each in the result of the one before, or none", async () => {
    await write("a.ts", twice);
    const edits = [
      { oldText: "function a()", newText: "function c()" },
      { oldText: "function c() {\n  return 1;", newText: "function c() {\n  return 3;" },
    ];
    const done = await session.call("replace_text", { path: "a.ts", edits });
    expect(done.fields).toMatchObject({ written: true });
    const text = twice.replace("function a() {\n  return 1", "function c() {\n  return 3");
    expect(await read("a.ts")).toBe(text);
    const half = [
      { oldText: "function b()", newText: "x" },
      { oldText: "nowhere", newText: "y" },
    ];
    const refused = await session.call("replace_text", { path: "a.ts", edits: half });
    expect(errorOf(refused.fields).code).toBe("no-match");
    expect(await read("a.ts")).toBe(text);
  });

  it("replaces every occurrence if told, and deletes", async () => {
    await write("a.ts", twice);
    const edits = [
      { oldText: "return 1;", newText: "return 2;", replaceAll: true },
      { oldText: "function b() {\n", newText: "" },
    ];
    await session.call("replace_text", { path: "a.ts", edits });
    expect(await read("a.ts")).toBe(
      twice.replaceAll("return 1", "return 2").replace("function b() {\n", ""),
    );
  });

  it("is one form of `edit_file` too, beside no other form", async () => {
    await write("a.ts", "one\n");
    const edits = [{ oldText: "one", newText: "two" }];
    await session.call("edit_file", { path: "a.ts", edits });
    expect(await read("a.ts")).toBe("two\n");
    const mixed = await session.call("edit_file", { path: "a.ts", edits, code_edit: "x" });
    expect(errorOf(mixed.fields).code).toBe("usage");
    const missing = await session.call("replace_text", { path: "none.ts", edits });
    expect(errorOf(missing.fields).code).toBe("file-error");
  });
});

describe("choose_candidate", () => {
  async function ambiguous(): Promise<string> {
    await write("a.ts", twice);
    const { fields, text } = await session.call("replace_text", inTwoPlaces);
    const { code, details } = errorOf(fields);
    expect(code).toBe("ambiguous");
    const choose = details.choose as { id: string; candidates: number };
    expect(choose.candidates).toBe(2);
    expect(text).toContain(`\`choose_candidate\`, id "${choose.id}"`);
    expect(text).toMatch(/Candidate 1:\n@@ -1,5 \+1,5 @@[\s\S]*Candidate 2:\n@@ -3,5 \+3,5 @@/);
    return choose.id;
  }

  it("takes the second place without the edit", async () => {
    const id = await ambiguous();
    const dry = await session.call("choose_candidate", { id, candidate: 2, dry_run: true });
    expect(dry.text).toContain("+  return 2;");
    const done = await session.call("choose_candidate", { id, candidate: 2 });
    expect(done.fields.routeReason).toBe("candidate 2 of the ambiguous edit, as the call chose");
    expect(done.fields).toMatchObject({ written: true, added: 1, removed: 1 });
    expect(await read("a.ts")).toBe(twice.replace("b() {\n  return 1", "b() {\n  return 2"));
    // Once applied it is forgotten.
    const again = await session.call("choose_candidate", { id, candidate: 1 });
    expect(errorOf(again.fields).code).toBe("usage");
  });

  it("expires when the file changes", async () => {
    const id = await ambiguous();
    await write("a.ts", `// new\n${twice}`);
    const late = await session.call("choose_candidate", { id, candidate: 2 });
    expect(errorOf(late.fields).code).toBe("stale-file");
    expect(await read("a.ts")).toBe(`// new\n${twice}`);
  });

  it("knows the choices of its own session only, and only so many", async () => {
    const id = await ambiguous();
    const other = await openMcpSession(folder);
    const stolen = await other.call("choose_candidate", { id, candidate: 1 });
    await other.close();
    expect(errorOf(stolen.fields).code).toBe("usage");
    const third = await session.call("choose_candidate", { id, candidate: 3 });
    expect(errorOf(third.fields).code).toBe("usage");
    for (let more = 0; more < 20; more += 1) await session.call("replace_text", inTwoPlaces);
    const forgotten = await session.call("choose_candidate", { id, candidate: 1 });
    expect(errorOf(forgotten.fields).code).toBe("usage");
    expect(await read("a.ts")).toBe(twice);
  });

  it("answers an ambiguous edit in short, however long the file is", async () => {
    await write("a.ts", `${twice}// ${"x".repeat(200_000)}\n`);
    const answer = await session.call("replace_text", inTwoPlaces);
    expect(errorOf(answer.fields).code).toBe("ambiguous");
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });
});

describe("an answer", () => {
  const count = (answer: object): number => JSON.stringify(answer).split("return 5;").length - 1;
  const edit = {
    path: "a.ts",
    edits: [{ oldText: "function a() {\n  return 1;", newText: "function a() {\n  return 5;" }],
  };

  it.each([
    [{}, 1],
    [{ dry_run: true }, 1],
    [{ diff: true }, 1],
    [{ diff: false }, 0],
    [{ diff: false, dry_run: true }, 0],
  ])("has its diff once, or not: %j", async (wish, times) => {
    await write("a.ts", twice);
    expect(count(await session.call("replace_text", { ...edit, ...wish }))).toBe(times);
    await write("a.ts", twice);
    const row = { path: "a.ts", edit: JSON.stringify({ edits: edit.edits }) };
    expect(count(await session.call("apply_edits", { edits: [row], ...wish }))).toBe(times);
    await write("a.ts", twice);
    const patch =
      "--- a/a.ts\n+++ b/a.ts\n@@ -1,3 +1,3 @@\n function a() {\n-  return 1;\n+  return 5;\n }\n";
    expect(count(await session.call("apply_patch", { patch, ...wish }))).toBe(times);
  });

  it("is short without diff and receipt", async () => {
    await write("a.ts", twice);
    const short = await session.call("replace_text", { ...edit, diff: false });
    expect(short.fields).not.toHaveProperty("receipt");
    expect(JSON.stringify(short).length).toBeLessThan(800);
    expect(short.fields).toMatchObject({ written: true, hash: expect.any(String) });
  });
});

describe("replacements in other words", () => {
  it.each([
    ["a list as JSON text", JSON.stringify([{ oldText: "one", newText: "1" }])],
    ["one pair without a list", { oldText: "one", newText: "1" }],
    ["names of other tools", [{ old_string: "one", new_string: "1", replace_all: true }]],
    ["other names of theirs", [{ old_str: "one", new_str: "1" }]],
  ])("takes %s", async (_, edits) => {
    await write("a.ts", "one\ntwo\n");
    for (const tool of ["replace_text", "edit_file"]) {
      const { text } = await session.call(tool, { path: "a.ts", edits, dry_run: true });
      expect(text).toContain("-one\n+1\n");
    }
  });

  it.each([
    ["a name twice", [{ oldText: "one", old_string: "two", newText: "1" }]],
    ["an unknown name", [{ oldText: "one", newText: "1", all: true }]],
    ["no text", "one"],
    ["a list in a list", [[{ oldText: "one", newText: "1" }]]],
  ])("refuses %s", async (_, edits) => {
    await write("a.ts", "one\ntwo\n");
    const { isError } = await session.call("replace_text", { path: "a.ts", edits });
    expect(isError).toBe(true);
    expect(await read("a.ts")).toBe("one\ntwo\n");
  });
});

describe("read_file", () => {
  it.each([
    [{ first_line: 4 }, "a.ts, no line 4: it has 3 lines"],
    [{ first_line: 3, last_line: 2 }, "the last one asked for is before the first, 3"],
    [
      { ranges: [{ first_line: 1 }, { first_line: 9, last_line: 12 }] },
      "no line 9: it has 3 lines",
    ],
  ])("says which lines are not there: %j", async (lines, why) => {
    await write("a.ts", "one\ntwo\nthree\n");
    const { text } = await session.call("read_file", { path: "a.ts", ...lines });
    expect(text).toContain(why);
  });

  it("reads an empty file", async () => {
    await write("a.ts", "");
    const { fields, text } = await session.call("read_file", { path: "a.ts" });
    expect(fields).toMatchObject({ text: "", totalLines: 0 });
    expect(text).toContain("a.ts, empty, hash");
  });

  const lines = Array.from({ length: 3000 }, (_, i) => `line ${i + 1}\n`);
  const ranges = [{ first_line: 2, last_line: 3 }, { first_line: 2999 }];

  it("shows several ranges, and at most so many lines", async () => {
    await write("a.ts", lines.join(""));
    const two = await session.call("read_file", { path: "a.ts", ranges });
    expect(two.fields).toMatchObject({
      totalLines: 3000,
      ranges: [
        { text: "line 2\nline 3\n", firstLine: 2, lastLine: 3 },
        { text: "line 2999\nline 3000\n", firstLine: 2999, lastLine: 3000 },
      ],
    });
    expect(two.text).toContain("lines 2999-3000 of 3000:\nline 2999\n");
    const short = await session.call("read_file", { path: "a.ts", ranges, limit: 3 });
    expect(short.fields.ranges).toMatchObject([
      { lastLine: 3 },
      { lastLine: 2999, nextLine: 3000 },
    ]);
    const limited = await session.call("read_file", { path: "a.ts", first_line: 5, limit: 2 });
    expect(limited.fields).toMatchObject({ text: "line 5\nline 6\n", nextLine: 7 });
    const all = await session.call("read_file", {
      path: "a.ts",
      ranges: [{ first_line: 1 }, { first_line: 1 }],
    });
    expect(all.fields.ranges).toMatchObject([
      { lastLine: 2000, nextLine: 2001 },
      { text: "", firstLine: 1, lastLine: 0, nextLine: 1 },
    ]);
  });

  it("keeps a line for the next answer that is only too long for the rest of this one", async () => {
    await write("a.ts", `${"a".repeat(100_000)}\n${"b".repeat(100_000)}\n`);
    const wide = [
      { first_line: 1, last_line: 1 },
      { first_line: 2, last_line: 2 },
    ];
    const { fields } = await session.call("read_file", { path: "a.ts", ranges: wide });
    expect(fields.ranges).toMatchObject([{ lastLine: 1 }, { text: "", lastLine: 1, nextLine: 2 }]);
  });

  it("gives a hash with every range that is a base", async () => {
    await write("a.ts", lines.join(""));
    const { fields } = await session.call("read_file", { path: "a.ts", ranges });
    await write("a.ts", ["new\n", ...lines].join(""));
    const edits = [{ oldText: "line 2999\n", newText: "line x\n" }];
    const done = await session.call("replace_text", { path: "a.ts", edits, base: fields.hash });
    expect(done.fields).toMatchObject({ written: true });
    expect(await read("a.ts")).toBe(
      ["new\n", ...lines].join("").replace("line 2999\n", "line x\n"),
    );
  });
});
