/**
 * 64 clients at once against `redraft serve` on real weights: merges and model requests mixed. Counts errors that
 * are not back-pressure, latency, fairness and memory; then compares the throughput with a server that works on
 * one request at a time, in alternating slices of the same run.
 *
 *   npm run soak:load -- --model <file.gguf> [--clients 64] [--seconds 120] [--slices 4] [--slice-seconds 15]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { applyRequest, type LoadReport, type LoadRequest, runLoad } from "./load-clients.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    clients: { type: "string", default: "64" },
    seconds: { type: "string", default: "120" },
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
  const model = values.model === undefined ? [] : ["--model", values.model];
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
  const [url] = (await once(createInterface(child.stdout!), "line")) as [string];
  return { url, child };
}

/** Resident memory of a process and its children, in MB. */
function memoryOf(pid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))![1];
      parents.set(Number(name), Number(parent));
    } catch {
      // It ended while we looked.
    }
  }
  const family = [
    pid,
    ...[...parents].filter(([, parent]) => parent === pid).map(([child]) => child),
  ];
  let kilobytes = 0;
  for (const member of family) {
    const status = readFileSync(`/proc/${member}/status`, "utf8");
    kilobytes += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return Math.round(kilobytes / 1024);
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

const server = await serve(4);
const memory: number[] = [];
const sampling = setInterval(() => memory.push(memoryOf(server.child.pid!)), 2000);
const report = await runLoad({ url: server.url, clients, ms: Number(values.seconds) * 1000, next });
clearInterval(sampling);
printReport(`${clients} clients, ${values.seconds} s, 4 sequences`, report);
const part = (from: number, to: number): number => {
  const slice = memory.slice(Math.floor(memory.length * from), Math.ceil(memory.length * to));
  return Math.round(slice.reduce((sum, value) => sum + value, 0) / Math.max(1, slice.length));
};
print(
  `  memory (server and engine, MB): second quarter ${part(0.25, 0.5)}, last quarter ${part(0.75, 1)}, most ${Math.max(...memory)}`,
);

const plain = await serve(1);
const rates: Record<string, number[]> = { "4 sequences": [], "one by one": [] };
for (let slice = 0; slice < Number(values.slices); slice += 1) {
  for (const [name, { url }] of [
    ["4 sequences", server],
    ["one by one", plain],
  ] as const) {
    const ms = Number(values["slice-seconds"]) * 1000;
    const { perSecond, kinds } = await runLoad({ url, clients, ms, next });
    rates[name]!.push(perSecond);
    const parts = kinds.map(
      (kind) => `${kind.kind} ${kind.perSecond.toFixed(1)}/s p95 ${kind.p95.toFixed(0)} ms`,
    );
    print(`  slice ${slice + 1}, ${name}: ${perSecond.toFixed(1)}/s (${parts.join("; ")})`);
  }
}
const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[list.length >> 1]!;
print(
  `throughput, median of slices: 4 sequences ${median(rates["4 sequences"]!).toFixed(1)}/s, one by one ${median(rates["one by one"]!).toFixed(1)}/s`,
);
for (const { child } of [server, plain]) {
  child.kill("SIGTERM");
  await once(child, "exit");
}
process.exitCode = Object.keys(report.errors).length > 0 ? 1 : 0;
