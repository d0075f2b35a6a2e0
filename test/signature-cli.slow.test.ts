import { describe, expect, it } from "vitest";
import type { CliAnswer } from "./support/cli.ts";
import { workFolder } from "./support/work-folder.ts";

const work = workFolder();
const { put, read } = work;
const run = (...words: string[]): Promise<CliAnswer> => work.run(words);

describe("redraft signature", () => {
  it("shows, writes all files, says how to take it back, and refuses what it cannot adapt", async () => {
    await put("a.ts", "export function f(a: number) {\n  return a;\n}\n");
    await put("b.ts", 'import { f } from "./a";\nf(1);\n');
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
    await put("c.ts", 'import { f } from "./a";\n[1].map(f);\n');
    const unsure = await run("signature", "f", "a: number, b = 1");
    expect(unsure).toMatchObject({ code: 1 });
    expect(unsure.stderr).toContain("c.ts:2");
    const left = await run("signature", "f", "a: number, b = 1", "--unsure", "leave");
    expect(left).toMatchObject({ code: 0 });
    expect(await read("a.ts")).toContain("b = 1");
  });
});
