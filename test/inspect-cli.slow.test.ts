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

  it("watches a server that answers, and says at once what is wrong with another", async () => {
    const serve = spawn(process.execPath, [...redraftProgram, "serve", "--port", "0"], {
      cwd: folder,
      env: { ...process.env, REDRAFT_API_KEY: "k" },
    });
    const [chunk] = (await once(serve.stdout, "data")) as [Buffer];
    const server = String(chunk).trim();
    const inspect = (url: string, key: string) =>
      redraft(["inspect", "--server", url], { cwd: folder, env: { REDRAFT_API_KEY: key } });
    const wrongKey = await inspect(server, "x");
    expect([wrongKey.code, wrongKey.stderr]).toEqual([
      2,
      expect.stringContaining("REDRAFT_API_KEY"),
    ]);
    const args = [...redraftProgram, "inspect", "--server", `${server}/v1`];
    const env = { ...process.env, REDRAFT_API_KEY: "k" };
    const child = spawn(process.execPath, args, { cwd: folder, env });
    const [address] = (await once(child.stdout, "data")) as [Buffer];
    const opened = await (await fetch(`${String(address).trim()}api/opened`)).json();
    expect(opened).toMatchObject({ followed: { kind: "server", name: server } });
    child.kill("SIGTERM");
    expect((await once(child, "exit"))[0]).toBe(0);
    serve.kill("SIGKILL");
    await once(serve, "exit");
    const down = await inspect(server, "k");
    expect([down.code, down.stderr]).toEqual([4, expect.stringContaining("does not answer")]);
    for (const [words, message] of [
      [["--server", "localhost:1"], "no http or https URL"],
      [["--server", "http://u:p@localhost"], "not into the URL"],
      [["--follow"], "--follow needs --events"],
    ] as const) {
      const { code, stderr } = await redraft(["inspect", ...words], { cwd: folder });
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it("refuses files that are not there", async () => {
    const { code, stderr } = await redraft(["inspect", "--events", "none.jsonl"], { cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toContain("none.jsonl");
  });
});
