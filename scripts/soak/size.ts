/**
 * Inputs of uncommon size, each in processes of its own: npm run soak:size [-- runs].
 * Prints per input the time of one edit (its `ms`: median and worst; all threads' processor time) and the memory of
 * the whole process at its peak. Exits 1 where a limit is passed.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { RedraftError } from "../../src/core/errors.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";

interface Input {
  readonly name: string;
  readonly source: () => string;
  readonly edit: () => string;
  /** What must come of it: a changed file, or one of the ways of saying no. */
  readonly outcome: "applied" | "ambiguous" | "no-match";
  readonly maxMs: number;
  readonly maxMegabytes?: number;
}

const marker = "// ... existing code ...\n";

/** Functions of ten lines each, alike but for their numbers. */
function functions(count: number): string {
  return Array.from({ length: count }, (_, n) => functionOf(n)).join("");
}

function functionOf(n: number, body = `  total += weights[${n % 97}];`): string {
  const lines = [
    `export function step${n}(input: number): number {`,
    "  let total = 0;",
    "  for (const value of range(input)) {",
    "    if (value > 0) {",
    `      total += value * ${n % 13};`,
    "    }",
    "  }",
    body,
    "  return total;",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** The sketch of a change in every `every`-th function. */
function changes(count: number, every: number): string {
  const hunks = Array.from({ length: count }, (_, k) => {
    const [head, ...rest] = functionOf(k * every + 7, "  total -= 1;").split("\n");
    return `${head}\n${marker}${rest.slice(5).join("\n")}`;
  });
  return `${marker}${hunks.join(marker)}${marker}`;
}

const inputs: readonly Input[] = [
  {
    name: "50,000 lines, a sketch of 10 hunks",
    source: () => functions(5_000),
    edit: () => changes(10, 450),
    outcome: "applied",
    maxMs: 300,
    maxMegabytes: 400,
  },
  {
    name: "20,000 equal lines, a sketch between two of them",
    source: () => "same line\n".repeat(20_000),
    edit: () => `${marker}same line\nnew line\nsame line\n${marker}`,
    outcome: "ambiguous",
    maxMs: 2_000,
  },
  {
    name: "20,000 equal lines, all of them in the sketch",
    source: () => "same line\n".repeat(20_000),
    edit: () => `${marker}${"same line\n".repeat(20_000)}${marker}`,
    outcome: "no-match",
    maxMs: 2_000,
  },
  {
    name: "a sketch of 20,000 markers",
    source: () => functions(500),
    edit: () => marker.repeat(20_000),
    outcome: "applied",
    maxMs: 2_000,
  },
  {
    name: "2 MB on one line, a search for a piece of it",
    source: () => `${"let a = 1; ".repeat(100_000)}let b = 2;${"let a = 1; ".repeat(80_000)}\n`,
    edit: () => JSON.stringify({ old_string: "let b = 2;", new_string: "let b = 3;" }),
    outcome: "applied",
    maxMs: 2_000,
  },
  {
    name: "2 MB on one line, a sketch of the whole line",
    source: () => `first\n${"x = y; ".repeat(290_000)}\nlast\n`,
    edit: () => `first\n${"x = y; ".repeat(290_000)}z = 1;\nlast\n`,
    outcome: "applied",
    maxMs: 2_000,
  },
];

interface Measured {
  readonly ms: number;
  readonly processorMs: number;
  readonly megabytes: number;
  readonly outcome: string;
}

async function measure({ source, edit }: Input): Promise<Measured> {
  const request = { path: "steps.ts", source: source(), edit: edit() };
  const redraft = createRedraft();
  const start = performance.now();
  const processor = process.cpuUsage();
  let outcome = "applied";
  try {
    await redraft.apply(request);
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    outcome = error.code;
  }
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(processor);
  return {
    ms,
    processorMs: (user + system) / 1000,
    outcome,
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}

/** Runs the input in a new process: nothing is warm, and the peak of the memory is its own. */
function measureApart(index: number): Measured {
  const script = fileURLToPath(import.meta.url);
  const arguments_ = ["--import", "tsx", script, "--only", String(index)];
  const child = spawnSync(process.execPath, arguments_, { encoding: "utf8" });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout) as Measured;
}

if (process.argv[2] === "--only") {
  process.stdout.write(JSON.stringify(await measure(inputs[Number(process.argv[3])]!)));
} else {
  const runs = Number(process.argv[2] ?? 5);
  for (const [index, input] of inputs.entries()) {
    const measured = Array.from({ length: runs }, () => measureApart(index));
    const sorted = (of: "ms" | "processorMs"): number[] =>
      measured.map((one) => one[of]).sort((a, b) => a - b);
    const times = sorted("ms");
    const median = times[Math.floor(runs / 2)]!;
    const processor = sorted("processorMs")[Math.floor(runs / 2)]!;
    const megabytes = Math.max(...measured.map((one) => one.megabytes));
    const outcome = measured.find((one) => one.outcome !== input.outcome)?.outcome ?? input.outcome;
    const ok =
      outcome === input.outcome &&
      median <= input.maxMs &&
      megabytes <= (input.maxMegabytes ?? Number.POSITIVE_INFINITY);
    if (!ok) process.exitCode = 1;
    process.stdout.write(
      `${ok ? "ok  " : "FAIL"} ${input.name}: ${outcome}, ${Math.round(median)} ms (worst ${Math.round(times.at(-1)!)}; ${Math.round(processor)} ms of processors), ${Math.round(megabytes)} MB\n`,
    );
  }
}
