import { appendFile, readFile, truncate } from "node:fs/promises";
import { RedraftError } from "../../core/errors.ts";
import type { DecodeCase } from "../decode/cases.ts";
import { promptHash } from "../decode/records.ts";
import type { TimedTarget } from "../decode/run.ts";
import type { TableMethod } from "./methods.ts";
import { generateBy, type MethodRun, methodRun } from "./runs.ts";

/** What a measured run is valid for. */
export interface MeasuredBy {
  /** Hash and bytes of the weights. */
  readonly model: string;
  /** The same of the draft model; null = none. */
  readonly draft: string | null;
  readonly threads: number;
  readonly engine: string;
}

interface StateLine extends MethodRun, MeasuredBy {
  readonly promptHash: string;
  readonly maxTokens: number;
}

/** Runs that were measured before, and a place for new ones. */
export interface RunState {
  find(one: DecodeCase, method: string): MethodRun | undefined;
  add(one: DecodeCase, run: MethodRun): Promise<void>;
}

/**
 * Reads a state file, one JSON line per case and method; what a kill left of a last line is taken away. Without a file
 * nothing is kept. Throws `usage` where a line was measured with other weights, threads or another engine: their times
 * must not be mixed.
 */
export async function openRunState(file: string | undefined, by: MeasuredBy): Promise<RunState> {
  const known = new Map<string, StateLine>();
  const keyOf = (set: string, id: string, method: string): string => `${set}\n${id}\n${method}`;
  if (file !== undefined) {
    for (const line of await readLines(file)) {
      for (const field of ["model", "draft", "threads", "engine"] as const) {
        if (line[field] === by[field]) continue;
        throw new RedraftError(
          "usage",
          `${file} was measured with ${field} ${line[field] ?? "none"}, not ${by[field] ?? "none"}; name another file with --state`,
        );
      }
      known.set(keyOf(line.set, line.id, line.method), line);
    }
  }
  return {
    find(one, method) {
      const line = known.get(keyOf(one.set, one.id, method));
      const same =
        line?.promptHash === promptHash(one.request.prompt) && line.maxTokens === one.maxTokens;
      return same ? line : undefined;
    },
    async add(one, run) {
      const line: StateLine = {
        ...run,
        ...by,
        promptHash: promptHash(one.request.prompt),
        maxTokens: one.maxTokens,
      };
      if (file !== undefined) await appendFile(file, `${JSON.stringify(line)}\n`);
    },
  };
}

async function readLines(file: string): Promise<StateLine[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new RedraftError("file-error", `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const whole = bytes.lastIndexOf("\n") + 1;
  if (whole < bytes.length) await truncate(file, whole);
  const lines = bytes.subarray(0, whole).toString().split("\n");
  return lines.flatMap((line, i) => {
    if (line === "") return [];
    try {
      return [JSON.parse(line) as StateLine];
    } catch (cause) {
      throw new RedraftError("usage", `${file}:${i + 1} is not a measured run`, { cause });
    }
  });
}

/**
 * Every case by every method, one case after the other, and within a case in an order that turns from case to case; what
 * the state has is not run again.
 */
export async function measureRuns(
  target: TimedTarget,
  methods: readonly TableMethod[],
  cases: readonly DecodeCase[],
  state: RunState,
  progress: (done: number, of: number) => void,
): Promise<MethodRun[]> {
  const runs: MethodRun[] = [];
  let warm = false;
  for (const [i, one] of cases.entries()) {
    for (let m = 0; m < methods.length; m++) {
      const method = methods[(m + i) % methods.length]!;
      const known = state.find(one, method.name);
      if (known === undefined && !warm) {
        // The first passes read the weights from disk.
        await generateBy(target, methods[0]!, { ...one, maxTokens: Math.min(16, one.maxTokens) });
        warm = true;
      }
      const run = known ?? methodRun(method, one, await generateBy(target, method, one));
      if (known === undefined) await state.add(one, run);
      runs.push(run);
      progress(runs.length, cases.length * methods.length);
    }
  }
  return runs;
}
