import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { workerProgram } from "../code.ts";
import { startMcpWriter } from "./mcp-writer.ts";

const worker = new URL("write-worker.mjs", import.meta.url);

export interface WriteReport {
  readonly processes: number;
  /** MCP servers, each with a client. */
  readonly servers: number;
  /** Of each of them. */
  readonly edits: number;
  /** Edits that are not in the file at the end: must be 0. */
  readonly lost: number;
  readonly failed: number;
  /** Edits that were refused because others changed the file: must be 0, since all of them can be merged. */
  readonly stale: number;
  readonly leftovers: number;
  readonly seconds: number;
}

/** Several processes and MCP servers edit different lines of one file at the same time; none of the edits may get lost. */
export async function writeTogether(
  processes: number,
  edits: number,
  servers = 0,
): Promise<WriteReport> {
  const top = mkdtempSync(join(tmpdir(), "redraft-write-"));
  const folder = join(top, "work");
  mkdirSync(folder);
  const path = join(folder, "file.txt");
  const names = Array.from({ length: processes }, (_, index) => `process ${index}`);
  const served = Array.from({ length: servers }, (_, index) => `server ${index}`);
  const lines = Array.from({ length: edits }, (_, index) =>
    [...names, ...served].map((name) => `${name} line ${index}: open\n`),
  );
  writeFileSync(path, lines.flat().join(""));
  try {
    const children = names.map((name) =>
      spawn(
        process.execPath,
        [...workerProgram(worker), folder, name, String(edits), join(top, "state")],
        {
          stdio: ["pipe", "pipe", "inherit"],
        },
      ),
    );
    await Promise.all(
      children.map((child) => new Promise((ready) => child.stdout.once("data", ready))),
    );
    let stale = 0;
    for (const child of children) {
      child.stdout.on("data", (said: Buffer) => {
        stale += Number(/stale (\d+)/.exec(said.toString())?.[1] ?? 0);
      });
    }
    const writers = await Promise.all(
      served.map((name) => startMcpWriter(folder, name, join(top, "mcp-state"))),
    );
    const start = performance.now();
    const codes = children.map(
      (child) => new Promise<number | null>((done) => child.once("close", done)),
    );
    for (const child of children) child.stdin.write("go\n");
    const refused = (await Promise.all(writers.map((writer) => writer.edit(edits)))).flat();
    const ended = await Promise.all(codes);
    const seconds = (performance.now() - start) / 1_000;
    await Promise.all(writers.map((writer) => writer.close()));
    for (const message of refused.slice(0, 3)) process.stderr.write(`${message}\n`);
    const lost = readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line.endsWith("open")).length;
    return {
      processes,
      servers,
      edits,
      lost,
      stale: stale + refused.length,
      failed: ended.filter((code) => code !== 0).length,
      leftovers: readdirSync(folder).length - 1,
      seconds: Math.round(seconds * 10) / 10,
    };
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [processes = "8", edits = "50", servers = "4"] = process.argv.slice(2);
  const report = await writeTogether(Number(processes), Number(edits), Number(servers));
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = report.lost + report.failed + report.stale + report.leftovers === 0 ? 0 : 1;
}
