import { RedraftError } from "../../core/errors.ts";
import type { TextTarget } from "../../core/target.ts";
import { editFiles } from "../../instruct/edit-files.ts";
import { namedRegion } from "../../instruct/region.ts";
import { checkSyntax } from "../../redraft/check-syntax.ts";
import { createRedraft } from "../../redraft/create-redraft.ts";
import { namedPartsOf } from "../../redraft/named-parts.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { WrittenCase } from "./cases.ts";
import { judgeCase } from "./judge.ts";
import type { Outcome, WaysState } from "./state.ts";
import type { WrittenWay } from "./ways.ts";

export interface WaysRun {
  readonly cases: readonly WrittenCase[];
  readonly ways: readonly WrittenWay[];
  /** As outcomes name it. */
  readonly model: string;
  readonly state: WaysState;
  /** Opens the model; `drafting` false = plain decoding. */
  readonly open: (drafting: boolean) => Promise<TextTarget>;
  readonly sandbox?: Sandbox | undefined;
  readonly signal?: AbortSignal;
  readonly onOutcome?: (outcome: Outcome, left: number) => void;
}

/** Runs every way in every case that the state does not have yet. Plain decoding is a run of its own: no prompt is shared with it. */
export async function runWays(run: WaysRun): Promise<void> {
  const { cases, ways, model, state } = run;
  const open = cases.flatMap((one) =>
    ways
      .filter((way) => !state.has({ model, set: one.set, case: one.id, way: way.name }))
      .map((way) => ({ one, way })),
  );
  let left = open.length;
  for (const drafting of [true, false]) {
    const part = open.filter(({ way }) => way.drafting === drafting);
    if (part.length === 0) continue;
    const large = await run.open(drafting);
    try {
      for (const { one, way } of part) {
        run.signal?.throwIfAborted();
        const outcome = await outcomeOf(one, way, large, run);
        state.add(outcome);
        left -= 1;
        run.onOutcome?.(outcome, left);
      }
    } finally {
      await large.dispose();
    }
  }
}

async function outcomeOf(
  one: WrittenCase,
  way: WrittenWay,
  large: TextTarget,
  { model, sandbox, signal }: WaysRun,
): Promise<Outcome> {
  const { files, instruction, set, id } = one;
  const redraft = createRedraft({ settle: "ranker" });
  const meter = metered(large);
  const start = performance.now();
  let texts: Map<string, string> | undefined;
  let failure: RedraftError | undefined;
  try {
    const result = await editFiles(
      { files, instruction, via: way.via },
      { large: meter.target, redraft, check: checkSyntax, namedPartsOf, ...way.options },
      signal ? { signal } : {},
    );
    texts = new Map(result.files.map(({ path, result: { text } }) => [path, text ?? ""]));
  } catch (error) {
    if (!RedraftError.is(error) || signal?.aborted || error.code === "model-unavailable")
      throw error;
    failure = error;
  } finally {
    await redraft.dispose();
  }
  const seconds = (performance.now() - start) / 1000;
  const verdict = texts ? await judgeCase(one, texts, sandbox) : { ok: false, exact: false };
  return {
    model,
    parameters: large.local?.parameters ?? 0,
    set,
    case: id,
    way: way.name,
    lines: linesOf(one),
    files: files.length,
    named: namedRegion(files, instruction, namedPartsOf) !== undefined,
    right: verdict.ok,
    exact: verdict.exact,
    ...(failure && { code: failure.code, message: failure.message.slice(0, 300) }),
    ...meter.spent(),
    seconds: Number(seconds.toFixed(2)),
    answers: meter.answers,
  };
}

export const linesOf = ({ files }: Pick<WrittenCase, "files">): number =>
  files.reduce((sum, { text }) => sum + text.split("\n").length, 0);

/** Counts what a target reads and writes, refused answers included. */
function metered(target: TextTarget): {
  readonly target: TextTarget;
  readonly answers: readonly string[];
  spent(): Pick<Outcome, "promptTokens" | "outputTokens" | "acceptedTokens">;
} {
  const answers: string[] = [];
  const spent = { promptTokens: 0, outputTokens: 0, acceptedTokens: 0 };
  return {
    answers,
    spent: () => ({ ...spent }),
    target: {
      ...target,
      async *complete(prompt, options) {
        const at = answers.push("") - 1;
        for await (const chunk of target.complete(prompt, options)) {
          answers[at] += chunk.text;
          spent.acceptedTokens += chunk.accepted ?? 0;
          spent.promptTokens += chunk.usage?.promptTokens ?? 0;
          spent.outputTokens += chunk.usage?.completionTokens ?? 0;
          yield chunk;
        }
      },
    },
  };
}

/** Cases that this machine can judge, the first `count` of them: the reference passes its own tests here, all of its imports being installed. */
export async function judgeable(
  cases: readonly WrittenCase[],
  count: number,
  sandbox?: Sandbox,
): Promise<{ readonly cases: readonly WrittenCase[]; readonly left: readonly string[] }> {
  const good: WrittenCase[] = [];
  const left: string[] = [];
  for (const one of cases) {
    if (good.length === count) break;
    if (one.judge.kind !== "tests") {
      good.push(one);
      continue;
    }
    const program = [...one.after.values(), one.judge.tests].join("\n\n");
    const run = await sandbox?.run(`${program}\n`);
    if (run?.outcome === "passed") good.push(one);
    else left.push(one.id);
  }
  return { cases: good, left };
}
