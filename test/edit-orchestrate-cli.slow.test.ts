import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CliAnswer } from "./support/cli.ts";
import { says, type WireAnswer, type WireServer, wireServer } from "./support/wire-server.ts";
import { workFolder } from "./support/work-folder.ts";

const work = workFolder();
const { put, read } = work;
let server: WireServer | undefined;
beforeEach(async () => {
  await put("a.ts", "export function load(key: string) {\n  const old = key;\n  return old;\n}\n");
  await put("b.ts", "import { load } from './a';\nload('x');\n");
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const run = (...words: string[]): Promise<CliAnswer> =>
  work.run(["edit", ...words], { env: { REDRAFT_API_KEY: "k", REDRAFT_MODEL_NAME: "m" } });

async function withModel(answers: WireAnswer[], ...words: string[]) {
  server = await wireServer(...answers);
  const answer = await run(...words, "--model", server.url);
  return { ...answer, seen: server.seen };
}

const rewritten = (text: string): WireAnswer =>
  says(`<updated_file path="a.ts">\n${text}</updated_file>`);

describe("redraft edit with specialists", () => {
  it("leaves what a specialist reads and proves to it, without a model", async () => {
    const dry = await run("a.ts", "rename old to next", "--dry-run");
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain("+  const next = key;\n+  return next;");
    expect(dry.stderr).toContain("orchestrate");
    const done = await run("a.ts", "rename old to next", "--json");
    expect(JSON.parse(done.stdout)).toMatchObject({
      written: true,
      files: [{ path: "a.ts", via: "orchestrate", route: "merge", receipt: expect.anything() }],
      report: { via: "orchestrate", large: { requests: 0 } },
      error: null,
    });
    expect(await read("a.ts")).toContain("return next;");
  });

  it("asks no model where there is one", async () => {
    const { code, seen } = await withModel([], "a.ts", "rename old to next");
    expect([code, seen]).toEqual([0, []]);
    expect(await read("a.ts")).toContain("const next = key");
  });

  it("keeps to the named files, unless it is asked for", async () => {
    const before = await read("a.ts");
    const refused = await run("a.ts", "rename load to fetchKey");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("b.ts would change, too");
    expect(await read("a.ts")).toBe(before);
    const after = before.replace("load", "fetchKey");
    const words = ["a.ts", "rename load to fetchKey", "--via", "auto"];
    const asked = await withModel([rewritten(after)], ...words);
    expect(asked.stderr).toContain("The model is asked instead.");
    expect([asked.code, asked.seen.length]).toEqual([0, 1]);
    await put("a.ts", before);
    expect((await run("a.ts", "rename load to fetchKey", "--via", "orchestrate")).code).toBe(0);
    expect(await read("b.ts")).toBe("import { fetchKey } from './a';\nfetchKey('x');\n");
  });

  it("asks the model for all else", async () => {
    const after = (await read("a.ts")).replace("return old", "return old.trim()");
    const words = ["a.ts", "rename old to next and trim it", "--via", "auto"];
    const { code, seen } = await withModel([rewritten(after)], ...words);
    expect([code, seen.length]).toEqual([0, 1]);
    expect(await read("a.ts")).toBe(after);
    const without = await run("a.ts", "trim the key");
    expect(without.code).not.toBe(0);
    expect(without.stderr).toContain("needs a model");
  });

  it("lists what nothing proves, and takes the one that is chosen", async () => {
    const part = (await read("a.ts")).replace("= key", "= key.trim()");
    const answer = says(`\`\`\`ts\n${part}\`\`\``);
    const words = ["a.ts", "Trim the key in `load`.", "--via", "orchestrate"];
    const listed = await withModel([answer], ...words);
    expect(listed.code).toBe(1);
    expect(listed.stderr).toContain("1. load (a.ts:1-4)");
    await server?.close();
    const chosen = await withModel([answer], ...words, "--choose", "1");
    expect(chosen.code).toBe(0);
    expect(chosen.stderr).toContain("nothing proves it: read the diff");
    expect(await read("a.ts")).toBe(part);
  });

  it("restores the files where the check fails, and takes the line and the selection", async () => {
    const before = await read("a.ts");
    const failed = await run("a.ts", "rename old to next", "--check", "false");
    expect(failed.code).toBe(1);
    expect(await read("a.ts")).toBe(before);
    await put(
      "m.py",
      "def f(xs):\n    found = []\n    for x in xs:\n        found.append(x.y)\n    return found\n",
    );
    const loop = await run("m.py", "convert this loop to a comprehension", "--at", "m.py:3");
    expect(loop.code).toBe(0);
    expect(await read("m.py")).toContain("found = [x.y for x in xs]");
    const part = await run("m.py", "extract the selection into `pick`", "--at", "m.py:2-2");
    expect(part.code).toBe(0);
    expect(await read("m.py")).toContain("found = pick(xs)");
  });

  it("drafts the model's own answer from the specialist's edit, and keeps to the answer", async () => {
    const after = (await read("a.ts")).replace("return old", "return old; // kept");
    const words = ["a.ts", "rename old to next", "--via", "rewrite", "--lossless"];
    const { code, seen } = await withModel([rewritten(after)], ...words);
    expect(code).toBe(0);
    expect(JSON.stringify(seen[0]!.body.prediction)).toContain("const next = key");
    expect(await read("a.ts")).toBe(after);
  });

  it.each([
    [["--choose", "1"], "--via orchestrate"],
    [["--verify-model", "x.gguf"], "--via orchestrate"],
    [["--lossless"], "a --model"],
    [["--via", "rewrite", "--at", "a.ts:1"], "--via orchestrate or auto"],
    [["--via", "orchestrate", "--symbol", "load"], "--via region or auto"],
    [["--via", "orchestrate", "--root", tmpdir(), "--at", "a.ts"], "write file:line"],
  ])("refuses %j", async (options, needs) => {
    const { code, stderr } = await run("a.ts", "rename old to next", ...options);
    expect(code).toBe(2);
    expect(stderr).toContain(needs);
  });

  describe("repeats the last edit in words", () => {
    const edit = '{"old_string":"load(\'x\')","new_string":"load(\'x\', true)"}';
    const more = "import { load } from './a';\nload('z');\nload('w');\n";
    beforeEach(async () => {
      await put("c.ts", more);
      await put("d.ts", more);
      const done = await work.run(["apply", "b.ts"], { stdin: edit });
      expect(done.code).toBe(0);
    });
    const repeated = more.replaceAll(/(?<='[zw]')/gu, ", true");

    it("in the files that are named, without a model, as one change for undo", async () => {
      const { code, seen, stderr } = await withModel([], "c.ts", "do the same in this file");
      expect([code, seen]).toEqual([0, []]);
      expect(stderr).toContain(
        "The last edit is repeated: load ( $('x') ) -> load ( $('x') , true ).",
      );
      expect([await read("c.ts"), await read("d.ts")]).toEqual([repeated, more]);
      expect((await work.run(["undo"])).code).toBe(0);
      expect(await read("c.ts")).toBe(more);
    });

    it("in other files only where that is allowed", async () => {
      const refused = await run("c.ts", "do the same everywhere");
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("d.ts") });
      expect([await read("c.ts"), await read("d.ts")]).toEqual([more, more]);
      const done = await run("c.ts", "do the same everywhere", "--via", "orchestrate");
      expect(done.code).toBe(0);
      expect([await read("c.ts"), await read("d.ts")]).toEqual([repeated, repeated]);
    });

    it("only as a list where no place is said, or the log has no edit", async () => {
      const listed = await run("c.ts", "repeat the last edit", "--via", "orchestrate");
      expect(listed).toMatchObject({ code: 1, stderr: expect.stringContaining("--choose") });
      await work.run(["undo"]);
      const none = await run("c.ts", "do the same here");
      expect(none).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("no edit of this folder"),
      });
      const { seen } = await withModel(
        [says(`<updated_file path="c.ts">\n${repeated}</updated_file>`)],
        ...["c.ts", "do the same here", "--via", "auto"],
      );
      expect(seen).toHaveLength(1);
      expect(await read("c.ts")).toBe(repeated);
    });
  });
});
