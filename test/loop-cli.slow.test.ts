import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CliAnswer, redraft } from "./support/cli.ts";

let top = "";
let folder = "";
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), "redraft-loop-"));
  folder = join(top, "work");
  await mkdir(folder);
});
afterEach(async () => {
  await rm(top, { recursive: true, force: true });
});

const run = (...words: string[]): Promise<CliAnswer> =>
  redraft(["loop", ...words], { cwd: folder, env: { REDRAFT_STATE_HOME: join(top, "state") } });

describe("redraft loop", () => {
  it("shows, writes, asks which form, and refuses", async () => {
    const read = (): Promise<string> => readFile(join(folder, "a.py"), "utf8");
    const source =
      "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    return out\n";
    await writeFile(join(folder, "a.py"), source);
    const dry = await run("a.py:3", "--dry-run");
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain("+    out = [x for x in xs]\n");
    expect(await read()).toBe(source);
    const json = JSON.parse((await run("a.py:3", "--json")).stdout);
    expect(json).toMatchObject({ form: "comprehension", written: true, error: null });
    expect(await read()).toContain("out = [x for x in xs]");

    const several =
      "export function f(n: number, xs: number[]) {\n  const out: number[] = [];\n  for (const x of xs) out.push(x * (n + 1));\n  return out;\n}\n";
    await writeFile(join(folder, "b.ts"), several);
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
