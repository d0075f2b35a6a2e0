/**
 * Real forwards of a large-vocabulary model with random weights, acceptance from recorded edits: what the engine
 * makes of a speed-up that the cost curve predicts. Plain and speculative passes of each trace are interleaved.
 *
 *   node --import tsx scripts/large-vocabulary.ts --model random-0.5b.gguf --data function.jsonl [--traces 20] [--longest 160]
 *
 * The model must have the vocabulary that the traces are to be cut into; see test/models/write-random-qwen2.ts.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type TraceRecord, tokenizeTrace } from "../src/bench/traces/data.ts";
import type { Planner } from "../src/core/plan.ts";
import type { Rows, Sequence, Token } from "../src/core/target.ts";
import { createController } from "../src/draft/controller.ts";
import { copyDrafter } from "../src/draft/copy.ts";
import { spellerOf } from "../src/draft/spelling.ts";
import { loadTokenizer } from "../src/engines/bpe.ts";
import { costCurve } from "../src/engines/llama/cost.ts";
import { calibrate, llamaTarget } from "../src/engines/llama/target.ts";
import { decode } from "../src/verify/decode.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    traces: { type: "string", default: "20" },
    longest: { type: "string", default: "160" },
    threads: { type: "string", default: "1" },
  },
});
if (!values.model || !values.data) throw new Error("needs --model <gguf> and --data <jsonl>");

const target = await llamaTarget({
  model: values.model,
  contextSize: 1536,
  threads: Number(values.threads),
});
const curve = costCurve(await calibrate(target, { rounds: 3, sizes: [1, 2, 4, 8, 16, 32, 64] }));
const cost = (n: number): number => curve.at(n);
process.stdout.write(
  `cost: ${curve.points.map((p) => `${p.tokens}: ${cost(p.tokens).toFixed(2)}`).join(", ")}\n`,
);

const tokenizer = await loadTokenizer(values.model);

/** The sequence of the real model, its choices replaced by the recorded ones: costs are real, acceptance is replayed. */
function replaying(sequence: Sequence, output: readonly Token[], promptLength: number): Sequence {
  return {
    get length() {
      return sequence.length;
    },
    append: sequence.append,
    commit: sequence.commit,
    truncate: sequence.truncate,
    dispose: sequence.dispose,
    async verify(nodes, options): Promise<Rows> {
      const written = sequence.length - promptLength;
      const rows = await sequence.verify(nodes, options);
      const depth: number[] = [];
      const ids = Int32Array.from({ length: rows.count * rows.k }, (_, i) => {
        if (i % rows.k !== 0) return rows.ids[i]!;
        const node = i / rows.k - 1;
        if (node < 0) return output[written] ?? 0;
        depth[node] = nodes[node]!.parent < 0 ? 1 : depth[nodes[node]!.parent]! + 1;
        return output[written + depth[node]] ?? 0;
      });
      return { ...rows, ids };
    },
  };
}

/** Processor time of both processes and wall clock, the prompt left out: it is the same for both. */
async function time(
  prompt: readonly Token[],
  source: readonly Token[],
  output: readonly Token[],
  planner?: Planner,
) {
  const sequence = await target.open();
  await sequence.append(prompt.slice(0, -1));
  await sequence.verify([]);
  await sequence.commit([]);
  let engine = 0;
  let predicted = 0;
  const own = process.cpuUsage();
  const started = performance.now();
  const steps = decode(replaying(sequence, output, prompt.length), {
    request: { prompt: prompt.slice(-1), context: [prompt], source },
    ...(planner && { planner }),
    capabilities: target.capabilities,
    maxTokens: output.length,
    isEnd: () => false,
  });
  for await (const step of steps) {
    engine += target.lastPass()!.cpuMs;
    predicted += cost(1 + step.drafted);
  }
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(own);
  await sequence.dispose();
  return { cpu: engine + (user + system) / 1000, wall, predicted };
}

const total = { plain: { cpu: 0, wall: 0, predicted: 0 }, ours: { cpu: 0, wall: 0, predicted: 0 } };
let count = 0;
for (const line of readFileSync(values.data, "utf8").trim().split("\n")) {
  if (count === Number(values.traces)) break;
  const record = JSON.parse(line) as TraceRecord;
  const { prompt, source, output } = tokenizeTrace(record, tokenizer);
  if (output.length > Number(values.longest)) continue;
  count++;
  const planner = createController({
    drafters: [copyDrafter({ speller: spellerOf(target) })],
    cost,
  });
  const plain = await time(prompt, source, output);
  const ours = await time(prompt, source, output, planner);
  for (const key of ["cpu", "wall", "predicted"] as const) {
    total.plain[key] += plain[key];
    total.ours[key] += ours[key];
  }
  const { plain: p, ours: o } = total;
  process.stdout.write(
    `${count} ${record.id}: so far speed-up ${(p.cpu / o.cpu).toFixed(2)} in processor time, ${(p.wall / o.wall).toFixed(2)} in wall clock, ${(p.predicted / o.predicted).toFixed(2)} predicted\n`,
  );
}
await target.dispose();
