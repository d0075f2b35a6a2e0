/**
 * What sequences gain from sharing forward passes: the same sequences write one after the other and all at once. Counts
 * the engine's processor time per step, the clock, and how many outputs are the same.
 *
 *   node --import tsx scripts/shared-passes.ts --model x.gguf [--steps 50] [--threads 1]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { llamaTarget } from "../src/engines/llama/target.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    steps: { type: "string", default: "50" },
    threads: { type: "string", default: "1" },
  },
});
if (!values.model) throw new Error("needs --model <gguf>");
const steps = Number(values.steps);
const target = await llamaTarget({
  model: values.model,
  contextSize: 4096,
  threads: Number(values.threads),
});
const text = "def add(first, second):\n    return first + second\n";

/** Processor time of the engine in ms; the kernel counts in ticks of 10. */
function engineMs(): number {
  const stat = readFileSync(`/proc/${target.processId()}/stat`, "utf8").split(") ")[1]!.split(" ");
  return 10 * (Number(stat[11]) + Number(stat[12]));
}

/** Writes greedily, each step with a line of drafted tokens that are all dropped. */
async function write(index: number, drafted: number, count: number): Promise<string> {
  const sequence = await target.open();
  const tokens = await target.tokenize(`# ${index}\n${text}`);
  await sequence.append(tokens);
  const line = Array.from({ length: drafted }, (_, i) => ({
    token: tokens[i % tokens.length]!,
    parent: i - 1,
  }));
  const output: number[] = [];
  for (let step = 0; step < count; step++) {
    const rows = await sequence.verify(line);
    await sequence.commit([]);
    await sequence.append([rows.ids[0]!]);
    output.push(rows.ids[0]!);
  }
  await sequence.dispose();
  return output.join();
}

async function timed<T>(act: () => Promise<T>, count: number) {
  const before = engineMs();
  const started = performance.now();
  const result = await act();
  const wall = (performance.now() - started) / count;
  return { result, cpu: (engineMs() - before) / count, wall };
}

await write(0, 0, 3);
process.stdout.write(
  "sequences  positions  cpu/step alone, together   clock alone, together   same\n",
);
for (const drafted of [0, 1, 3, 7]) {
  for (const count of [2, 4, 8]) {
    const indices = Array.from({ length: count }, (_, i) => i);
    const alone = await timed(async () => {
      const outputs: string[] = [];
      for (const index of indices) outputs.push(await write(index, drafted, steps));
      return outputs;
    }, count * steps);
    const together = await timed(
      () => Promise.all(indices.map((index) => write(index, drafted, steps))),
      count * steps,
    );
    const same = alone.result.filter((output, i) => output === together.result[i]).length;
    const ratio = (a: number, b: number): string =>
      `${a.toFixed(1)}, ${b.toFixed(1)} ms (${(a / b).toFixed(2)}x)`;
    process.stdout.write(
      `${String(count).padEnd(10)} ${String(drafted + 1).padEnd(10)} ${ratio(alone.cpu, together.cpu).padEnd(25)} ${ratio(alone.wall, together.wall).padEnd(23)} ${same} of ${count}\n`,
    );
  }
}
await target.dispose();
