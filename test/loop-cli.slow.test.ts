import { describe, expect, it } from "vitest";
import type { CliAnswer } from "./support/cli.ts";
import { workFolder } from "./support/work-folder.ts";

const work = workFolder();
const { put } = work;
const run = (...words: string[]): Promise<CliAnswer> => work.run(["loop", ...words]);

describe("redraft loop", () => {
  it("shows, writes, asks which form, and refuses", async () => {
    const read = (): Promise<string> => work.read("a.py");
    const source =
      "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    return out\n";
    await put("a.py", source);
    const dry = await run("a.py:3", "--dry-run");
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain("+    out = [x for x in xs]\n");
    expect(await read()).toBe(source);
    const json = JSON.parse((await run("a.py:3", "--json")).stdout);
    expect(json).toMatchObject({ form: "comprehension", written: true, error: null });
    expect(await read()).toContain("out = [x for x in xs]");

    const several =
      "export function f(n: number, xs: number[]) {\n  const out: number[] = [];\n  for (const x of xs) out.push(x * (n + 1));\n  return out;\n}\n";
    await put("b.ts", several);
    const asked = await run("b.ts:3");
    expect(asked).toMatchObject({ code: 1 });
    expect(asked.stderr).toContain("Name one with --to:\n  map: ");
    expect(await run("b.ts:3", "--to", "hoist")).toMatchObject({ code: 0 });
    expect(await run("b.ts:3", "--to", "nothing")).toMatchObject({ code: 2 });
    expect(await run("b.ts:3", "--to", "any")).toMatchObject({ code: 2 });
    const none = await run("b.ts:1", "--json");
    expect(none).toMatchObject({ code: 1 });
    expect(JSON.parse(none.stdout).error.message).toContain("b.ts:1: there is no loop at line 1.");
  });
});
