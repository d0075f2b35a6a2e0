import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { textHash } from "../src/core/text-store.ts";
import { twelveLines, workFolder } from "./support/work-folder.ts";

const work = workFolder();
const { put, read, run } = work;

const patch = `*** Begin Patch
*** Update File: a.txt
@@
 line number 2
-line number 3
+three
*** Add File: new/b.txt
+fresh
*** Update File: c.txt
*** Move to: d.txt
@@
-line number 1
+one
*** Delete File: e.txt
*** End Patch
`;

async function files(): Promise<void> {
  await put("a.txt", twelveLines());
  await put("c.txt", twelveLines());
  await put("e.txt", "e\n");
}

describe("redraft patch", () => {
  it("makes all of a patch, and undo and redo take it back and make it again", async () => {
    await files();
    const done = await run(["patch", "--json"], { stdin: patch });
    const { entry, edits } = JSON.parse(done.stdout);
    expect(edits.map(({ action }: { action: string }) => action)).toEqual([
      "update",
      "create",
      "move",
      "delete",
    ]);
    expect(await read("a.txt")).toBe(twelveLines({ 3: "three" }));
    expect(await read("d.txt")).toBe(twelveLines({ 1: "one" }));
    expect((await readdir(work.folder)).sort()).toEqual(["a.txt", "d.txt", "new"]);
    await put("d.txt", twelveLines({ 1: "one", 11: "by hand" }));
    const log = await run(["log"]);
    expect(log.stdout).toContain(`${entry}  `);
    expect(log.stdout).toContain("edit by redraft patch\n  update a.txt\n");
    expect(log.stdout).toContain("move c.txt -> d.txt");
    const hunks = await run(["log", "--id", entry]);
    expect(hunks.stdout).toContain("hunk 1: a.txt, line 3\n-line number 3\n+three\n");
    expect((await run(["undo"])).code).toBe(0);
    expect(await read("c.txt")).toBe(twelveLines({ 11: "by hand" }));
    expect(await read("e.txt")).toBe("e\n");
    expect((await run(["redo"])).code).toBe(0);
    expect(await read("d.txt")).toBe(twelveLines({ 1: "one", 11: "by hand" }));
    const cleared = await run(["log", "--clear"]);
    expect(cleared.stderr).toContain("3 entries forgotten");
    expect(await run(["undo"])).toMatchObject({ code: 1 });
  });

  it("makes nothing where one part is refused, or the check fails", async () => {
    await files();
    const wrong = patch.replace("-line number 1\n", "-line that is not there\n");
    const refused = await run(["patch", "-"], { stdin: wrong });
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toMatch(/In c\.txt \(edit 3 of 4\): .* None of the edits was made\./s);
    const check =
      "node -e \"process.stdout.write(String(require('fs').existsSync('d.txt'))); process.exit(3)\"";
    const failed = await run(["patch", "--check", check], { stdin: patch });
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stderr).toContain("exited with code 3. Nothing was changed.\ntrue");
    expect((await readdir(work.folder)).sort()).toEqual(["a.txt", "c.txt", "e.txt"]);
    expect(await read("a.txt")).toBe(twelveLines());
    expect((await run(["log"])).stdout).toBe("");
    const passed = await run(["patch", "--check", "true", "--no-journal"], { stdin: patch });
    expect(passed.code).toBe(0);
    expect(await read("a.txt")).toBe(twelveLines({ 3: "three" }));
    expect((await run(["log"])).stdout).toBe("");
  });

  it("takes rows of any formats, several of one file in turn, with a base where it is needed", async () => {
    await put("a.txt", twelveLines({ 12: "changed since" }));
    const rows = [
      {
        path: "a.txt",
        edit: JSON.stringify({ old_string: "line number 2\n", new_string: "two\n" }),
      },
      {
        path: "a.txt",
        edit: "<<<<<<< SEARCH\ntwo\nline number 3\n=======\ntwo\nthree\n>>>>>>> REPLACE\n",
      },
      {
        path: "a.txt",
        edit: twelveLines({ 2: "two", 3: "three", 9: "nine" }),
        format: "whole",
        base: twelveLines({ 2: "two", 3: "three" }),
      },
      { path: "b.txt", edit: "hello\n", format: "whole" },
      {
        path: "b.txt",
        edit: "*** Begin Patch\n*** Update File: b.txt\n*** Move to: c.txt\n@@\n-hello\n+hello there\n*** End Patch\n",
      },
    ];
    const input = rows.map((row) => JSON.stringify(row)).join("\n");
    const trial = await run(["patch", "--jsonl", "--dry-run"], { stdin: input });
    expect(trial.code).toBe(0);
    expect(trial.stdout).toContain("+hello there");
    expect(await readdir(work.folder)).toEqual(["a.txt"]);
    const done = await run(["patch", "--jsonl"], { stdin: input });
    expect(done.stderr).toMatch(/2 files written; redraft undo --id \w+/);
    expect(await read("a.txt")).toBe(
      twelveLines({ 2: "two", 3: "three", 9: "nine", 12: "changed since" }),
    );
    expect(await read("c.txt")).toBe("hello there\n");
    expect((await readdir(work.folder)).sort()).toEqual(["a.txt", "c.txt"]);
    expect(await run(["patch", "--jsonl"], { stdin: '{"path":"a.txt","edti":""}' })).toMatchObject({
      code: 2,
    });
  });

  it("knows a base by its hash, from an edit that another process made", async () => {
    await put("a.txt", twelveLines());
    const old_string = "line number 2\n";
    const edit = JSON.stringify({ old_string, new_string: "two\n" });
    await run(["apply", "a.txt"], { stdin: edit });
    const base = textHash(twelveLines()).slice(0, 16);
    const whole = { path: "a.txt", edit: twelveLines({ 9: "nine" }), format: "whole", base };
    const done = await run(["patch", "--jsonl"], { stdin: JSON.stringify(whole) });
    expect(done.stderr).toContain("1 file written");
    expect(await read("a.txt")).toBe(twelveLines({ 2: "two", 9: "nine" }));
    expect((await run(["undo", "--last", "2"])).code).toBe(0);
    expect(await read("a.txt")).toBe(twelveLines());
  });

  it("touches nothing outside of its root", async () => {
    await files();
    const out = patch.replace("new/b.txt", "../b.txt");
    expect(await run(["patch"], { stdin: out })).toMatchObject({ code: 1 });
    expect((await readdir(work.top)).sort()).toEqual(expect.arrayContaining(["work"]));
    expect(await readdir(work.top)).not.toContain("b.txt");
    expect(await read("a.txt")).toBe(twelveLines());
  });
});

describe("redraft undo", () => {
  it("is refused where something stands in the way, and says what", async () => {
    await put("a.txt", twelveLines());
    const pair = (old_string: string, new_string: string): string =>
      JSON.stringify({ old_string, new_string });
    await run(["apply", "a.txt"], { stdin: pair("line number 2\n", "two\n") });
    await put("a.txt", twelveLines({ 2: "mine" }));
    const refused = await run(["undo", "--json"]);
    expect(refused.code).toBe(3);
    const { error } = JSON.parse(refused.stdout);
    expect(error).toMatchObject({ code: "stale-file" });
    expect(error.message).toContain(
      'line 2 ("two") that it wrote is now line 2 ("mine"), changed by hand',
    );
    expect(await run(["undo", "--id", "nothing1"])).toMatchObject({ code: 1 });
    expect(await run(["undo", "--last", "0"])).toMatchObject({ code: 2 });
  });
});
