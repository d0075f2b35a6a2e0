import { describe, expect, it } from "vitest";
import type { CliAnswer } from "./support/cli.ts";
import { workFolder } from "./support/work-folder.ts";

const work = workFolder();
const read = (): Promise<string> => work.read("a.py");
const run = (...words: string[]): Promise<CliAnswer> => work.run(words);

const source =
  "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total * 2\n";
const expected =
  "def f(xs):\n    total = sum_of(xs)\n    return total * 2\n\n\ndef sum_of(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n";

describe("redraft extract", () => {
  it("shows, writes, says how to take it back, and refuses what it cannot keep", async () => {
    await work.put("a.py", source);
    const dry = await run("extract", "a.py:2-4", "sum_of", "--dry-run");
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain("+def sum_of(xs):");
    expect(await read()).toBe(source);
    const json = await run("extract", "a.py:2-4", "sum_of", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ written: true, error: null });
    expect(await read()).toBe(expected);
    expect((await run("undo")).code).toBe(0);
    expect(await read()).toBe(source);

    const half = await run("extract", "a.py:3-3", "part");
    expect(half.code).toBe(1);
    expect(half.stderr).toContain("Nothing was written");
    expect((await run("extract", "a.py", "part")).code).toBe(2);
    expect((await run("extract", "a.py:2-4", "f")).code).toBe(1);
    expect(await read()).toBe(source);
  });
});
