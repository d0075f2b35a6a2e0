/**
 * 64 clients at once against `redraft serve` on real weights: merges and model requests mixed. Counts errors that
 * are not back-pressure, latency, fairness and memory; then compares the throughput with a server that works on
 * one request at a time, in alternating slices of the same run: requests per second, and per second of processor
 * time of server and engine, which other programs on the machine falsify less.
 *
 *   npm run soak:load -- [--model <file.gguf>] [--clients 64] [--seconds 120] [--sequences 4] [--slices 4] [--slice-seconds 15]
 *
 * `--slices 0` leaves the comparison out; without `--model` there are only merges.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pollHealth } from "../attack/clients.ts";
import { applyRequest, type LoadReport, type LoadRequest, runLoad } from "./load-clients.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    clients: { type: "string", default: "64" },
    seconds: { type: "string", default: "120" },
    sequences: { type: "string", default: "4" },
    slices: { type: "string", default: "4" },
    "slice-seconds": { type: "string", default: "15" },
  },
});
const clients = Number(values.clients);
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

interface Served {
  readonly url: string;
  readonly child: ChildProcess;
}

async function serve(sequences: number): Promise<Served> {
  const model = ["--model", values.model ?? "none"];
  const limits = ["--sequences", String(sequences), "--queue", "256", "--timeout", "120"];
  const words = [
    "--import",
    "tsx",
    main,
    "serve",
    "--port",
    "0",
    "--log",
    "warn",
    ...model,
    ...limits,
  ];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  // Whoever ends this script ends its servers.
  process.once("exit", () => child.kill());
  const [url] = (await once(createInterface(child.stdout!), "line")) as [string];
  return { url, child };
}

/** A process and its children. */
function family(pid: number): number[] {
  const children = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => procField(entry, "status", /^PPid:\s+(\d+)/m) === pid);
  return [pid, ...children.map(Number)];
}

/** 0 where the process ended while we looked. */
function procField(pid: number | string, file: string, pattern: RegExp): number {
  try {
    return Number(pattern.exec(readFileSync(`/proc/${pid}/${file}`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Resident memory of a process and its children, in MB. */
function memoryOf(pid: number): number {
  const sizes = family(pid).map((member) => procField(member, "status", /^VmRSS:\s+(\d+)/m));
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}

/** Processor time of a process and its children, in seconds; the kernel counts in ticks of 10 ms. */
function processorSeconds(pid: number): number {
  const ticks = family(pid).map(
    (member) =>
      procField(member, "stat", /\) \S+(?: \S+){10} (\d+)/) +
      procField(member, "stat", /\) \S+(?: \S+){11} (\d+)/),
  );
  return ticks.reduce((sum, count) => sum + count, 0) / 100;
}

/** What the trial models are asked: a region, a sketch of it; the region is the prediction. */
function modelRequest(client: number, index: number): LoadRequest {
  const lines = Array.from(
    { length: 6 },
    (_, n) => `    value_${n} = compute(${client + n}, ${n})`,
  );
  const region = `def work_${client}(data):\n${lines.join("\n")}\n    return value_5\n`;
  const sketch = `def work_${client}(data):\n${lines[0]}\n    check(data, ${index % 10})\n`;
  return {
    kind: "model",
    path: "/v1/completions",
    body: {
      model: "local",
      prompt: `<|file|>${region}<|sketch|>${sketch}<|apply|>`,
      prediction: { type: "content", content: region },
      max_tokens: 200,
    },
    check: (answer) => {
      const { choices } = answer as { choices: { finish_reason: string }[] };
      return choices[0]?.finish_reason !== undefined;
    },
  };
}

const next = (client: number, index: number): LoadRequest =>
  values.model !== undefined && (client + index) % 2 === 0
    ? modelRequest(client, index)
    : applyRequest(client, index);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printReport(title: string, report: LoadReport): void {
  print(`\n${title}`);
  for (const { kind, done, perSecond, p50, p95 } of report.kinds) {
    print(
      `  ${kind.padEnd(6)} ${String(done).padStart(6)} done  ${perSecond.toFixed(1).padStart(7)}/s  p50 ${p50.toFixed(0)} ms  p95 ${p95.toFixed(0)} ms  p95/p50 ${(p95 / p50).toFixed(2)}`,
    );
  }
  print(`  turned away (429, 503): ${report.turnedAway}; errors: ${JSON.stringify(report.errors)}`);
  print(`  requests per client: ${report.leastServed} to ${report.mostServed}`);
}

const sequences = Number(values.sequences);
const several = `${sequences} sequences`;
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(1));
const server = await serve(sequences);
const health = await pollHealth(new URL(server.url));
const memory: number[] = [];
const sampling = setInterval(() => memory.push(memoryOf(server.child.pid!)), 2000);
const report = await runLoad({ url: server.url, clients, ms: Number(values.seconds) * 1000, next });
clearInterval(sampling);
const { count, failed, p50, p99 } = health.take();
health.stop();
printReport(`${clients} clients, ${values.seconds} s, ${several}`, report);
const part = (from: number, to: number): number => {
  const slice = memory.slice(Math.floor(memory.length * from), Math.ceil(memory.length * to));
  return Math.round(slice.reduce((sum, value) => sum + value, 0) / Math.max(1, slice.length));
};
print(
  `  memory (server and engine, MB): second quarter ${part(0.25, 0.5)}, last quarter ${part(0.75, 1)}, most ${Math.max(...memory)}`,
);
const step = Math.max(1, Math.ceil(memory.length / 16));
print(`  memory over time: ${memory.filter((_, i) => i % step === 0).join(" ")}`);
print(
  `  /health: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${count}, ${failed} failed`,
);
if (Number(values.slices) === 0) process.exit(Object.keys(report.errors).length > 0 ? 1 : 0);

const plain = await serve(1);
const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[list.length >> 1]!;
const sides = [
  { name: several, server, rates: [] as number[], perProcessor: [] as number[] },
  { name: "one by one", server: plain, rates: [] as number[], perProcessor: [] as number[] },
];
for (let slice = 0; slice < Number(values.slices); slice += 1) {
  for (const { name, server, rates, perProcessor } of sides) {
    const ms = Number(values["slice-seconds"]) * 1000;
    const before = processorSeconds(server.child.pid!);
    const { perSecond, done, kinds } = await runLoad({ url: server.url, clients, ms, next });
    rates.push(perSecond);
    perProcessor.push(done / (processorSeconds(server.child.pid!) - before));
    const parts = kinds.map(
      (kind) => `${kind.kind} ${kind.perSecond.toFixed(1)}/s p95 ${kind.p95.toFixed(0)} ms`,
    );
    print(
      `  slice ${slice + 1}, ${name}: ${perSecond.toFixed(1)}/s, ${perProcessor.at(-1)!.toFixed(1)} per processor second (${parts.join("; ")})`,
    );
  }
}
print("median of slices:");
for (const { name, rates, perProcessor } of sides) {
  print(
    `  ${name}: ${median(rates).toFixed(1)}/s, ${median(perProcessor).toFixed(1)} per processor second`,
  );
}
for (const { child } of [server, plain]) {
  child.kill("SIGTERM");
  await once(child, "exit");
}
process.exitCode = Object.keys(report.errors).length > 0 ? 1 : 0;
