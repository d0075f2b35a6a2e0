import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CliAnswer, redraft } from "./support/cli.ts";

let top = "";
let folder = "";
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), "redraft-move-"));
  folder = join(top, "work");
  await mkdir(folder);
});
afterEach(async () => {
  await rm(top, { recursive: true, force: true });
});

const put = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
const run = (...words: string[]): Promise<CliAnswer> =>
  redraft(words, { cwd: folder, env: { REDRAFT_STATE_HOME: join(top, "state") } });

describe("redraft move", () => {
  it("moves, can be looked at first, and is taken back by undo", async () => {
    await put("a.ts", 'import "./c";\nexport const x = 1;\n');
    await put("b.ts", "import { x } from './a';\n");
    const dry = await run("move", "a.ts", "lib/a.ts", "--dry-run");
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain("+import { x } from './lib/a';");
    expect(dry.stdout).toContain("rename to lib/a.ts");
    expect(await read("a.ts")).toContain("./c");
    const done = await run("move", "a.ts", "lib/a.ts", "--json");
    expect(JSON.parse(done.stdout)).toMatchObject({
      moves: [{ from: "a.ts", to: "lib/a.ts" }],
      imports: 2,
      written: true,
      entry: expect.any(String),
      error: null,
    });
    expect(await read("lib/a.ts")).toBe('import "../c";\nexport const x = 1;\n');
    expect(await read("b.ts")).toBe("import { x } from './lib/a';\n");
    await expect(access(join(folder, "a.ts"))).rejects.toThrow("ENOENT");
    expect((await run("undo")).code).toBe(0);
    expect(await read("a.ts")).toBe('import "./c";\nexport const x = 1;\n');
    expect(await read("b.ts")).toBe("import { x } from './a';\n");
  });

  it("refuses with exit code 1 and the places, until it is said what to do with them", async () => {
    await put("a.ts", "export const x = 1;\n");
    await put("a.test.ts", "vi.mock('./a');\n");
    const asked = await run("move", "a.ts", "c.ts");
    expect(asked).toMatchObject({ code: 1, stdout: "" });
    expect(asked.stderr).toContain("a.test.ts:1: vi.mock('./a');");
    const left = await run("move", "a.ts", "c.ts", "--unsure", "leave");
    expect(left.stderr).toContain("1 left, and may mean it");
    expect(await read("c.ts")).toBe("export const x = 1;\n");
    expect(await read("a.test.ts")).toBe("vi.mock('./a');\n");
    expect((await run("move", "c.ts", "a.test.ts")).code).toBe(1);
    expect((await run("move", "c.ts", "../c.ts")).code).toBe(1);
  });

  it("is what an edit in words names, which changes texts alone", async () => {
    await put("a.ts", "export const x = 1;\n");
    const said = await run("edit", "a.ts", "move a.ts to c.ts", "--via", "orchestrate");
    expect(said.code).not.toBe(0);
    expect(said.stderr).toContain("redraft move");
    expect(await read("a.ts")).toBe("export const x = 1;\n");
  });
});
