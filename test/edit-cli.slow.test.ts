import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTimeline } from "../src/inspect/timeline.ts";
import { receiptText } from "../src/workspace/receipt/format.ts";
import { verifyReceipt } from "../src/workspace/receipt/verify.ts";
import { redraft } from "./support/cli.ts";
import { hasEngine } from "./support/native.ts";
import { writeTinyModel } from "./support/tiny-models.ts";
import { says, type WireAnswer, type WireServer, wireServer } from "./support/wire-server.ts";

const source = "import os\n\n\ndef first():\n    return 1\n\n\ndef second():\n    return 2\n";
const expected = source.replace("return 1", "return 10");

const block = (path: string, edit: string): string =>
  `<edit_file>\n<target_file>${path}</target_file>\n<instructions>I do it.</instructions>\n<code_edit>\n${edit}\n</code_edit>\n</edit_file>`;
const sketch =
  "# ... existing code ...\ndef first():\n    return 10\n\n\ndef second():\n# ... existing code ...";

let folder: string;
let server: WireServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-edit-"));
  await writeFile(join(folder, "a.py"), source);
  await writeFile(join(folder, "b.py"), "x = 1\ny = 2\nz = 3\n");
});
afterEach(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

async function edit(answers: WireAnswer[], words: readonly string[]) {
  server = await wireServer(...answers);
  const env = { REDRAFT_API_KEY: "k1", REDRAFT_MODEL_NAME: "big", OPENAI_API_KEY: "not-for-you" };
  const answer = await redraft(["edit", ...words, "--model", server.url], { cwd: folder, env });
  return { ...answer, seen: server.seen };
}

const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

describe("redraft edit", () => {
  it("has the model write sketches, applies them to all files, and says what it took", async () => {
    const text = `${block("a.py", sketch)}\n${block("b.py", "x = 1\ny = 20\nz = 3")}`;
    const { code, stdout, stderr, seen } = await edit(
      [says(text)],
      ["a.py", "b.py", "change both", "--via", "cascade", "--json"],
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(await read("a.py")).toBe(expected);
    expect(await read("b.py")).toBe("x = 1\ny = 20\nz = 3\n");
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      written: true,
      error: null,
      files: [
        { path: "a.py", via: "cascade", route: "merge", text: expected },
        { path: "b.py", via: "cascade" },
      ],
      report: {
        via: "cascade",
        large: { requests: 1, promptTokens: 50, outputTokens: 30, counted: true },
        other: { via: "rewrite" },
      },
    });
    expect(answer.files[0].patch).toContain("+    return 10");
    const bytes = Buffer.from(receiptText(answer.files[0].receipt));
    const texts = { before: source, after: expected, edit: answer.files[0].sketch as string };
    const files = Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]),
    );
    expect(verifyReceipt(bytes, files)).toMatchObject({ ok: true, problems: [] });
    expect(seen).toHaveLength(1);
    expect(seen[0]!.headers.authorization).toBe("Bearer k1");
    expect(seen[0]!.body.model).toBe("big");
  });

  it("prints the diff and writes nothing in a dry run", async () => {
    const words = ["a.py", "go on", "--via", "cascade", "--dry-run"];
    const { code, stdout, stderr } = await edit([says(block("a.py", sketch))], words);
    expect(code).toBe(0);
    expect(stdout).toContain("-    return 1\n+    return 10\n");
    expect(stderr).toContain("not written (dry run)");
    expect(await read("a.py")).toBe(source);
  });

  it("writes an event log that the inspector reads", async () => {
    const words = ["a.py", "go on", "--via", "cascade", "--events", "events.jsonl"];
    const { code } = await edit([says(block("a.py", sketch))], words);
    expect(code).toBe(0);
    const { command, instruction, rounds, events, problems } = readTimeline(
      await read("events.jsonl"),
    );
    expect({ command, instruction, problems }).toEqual({
      command: "edit",
      instruction: "go on",
      problems: [],
    });
    expect(rounds.map(({ title, hasPasses }) => ({ title, hasPasses }))).toEqual([
      { title: "cascade: a.py", hasPasses: false },
    ]);
    expect(rounds[0]!.passes.map(({ text }) => text).join("")).toContain("return 10");
    expect(events.map(({ title }) => title)).toEqual([
      "asked the model (cascade)",
      "edited a.py",
      "answered by a server with OpenAI's API",
    ]);
  });

  it("writes a failure into the event log", async () => {
    const words = ["a.py", "go on", "--via", "rewrite", "--events", "events.jsonl"];
    const refuses: WireAnswer = (_request, response) => void response.writeHead(401).end("{}");
    const { code } = await edit([refuses], words);
    expect(code).toBe(4);
    const { events } = readTimeline(await read("events.jsonl"));
    expect(events.at(-1)).toMatchObject({ type: "error", title: "failed", tone: "bad" });
  });

  it("rewrites with the source as prediction", async () => {
    const text = `<updated_file path="a.py">\n${expected}</updated_file>`;
    const words = ["a.py", "go on", "--via", "rewrite"];
    const { code, stderr, seen } = await edit([says(text)], words);
    expect(stderr).toContain("rewritten");
    expect(code).toBe(0);
    expect(await read("a.py")).toBe(expected);
    expect(JSON.stringify(seen[0]!.body.prediction)).toContain("def second");

    await server?.close();
    await writeFile(join(folder, "a.py"), source);
    const { stdout } = await edit([says(text)], [...words, "--json"]);
    const { report } = JSON.parse(stdout);
    expect(report).toMatchObject({
      server: "a server with OpenAI's API",
      prediction: "unreported",
    });
    const { receipt } = JSON.parse(stdout).files[0];
    expect(receipt).toMatchObject({ route: "rewrite", model: { name: expect.any(String) } });
    expect(receipt.lines.result).toContainEqual({ from: "model", lines: [5, 5] });
    const files = { before: Buffer.from(source), after: Buffer.from(expected) };
    expect(verifyReceipt(Buffer.from(receiptText(receipt)), files)).toMatchObject({ ok: true });
  });

  it("refuses new syntax errors, and leaves every file as it was", async () => {
    const bad = sketch.replace("return 10", "return (10");
    const rewritten = `<updated_file path="a.py">\n${source.replace("return 1", "return (1")}</updated_file>`;
    const both = `${block("a.py", bad)}\n${block("b.py", "x = 1\ny = 20\nz = 3")}`;
    const { code, stdout } = await edit(
      [says(both), says(block("a.py", bad)), says(rewritten)],
      ["a.py", "b.py", "go on", "--via", "cascade", "--json"],
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      files: [],
      written: false,
      error: { code: "check-failed", message: expect.stringContaining("syntax error") },
    });
    expect(await read("a.py")).toBe(source);
    expect(await read("b.py")).toBe("x = 1\ny = 2\nz = 3\n");
  });

  it("keeps the edit when the check passes, and takes it back when it fails", async () => {
    const answer = [says(block("a.py", sketch))];
    const words = ["a.py", "go on", "--via", "cascade", "--check"];
    const good = await edit(answer, [...words, "grep -q 'return 10' a.py"]);
    expect(good.code).toBe(0);
    expect(await read("a.py")).toBe(expected);

    await server?.close();
    await writeFile(join(folder, "a.py"), source);
    const failed = await edit(answer, [...words, "echo no good; grep -q 'return 99' a.py"]);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("no good");
    expect(failed.stderr).toContain("exited with code 1. Nothing was changed.");
    expect(await read("a.py")).toBe(source);
    expect((await readdir(folder)).sort()).toEqual(["a.py", "b.py"]);
  });

  it("asks again with what the check said, as often as --attempts allows", async () => {
    const wrong = sketch.replace("return 10", "return 11");
    const words = ["a.py", "go on", "--via", "cascade", "--check", "cat a.py | grep 'return 10'"];
    const answers = [says(block("a.py", wrong)), says(block("a.py", sketch))];
    const { code, stdout, stderr, seen } = await edit(answers, [
      ...words,
      "--attempts",
      "3",
      "--json",
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain("attempt 2 of 3");
    expect(JSON.parse(stdout)).toMatchObject({ written: true, attempt: 2 });
    expect(await read("a.py")).toBe(expected);
    const asked = seen.map(({ body }) =>
      String((body.messages as { content: string }[]).at(-1)?.content),
    );
    expect(asked).toHaveLength(2);
    // The beginning stays the same, so that a server finds it in its cache.
    expect(asked[1]!.startsWith(asked[0]!)).toBe(true);
    expect(asked[1]).toContain("+    return 11");
    expect(asked[1]).toContain("exited with code 1");

    await server?.close();
    await writeFile(join(folder, "a.py"), source);
    const failed = await edit(
      [says(block("a.py", wrong)), says(block("a.py", wrong))],
      [...words, "--attempts", "2"],
    );
    expect(failed.code).toBe(1);
    expect(failed.seen).toHaveLength(2);
    expect(await read("a.py")).toBe(source);
  });

  it("takes new files back too, and keeps what the check itself wrote", async () => {
    const text = `${block("new.py", "print(1)")}\n${block("a.py", sketch)}`;
    const { code } = await edit(
      [says(text)],
      [
        "new.py",
        "a.py",
        "go on",
        "--create",
        "--via",
        "cascade",
        "--check",
        "echo '# tidy' >> a.py; false",
      ],
    );
    expect(code).toBe(1);
    expect(await read("a.py")).toBe(source);
    expect(await read("a.py.rejected")).toBe(`${expected}# tidy\n`);
    expect((await readdir(folder)).sort()).toEqual(["a.py", "a.py.rejected", "b.py"]);
  });

  it.each([
    [["a.py"], 2, "then the instruction"],
    [["a.py", "b.py"], 2, "b.py is a file"],
    [["missing.py", "go on"], 3, "does not exist"],
    [["a.py", "go on", "--check", "true", "--dry-run"], 2, "--dry-run"],
    [["a.py", "go on", "--attempts", "2"], 2, "--check"],
    [["a.py", "go on", "--costs", "a.py"], 2, "not JSON"],
    [["a.py", "go on", "--via", "magic"], 2, "magic"],
    [["a.py", "go on", "--timeout", "-1"], 2, "above 0"],
    [["a.py", "go on", "--context", "4096"], 2, "--context is for"],
  ])("refuses %j with exit code %i", async (words, exitCode, message) => {
    const { code, stderr, seen } = await edit([says("")], words);
    expect(stderr).toContain(message);
    expect(code).toBe(exitCode);
    expect(seen).toEqual([]);
  });

  it.skipIf(!hasEngine)(
    "refuses weights that understand no instructions, and keeps the file where others write nonsense",
    async () => {
      const tiny = join(folder, "tiny.gguf");
      writeTinyModel(tiny, { chatTemplate: "{% for m in messages %}<|im_start|>{% endfor %}" });
      const own = fileURLToPath(new URL("../weights/redraft-apply-6m-q8_0.gguf", import.meta.url));
      const words = ["edit", "a.py", "go on", "--check", "true", "--model"];
      const apply = await redraft([...words, own], { cwd: folder });
      expect(apply.stderr).toContain("--apply-model");
      expect(apply.code).toBe(2);
      const random = await redraft([...words, tiny], { cwd: folder });
      expect(random.stderr).toMatch(/^redraft: tiny llama/);
      expect(random.code).toBe(4);
      const small = await redraft([...words, tiny, "--context", "64"], { cwd: folder });
      expect(small.stderr).toMatch(/holds 64\..*--context/);
      expect(small.code).not.toBe(0);
      expect(await read("a.py")).toBe(source);
    },
  );

  it("says what failed: no model, a wrong key", async () => {
    const none = await redraft(["edit", "a.py", "go on", "--json"], { cwd: folder });
    expect(none.code).toBe(4);
    expect(JSON.parse(none.stdout).error.code).toBe("model-unavailable");
    const words = ["a.py", "go on", "--json"];
    const refused = await edit([(_request, response) => void response.writeHead(401).end()], words);
    expect(refused.code).toBe(4);
    expect(JSON.parse(refused.stdout).error.code).toBe("model-unavailable");
  });
});
