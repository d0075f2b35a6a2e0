/**
 * Overhead of the llama target over the bare `llama_decode` call, process boundary included, in CPU time of both
 * processes (on a busy machine wall clock says little): (all CPU - CPU inside llama_decode) / CPU inside it.
 *
 *   node --import tsx scripts/engine-overhead.ts --model random-0.5b.gguf [--threads 1] [--positions 64] [--passes 12]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { VerifyOptions } from "../src/core/target.ts";
import type { PassReport } from "../src/engines/llama/sequence.ts";
import { llamaTarget } from "../src/engines/llama/target.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    threads: { type: "string", default: "1" },
    positions: { type: "string", default: "64" },
    passes: { type: "string", default: "12" },
  },
});
if (!values.model) throw new Error("needs --model <gguf>");
const positions = Number(values.positions);
let last: PassReport | undefined;
const target = await llamaTarget({
  model: values.model,
  threads: Number(values.threads),
  contextSize: 512,
  onPass: (report) => {
    last = report;
  },
});
const sequence = await target.open();
await sequence.append(Array.from({ length: 64 }, (_, i) => 1000 + i));
const nodes = Array.from({ length: positions - 1 }, (_, i) => ({ token: 2000 + i, parent: i - 1 }));

/** CPU of this process and the engine's, in ms; the kernel counts the latter in ticks of 10 ms. */
function cpu(): { own: number; engine: number } {
  const { user, system } = process.cpuUsage();
  const stat = readFileSync(`/proc/${target.processId()}/stat`, "utf8").split(") ")[1]!.split(" ");
  return { own: (user + system) / 1000, engine: 10 * (Number(stat[11]) + Number(stat[12])) };
}

const kinds: Record<string, VerifyOptions> = {
  argmax: {},
  "top-10": { topK: 10 },
  "top-10 + logsumexp": { topK: 10, logsumexp: true },
  "top-10 + logsumexp + entropy": { topK: 10, logsumexp: true, entropy: true },
};
const sums = new Map(
  Object.keys(kinds).map((kind) => [kind, { pass: 0, own: 0, engine: 0, wall: 0, passWall: 0 }]),
);
for (let round = -1; round < Number(values.passes); round++) {
  for (const [kind, options] of Object.entries(kinds)) {
    const before = cpu();
    const started = performance.now();
    await sequence.verify(nodes, options);
    const wall = performance.now() - started;
    await sequence.commit([]);
    const after = cpu();
    if (round < 0) continue; // warm-up
    const sum = sums.get(kind)!;
    sum.pass += last!.passCpuMs;
    sum.passWall += last!.passMs;
    sum.wall += wall;
    sum.own += after.own - before.own;
    sum.engine += after.engine - before.engine;
  }
}
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`;
for (const [kind, { pass, own, engine, wall, passWall }] of sums) {
  const n = Number(values.passes);
  process.stdout.write(
    `${kind}: pass ${(pass / n).toFixed(1)} ms CPU; overhead ${percent(own + engine - pass, pass)} CPU, ${percent(wall - passWall, passWall)} wall\n`,
  );
}
await target.dispose();
