import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type McpSession, openMcpSession } from "../../test/support/mcp-session.ts";

let folder = "";
let session: McpSession;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-mcp-"));
  await writeFile(join(folder, "a.ts"), "export function f(a: number) { return a; }\n");
  await writeFile(join(folder, "b.ts"), "import { f } from './a';\nf(1);\n");
  session = await openMcpSession(folder);
});
afterEach(async () => {
  await session.close();
  await rm(folder, { recursive: true, force: true });
});

const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

it("changes a function and its calls, and shows a dry run first", async () => {
  const change = { function: "f", parameters: "a: number, b: string", values: { b: "'x'" } };
  const dry = await session.call("change_signature", { ...change, dry_run: true });
  expect(dry.text).toContain("+f(1, 'x');");
  expect(await read("b.ts")).toContain("f(1);");
  const made = await session.call("change_signature", { ...change, path: "a.ts", line: 1 });
  expect(made).toMatchObject({ isError: false, fields: { written: true, calls: 1 } });
  expect(await read("a.ts")).toContain("f(a: number, b: string)");
  expect(await read("b.ts")).toContain("f(1, 'x');");
});

it("refuses with the calls that it cannot adapt", async () => {
  await writeFile(join(folder, "c.ts"), "import { f } from './a';\n[1].map(f);\n");
  const refused = await session.call("change_signature", { function: "f", parameters: "a, b = 1" });
  expect(refused.isError).toBe(true);
  expect(refused.text).toContain("c.ts:2");
  expect(await read("a.ts")).toContain("f(a: number)");
  const lineAlone = await session.call("change_signature", {
    function: "f",
    parameters: "a",
    line: 1,
  });
  expect(lineAlone.text).toContain("needs `path`");
});
