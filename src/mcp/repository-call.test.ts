import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRedraft } from "../redraft/create-redraft.ts";
import { openLearning } from "../redraft/learning.ts";
import { rememberJournals } from "./journal-tools.ts";
import { type RepositoryCall, repositoryAnswer } from "./repository-call.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-mcp-"));
  for (const name of ["one", "two"]) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, `${name}.ts`), "");
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What a call with these open folders is given. */
function callsIn(): (names: readonly string[], path?: string) => Promise<RepositoryCall> {
  let roots: readonly string[] = [];
  const answer = repositoryAnswer({
    redraft: createRedraft(),
    learningOf: (one) => openLearning({ folder: one }),
    journalOf: rememberJournals(false, { debug() {}, info() {}, warn() {}, error() {} }),
    answer: (_, work) => work(roots, () => {}),
  });
  const context = {
    mcpReq: { signal: new AbortController().signal },
  } as unknown as ServerContext;
  return async (names, path) => {
    roots = names.map((name) => join(folder, name));
    let seen: RepositoryCall | undefined;
    await answer(context, path, async (call): Promise<CallToolResult> => {
      seen = call;
      return { content: [] };
    });
    return seen!;
  };
}

it("keeps one index per folder for all tools", async () => {
  const call = callsIn();
  const first = await call(["one"]);
  expect((await call(["one", "two"], "one.ts")).orchestrator).toBe(first.orchestrator);
  expect((await call(["two"])).orchestrator).not.toBe(first.orchestrator);
});

it("takes the folder of the file that is named, and asks where it cannot know", async () => {
  const call = callsIn();
  expect(await call(["one", "two"], "two.ts")).toMatchObject({
    root: join(folder, "two"),
    file: { display: "two.ts" },
  });
  await expect(call(["one", "two"])).rejects.toMatchObject({ code: "usage" });
  await expect(call(["one"], "../two/two.ts")).rejects.toMatchObject({ code: "outside-root" });
  await expect(call([])).rejects.toMatchObject({ code: "outside-root" });
});
