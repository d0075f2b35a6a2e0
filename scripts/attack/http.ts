/**
 * Attacks `redraft serve` while `/health` is polled: every kind of adversarial request, several at once, unfinished bodies and slow
 * clients. Prints what was answered, how long `/health` took and what memory did. Exits 1 where an answer is not one that is allowed, the server
 * died, or `/health` took longer than the goal.
 *
 *   npm run attack:http -- [--model <file.gguf>] [--rounds 2] [--at-once 8] [--goal 100] [--built]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pollHealth, send, slowLoris, unfinished } from "./clients.ts";
import { type AttackRequest, attackRequests } from "./requests.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "none" },
    rounds: { type: "string", default: "2" },
    "at-once": { type: "string", default: "8" },
    goal: { type: "string", default: "100" },
    timeout: { type: "string", default: "20" },
    built: { type: "boolean", default: false },
  },
});
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const program = values.built
  ? [path("dist/cli/main.js")]
  : ["--import", "tsx", path("src/cli/main.ts")];
const words = ["serve", "--port", "0", "--log", "error", "--model", values.model];
const child = spawn(process.execPath, [...program, ...words, "--timeout", values.timeout], {
  stdio: ["ignore", "pipe", "inherit"],
});
const [line] = (await once(createInterface(child.stdout), "line")) as [string];
const url = new URL(line);

/** Resident memory of the server, in MB. */
function memory(): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
}

const before = memory();
const curve: number[] = [];
const sampling = setInterval(() => curve.push(memory()), 500);
let failures = 0;

const polling = await pollHealth(url);
async function phase(name: string, work: () => Promise<string>): Promise<void> {
  polling.take();
  const from = performance.now();
  const outcome = await work();
  const { count, failed, p50, p99, most } = polling.take();
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  const health = `p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} most ${most.toFixed(0)} ms of ${count}`;
  const bad = failed > 0 || p99 > Number(values.goal);
  if (bad) failures += 1;
  print(
    `${bad ? "!" : " "} ${name.padEnd(42)} ${outcome.padEnd(28)} ${seconds.padStart(6)} s  /health ${health}${failed > 0 ? `, ${failed} failed` : ""}  ${memory()} MB`,
  );
}

function tally(statuses: readonly number[]): string {
  const counts = new Map<number, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${status} x${count}`).join(", ");
}

async function attack(request: AttackRequest): Promise<number> {
  const status = await send(url, request);
  // A body that is refused while it is sent may end the connection first.
  if (status !== 0 && !request.allowed.includes(status)) {
    failures += 1;
    print(`! ${request.name}: status ${status}`);
  }
  return status;
}

const requests = attackRequests();
const atOnce = Number(values["at-once"]);
await phase("nothing", async () => {
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return "";
});
for (const request of requests) {
  await phase(request.name, async () => tally([await attack(request)]));
}
for (let round = 0; round < Number(values.rounds); round += 1) {
  await phase(`all of them, ${atOnce} at once`, async () => {
    const waiting = [...requests];
    const statuses: number[] = [];
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
          statuses.push(await attack(one));
        }
      }),
    );
    return tally(statuses);
  });
}
await phase("40 unfinished bodies of 15 MB", async () => {
  const sockets = unfinished(url, 40, 15_000_000);
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const peak = memory();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return `${peak} MB meanwhile`;
});
for (const part of ["header", "body"] as const) {
  await phase(`400 clients that send a ${part} slowly`, async () => {
    const sockets = slowLoris(url, 400, part);
    await new Promise((resolve) => setTimeout(resolve, 8000));
    const open = sockets.filter((socket) => !socket.destroyed).length;
    for (const socket of sockets) socket.destroy();
    return `${open} open after 8 s`;
  });
}
await phase("an honest edit afterwards", async () => {
  const body = JSON.stringify({
    prompt: '<code>a\nb\n</code><update>{"old_string":"b","new_string":"c"}</update>',
  });
  const status = await send(url, { name: "honest", path: "/v1/completions", body, allowed: [200] });
  if (status !== 200) failures += 1;
  return String(status);
});
clearInterval(sampling);
const step = Math.max(1, Math.floor(curve.length / 20));
print(
  `memory (MB): ${before} before, ${Math.max(...curve)} at most, ${memory()} after; ${curve.filter((_, i) => i % step === 0).join(" ")}`,
);
if (child.exitCode !== null) {
  failures += 1;
  print("! the server has ended");
}
polling.stop();
child.kill("SIGTERM");
await once(child, "exit");
print(failures === 0 ? "nothing found" : `${failures} findings`);
process.exitCode = failures === 0 ? 0 : 1;
