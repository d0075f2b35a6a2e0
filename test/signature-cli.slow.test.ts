import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CliAnswer, redraft } from "./support/cli.ts";

let top = "";
let folder = "";
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), "redraft-signature-"));
  folder = join(top, "work");
  await mkdir(folder);
});
afterEach(async () => {
  await rm(top, { recursive: true, force: true });
});

const run = (...words: string[]): Promise<CliAnswer> =>
  redraft(words, { cwd: folder, env: { REDRAFT_STATE_HOME: join(top, "state") } });

describe("redraft signature", () => {
  it("shows, writes all files, says how to take it back, and refuses what it cannot adapt", async () => {
    const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
    await writeFile(join(folder, "a.ts"), "export function f(a: number) {\n  return a;\n}\n");
    await writeFile(join(folder, "b.ts"), 'import { f } from "./a";\nf(1);\n');
    const dry = await run(
      "signature",
      "f",
      "a: number, b: string",
      "--value",
      'b="x"',
      "--dry-run",
    );
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain('+f(1, "x");');
    expect(await read("b.ts")).toContain("f(1);");
    const json = await run("signature", "f", "a: number, b: string", "--value", 'b="x"', "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ written: true, calls: 1, error: null });
    expect(await read("a.ts")).toContain("f(a: number, b: string)");
    expect((await run("undo")).code).toBe(0);
    expect(await read("b.ts")).toContain("f(1);");

    const lacking = await run("signature", "f", "a: number, b: string");
    expect(lacking).toMatchObject({ code: 2 });
    expect(lacking.stderr).toContain("--value b=");
    expect((await run("signature", "f", "a", "--value", "b")).code).toBe(2);
    await writeFile(join(folder, "c.ts"), 'import { f } from "./a";\n[1].map(f);\n');
    const unsure = await run("signature", "f", "a: number, b = 1");
    expect(unsure).toMatchObject({ code: 1 });
    expect(unsure.stderr).toContain("c.ts:2");
    const left = await run("signature", "f", "a: number, b = 1", "--unsure", "leave");
    expect(left).toMatchObject({ code: 0 });
    expect(await read("a.ts")).toContain("b = 1");
  });
});
