import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pollHealth, send, slowLoris, unfinished } from "../../scripts/attack/clients.ts";
import { attackRequests } from "../../scripts/attack/requests.ts";
import { redraftProgram } from "../../scripts/code.ts";

let child: ChildProcess;
let url: URL;

beforeAll(async () => {
  const words = [
    "serve",
    "--port",
    "0",
    "--model",
    "none",
    "--log",
    "error",
    "--grace",
    "1",
    "--connections",
    "50",
  ];
  child = spawn(process.execPath, [...redraftProgram, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout!), "line")) as [string];
  url = new URL(line);
});

afterAll(async () => {
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  expect((await exit)[0]).toBe(0);
});

function memory(): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) / 1024;
}

/** The goal is 100 ms on a quiet machine; this machine may be anything but. What blocked, did so for 5 to 30 s. */
const bound = 3000;

describe("a server under attack", () => {
  it("answers /health and every request, whatever comes in", { timeout: 240_000 }, async () => {
    const health = await pollHealth(url);
    try {
      const waiting = attackRequests(0.1);
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
            expect(one.allowed, one.name).toContain(await send(url, one));
          }
        }),
      );
      const { count, failed, most } = health.take();
      expect(failed).toBe(0);
      expect(count).toBeGreaterThan(10);
      expect(most).toBeLessThan(bound);
    } finally {
      health.stop();
    }
    const prompt = '<code>a\nb\n</code><update>{"old_string":"b","new_string":"c"}</update>';
    const honest = { name: "honest", path: "/v1/completions", allowed: [200] };
    expect(await send(url, { ...honest, body: JSON.stringify({ prompt }) })).toBe(200);
  });

  it("holds no more than its budget for bodies that never end", async () => {
    const before = memory();
    const sockets = unfinished(url, 25, 12_000_000);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect((await fetch(new URL("/health", url))).status).toBe(200);
    // They would be 300 MB; the budget is 64, and what lies between reading and counting comes on top.
    expect(memory() - before).toBeLessThan(200);
    for (const socket of sockets) socket.destroy();
  });

  it("closes connections beyond its limit, and serves those that are left", async () => {
    const sockets = slowLoris(url, 49, "header");
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await fetch(new URL("/health", url))).status).toBe(200);
    const more = slowLoris(url, 20, "body");
    // One or two places may be left, and nobody knows which of them gets one.
    const count = (): number => more.filter((socket) => socket.closed).length;
    while (count() < more.length - 2) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const socket of [...sockets, ...more]) socket.destroy();
  });
});
