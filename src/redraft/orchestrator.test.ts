import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { RedraftError } from "../core/errors.ts";
import type { TextTarget } from "../core/target.ts";
import { carryOver } from "../merge/rebase/carry.ts";
import type { EditCandidate, Speculator } from "../orchestrate/speculator.ts";
import { openJournal } from "../workspace/journal/journal.ts";
import { undo } from "../workspace/journal/undo.ts";
import { createRedraft } from "./create-redraft.ts";
import { createOrchestrator } from "./orchestrator.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const root = await realpath(mkdtempSync(join(tmpdir(), "redraft-orchestrate-")));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  return root;
}

const files = {
  "a.ts": "export const old = 1;\n",
  "b.ts": "import { old } from './a';\nuse(old);\n",
};
const rename = { rename: { from: "old", to: "next" } };
const read = (root: string, path: string): string => readFileSync(join(root, path), "utf8");

describe("an orchestrator on the disk", () => {
  it("renames in all files, with an entry that undo takes back", async () => {
    const root = await folderWith(files);
    const journal = openJournal({ folder: root });
    const done = await createOrchestrator({ root }).run(rename, {
      journal,
      note: { kind: "edit", by: "test" },
    });
    expect(done.applied.written).toBe(true);
    expect(read(root, "a.ts")).toBe("export const next = 1;\n");
    expect(read(root, "b.ts")).toBe("import { next } from './a';\nuse(next);\n");
    await undo({ by: "test" }, { journal, carry: carryOver, show: (path) => path });
    expect(read(root, "a.ts")).toBe(files["a.ts"]);
    expect(read(root, "b.ts")).toBe(files["b.ts"]);
  });

  it("writes nothing in a dry run, and says what it would write", async () => {
    const root = await folderWith(files);
    const { applied } = await createOrchestrator({ root }).run(rename, { dryRun: true });
    expect(applied.written).toBe(false);
    expect(applied.files.map(({ path }) => path)).toEqual(["a.ts", "b.ts"]);
    expect(applied.files[0]!.diff).toContain("+export const next = 1;");
    expect(read(root, "a.ts")).toBe(files["a.ts"]);
  });

  it("starts again where a file changes between the proposal and the write", async () => {
    const root = await folderWith(files);
    const more = "import { old } from './a';\nuse(old, old);\n";
    let calls = 0;
    const engine = createRedraft();
    const redraft: Pick<typeof engine, "apply"> = {
      async apply(request, call) {
        calls += 1;
        if (calls === 1) writeFileSync(join(root, "b.ts"), more);
        return engine.apply(request, call);
      },
    };
    await createOrchestrator({ root, redraft }).run(rename);
    expect(read(root, "b.ts")).toBe("import { next } from './a';\nuse(next, next);\n");
  });

  it("takes everything back where the check fails", async () => {
    const root = await folderWith(files);
    const check = async (): Promise<void> => {
      expect(read(root, "a.ts")).toContain("next");
      throw new RedraftError("check-failed", "no");
    };
    await expect(createOrchestrator({ root }).run(rename, { check })).rejects.toThrow("no");
    expect(read(root, "a.ts")).toBe(files["a.ts"]);
    expect(read(root, "b.ts")).toBe(files["b.ts"]);
  });

  it("keeps encodings and line ends", async () => {
    const root = await folderWith({
      "a.ts": "\ufeffexport const old = 'é';\r\nuse(old);",
      "b.py": Buffer.from("# caf\xe9\nimport a\n", "latin1"),
    });
    await createOrchestrator({ root }).run(rename);
    expect(read(root, "a.ts")).toBe("\ufeffexport const next = 'é';\r\nuse(next);");
  });

  it("writes no candidate that names another text, or that the merge does not come to", async () => {
    const root = await folderWith({ "a.ts": "a();\n" });
    const propose = (file: EditCandidate["files"][number]): Speculator => ({
      name: "test",
      recognise: () => ({ confidence: 1, why: "" }),
      async *speculate() {
        yield { by: "test", title: "t", why: "", confidence: 1, files: [file], notes: [] };
      },
    });
    const stale = propose({ path: "a.ts", before: "x();\n", after: "b();\n" });
    await expect(createOrchestrator({ root, speculators: [stale] }).run({})).rejects.toMatchObject({
      code: "stale-file",
    });
    expect(read(root, "a.ts")).toBe("a();\n");
    const modest = propose({ path: "a.ts", before: "a();\n", after: "b();\n" });
    const verifier = {
      name: "no",
      verify: async () => [{ accepted: false, score: 0, why: "too unlikely" }],
    };
    const orchestrator = createOrchestrator({ root, speculators: [modest], verifier });
    await expect(orchestrator.run({})).rejects.toThrow("t: too unlikely");
    const [judged] = await orchestrator.propose({});
    await orchestrator.apply(judged!.candidate);
    expect(read(root, "a.ts")).toBe("b();\n");
  });
});

describe("redraft.orchestrate", () => {
  /** A model that writes `next` for `old`. */
  const writer: TextTarget = {
    kind: "text",
    name: "scripted",
    async *complete() {
      yield { text: "```ts\nexport const old = 2;\n```\n" };
    },
    async dispose() {},
  };

  it("makes the edit of an instruction, and writes nothing", async () => {
    const root = await folderWith(files);
    const { chosen, files: made } = await createRedraft().orchestrate(
      { instruction: "rename old to next" },
      { root },
    );
    expect(chosen).toMatchObject({ by: "rename", confidence: 1 });
    expect(made.map(({ path, result }) => [path, result.route, result.text])).toEqual([
      ["a.ts", "merge", "export const next = 1;\n"],
      ["b.ts", "merge", "import { next } from './a';\nuse(next);\n"],
    ]);
    expect(read(root, "a.ts")).toBe(files["a.ts"]);
  });

  it("asks the writer for all else, and takes its edit only where the caller chooses it", async () => {
    const root = await folderWith(files);
    const redraft = createRedraft({ writer });
    const request = { instruction: "Let `old` be 2.", files: ["a.ts"] };
    await expect(redraft.orchestrate(request, { root })).rejects.toMatchObject({
      code: "ambiguous",
      details: { candidates: [{ by: "writer" }] },
    });
    const { files: made } = await redraft.orchestrate(request, { root, choose: 1 });
    expect(made[0]!.result.text).toBe("export const old = 2;\n");
    await expect(createRedraft().orchestrate(request, { root })).rejects.toMatchObject({
      code: "usage",
    });
  });

  it("takes the writer's edit where a verifier accepts it", async () => {
    const root = await folderWith(files);
    const verifier = {
      name: "sure",
      verify: async (all: readonly EditCandidate[]) =>
        all.map(() => ({ accepted: true, score: 1, why: "sure" })),
    };
    const request = { instruction: "Let `old` be 2.", files: ["a.ts"] };
    const orchestrator = createOrchestrator({ root, writer, verifier });
    await orchestrator.run(request);
    await orchestrator.dispose();
    expect(read(root, "a.ts")).toBe("export const old = 2;\n");
  });
});
