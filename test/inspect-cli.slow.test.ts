import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { redraftProgram } from "../scripts/code.ts";
import { redraft } from "./support/cli.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-inspect-cli-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("redraft inspect", () => {
  it("prints its address on standard output, serves what it was given, and ends by a signal", async () => {
    await writeFile(join(folder, "a.txt"), "one\n");
    await writeFile(join(folder, "edit.txt"), "two\n");
    const args = [...redraftProgram, "inspect", "a.txt", "--edit", "edit.txt"];
    const child = spawn(process.execPath, args, { cwd: folder });
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    const url = String(chunk).trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
    const opened = await (await fetch(`${url}api/opened`)).json();
    expect(opened).toMatchObject({
      edit: "two\n",
      file: { path: "a.txt", text: "one\n", writable: true },
    });
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  });

  it("refuses files that are not there", async () => {
    const { code, stderr } = await redraft(["inspect", "--events", "none.jsonl"], { cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toContain("none.jsonl");
  });
});
