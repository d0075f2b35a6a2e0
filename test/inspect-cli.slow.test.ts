import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { redraftProgram } from "../scripts/code.ts";
import { readTimeline } from "../src/inspect/timeline.ts";
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

  it("reads the log of an orchestrated edit", async () => {
    await writeFile(join(folder, "a.ts"), "export function one() {}\none();\n");
    const words = ["rename", "one", "two", "--events", "log.jsonl", "--dry-run"];
    const { code, stdout } = await redraft(words, { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain("+export function two() {}");
    const { command, instruction, events } = readTimeline(
      await readFile(join(folder, "log.jsonl"), "utf8"),
    );
    expect({ command, instruction }).toEqual({ command: "rename", instruction: "one to two" });
    expect(events.map(({ type, tone }) => [type, tone])).toEqual([
      ["speculator-started", "neutral"],
      ["candidate", "neutral"],
      ["speculator-ended", "neutral"],
      ["candidate-judged", "good"],
      ["result", "neutral"],
    ]);
  });

  it("refuses files that are not there", async () => {
    const { code, stderr } = await redraft(["inspect", "--events", "none.jsonl"], { cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toContain("none.jsonl");
  });
});
