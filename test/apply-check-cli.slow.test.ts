import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { redraftCommand } from "./support/cli.ts";
import { twelveLines, workFolder } from "./support/work-folder.ts";

const work = workFolder();
const { put, read, run } = work;

const whole = twelveLines({ 2: "two", 6: "BAD", 11: "eleven" });
const apply = ["apply", "a.txt", "--format", "whole"];

describe("redraft apply --check", () => {
  beforeEach(() => put("a.txt", twelveLines()));

  it("keeps an edit that the command accepts, which reads the new text", async () => {
    const answer = await run([...apply, "--check", "grep -q BAD a.txt"], { stdin: whole });
    expect(answer.code).toBe(0);
    expect(await read("a.txt")).toBe(whole);
    expect((await run(["undo"])).code).toBe(0);
    expect(await read("a.txt")).toBe(twelveLines());
  });

  it("puts the file back where the command fails, and leaves nothing to undo", async () => {
    const check = "echo seen; ! grep BAD a.txt";
    const answer = await run([...apply, "--check", check, "--json"], { stdin: whole });
    expect(answer.code).toBe(1);
    expect(JSON.parse(answer.stdout)).toMatchObject({
      path: "a.txt",
      written: false,
      text: null,
      error: { code: "check-failed", details: { check, output: "seen\nBAD\n" } },
    });
    expect(answer.stderr).toContain("seen");
    expect(await read("a.txt")).toBe(twelveLines());
    expect(await readdir(work.folder)).toEqual(["a.txt"]);
    expect((await run(["undo"])).code).not.toBe(0);
  });

  it("takes back files that are made, deleted and moved", async () => {
    const fails = ["--check", "false"];
    expect(
      (await run(["apply", "b.txt", "--format", "whole", ...fails], { stdin: whole })).code,
    ).toBe(1);
    const removal = "*** Begin Patch\n*** Delete File: a.txt\n*** End Patch\n";
    expect((await run(["apply", "a.txt", ...fails], { stdin: removal })).code).toBe(1);
    const move =
      "*** Begin Patch\n*** Update File: a.txt\n*** Move to: c.txt\n@@\n line number 1\n-line number 2\n+two\n line number 3\n*** End Patch\n";
    const moved = await run(["apply", "a.txt", ...fails, "--keep-passing"], { stdin: move });
    expect(moved).toMatchObject({ code: 1, stdout: "" });
    expect(moved.stderr).toContain("exited with code 1");
    expect(await readdir(work.folder)).toEqual(["a.txt"]);
    expect(await read("a.txt")).toBe(twelveLines());
  });

  it("writes the receipt only of what stays", async () => {
    const words = [...apply, "--receipt", "../receipt.json", "--check"];
    expect((await run([...words, "false"], { stdin: whole })).code).toBe(1);
    expect(await readdir(work.top)).not.toContain("receipt.json");
    expect((await run([...words, "true"], { stdin: whole })).code).toBe(0);
    const verified = await run(["verify", "../receipt.json", "--after", "a.txt"]);
    expect(verified.code).toBe(0);
  });

  it("says that a check, such as a formatter, changed the file, and gives no receipt of another text", async () => {
    const words = [...apply, "--check", "sed -i s/two/zwei/ a.txt"];
    const json = JSON.parse((await run([...words, "--json"], { stdin: whole })).stdout);
    expect(json).toMatchObject({
      written: true,
      notes: [expect.stringContaining("the check changed")],
    });
    expect(json).not.toHaveProperty("receipt");
    expect(await read("a.txt")).toBe(whole.replace("two", "zwei"));
    const again = await run([...words, "--receipt", "../receipt.json"], { stdin: whole });
    expect(again).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("there is no receipt"),
    });
    expect(await readdir(work.top)).not.toContain("receipt.json");
  });

  it("is refused where nothing is written: on a dry run, and as a filter", async () => {
    const dry = await run([...apply, "--check", "true", "--dry-run"], { stdin: whole });
    expect(dry).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot be used with") });
    await put("edit.txt", whole);
    const filter = ["apply", "-", "--edit", "edit.txt", "--format", "whole"];
    const answer = await run([...filter, "--check", "touch ran"], { stdin: twelveLines() });
    expect(answer).toMatchObject({ code: 2, stdout: "" });
    expect(answer.stderr).toContain("writes no file that --check could look at");
    const keeping = await run([...filter, "--keep-passing"], { stdin: twelveLines() });
    expect(keeping).toMatchObject({ code: 2, stderr: expect.stringContaining("needs a --check") });
    expect(await readdir(work.folder)).not.toContain("ran");
  });

  it("may be configured, for files; a filter and a dry run leave it out", async () => {
    await put("edit.txt", whole);
    const env = { REDRAFT_CHECK: "echo ran >> ../ran; false", REDRAFT_DIAGNOSTICS: "false" };
    const filter = ["apply", "-", "--edit", "edit.txt", "--format", "whole"];
    const filtered = await run(filter, { stdin: twelveLines(), env });
    expect(filtered).toMatchObject({ code: 0, stdout: whole });
    expect((await run([...apply, "--dry-run"], { stdin: whole, env })).code).toBe(0);
    expect(await readdir(work.top)).not.toContain("ran");
    expect((await run(apply, { stdin: whole, env })).code).toBe(1);
    expect(await readFile(join(work.top, "ran"), "utf8")).toBe("ran\n");
    expect(await read("a.txt")).toBe(twelveLines());
  });

  it("is stopped by an interrupt, and the file is as it was", async () => {
    const { command, args } = redraftCommand([...apply, "--check", "touch ../started; sleep 20"]);
    const env = { ...process.env, REDRAFT_STATE_HOME: work.state };
    const child = spawn(command, args, { cwd: work.folder, env });
    child.stdin.end(whole);
    await expect.poll(() => readdir(work.top), { timeout: 15_000 }).toContain("started");
    expect(await read("a.txt")).toBe(whole);
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    expect(code).toBe(1);
    expect(await read("a.txt")).toBe(twelveLines());
    expect(await readdir(work.folder)).toEqual(["a.txt"]);
  }, 30_000);
});

describe("redraft apply --keep-passing", () => {
  beforeEach(() => put("a.txt", twelveLines()));
  const words = [...apply, "--check", "! grep -n BAD a.txt", "--keep-passing"];
  const part = twelveLines({ 2: "two", 11: "eleven" });

  it("writes what the check accepts, and prints the rest as a patch that completes the edit", async () => {
    const answer = await run(words, { stdin: whole });
    expect(answer.code).toBe(1);
    expect(answer.stderr).toMatch(/^a\.txt:6: left out: the check fails: 6:BAD$/mu);
    expect(answer.stderr).toContain("a.txt: 2 lines added, 2 removed");
    expect(await read("a.txt")).toBe(part);
    const rest = await run(["apply", "a.txt"], { stdin: answer.stdout });
    expect(rest.code).toBe(0);
    expect(await read("a.txt")).toBe(whole);
    expect((await run(["undo", "--last", "2"])).code).toBe(0);
    expect(await read("a.txt")).toBe(twelveLines());
  });

  it("answers as JSON with what is written, without accounts of the whole", async () => {
    const answer = await run([...words, "--json"], { stdin: whole });
    expect(answer.code).toBe(1);
    const json = JSON.parse(answer.stdout);
    expect(json).toMatchObject({
      written: true,
      error: null,
      text: part,
      checks: [],
      runs: expect.any(Number),
      leftOut: { hunks: [{ path: "a.txt", line: 6 }] },
    });
    for (const name of ["proof", "receipt"]) expect(json).not.toHaveProperty(name);
    expect(json.patch).toContain("+eleven");
    expect(json.patch).not.toContain("BAD");
    const all = JSON.parse(
      (await run([...apply, "--check", "true", "--keep-passing", "--json"], { stdin: whole }))
        .stdout,
    );
    expect(all).toMatchObject({ written: true, text: whole });
    expect(all).toHaveProperty("receipt");
    expect(all).not.toHaveProperty("leftOut");
  });

  it("refuses as without the option where no part passes", async () => {
    const none = await run([...apply, "--check", "false", "--keep-passing"], { stdin: whole });
    expect(none).toMatchObject({ code: 1, stdout: "" });
    expect(none.stderr).toContain("the check `false` exited with code 1");
    expect(await read("a.txt")).toBe(twelveLines());
  });

  it("needs a check, and goes with neither --stream nor --receipt", async () => {
    const refused = async (...more: string[]): Promise<string> => {
      const answer = await run([...apply, "--keep-passing", ...more], { stdin: whole });
      expect(answer.code).toBe(2);
      return answer.stderr;
    };
    expect(await refused()).toContain("needs a --check");
    expect(await refused("--check", "true", "--stream")).toContain("leave out one");
    expect(await refused("--check", "true", "--receipt", "r.json")).toContain(
      "there is no receipt",
    );
    expect(await read("a.txt")).toBe(twelveLines());
  });
});
