import { RedraftError } from "../core/errors.ts";
import type { Recognised } from "./classify.ts";
import type { Turns } from "./select/turns.ts";
import type {
  EditCandidate,
  OrchestrateRequest,
  Recognition,
  SpeculationContext,
} from "./speculator.ts";

/** What happens while specialists work. */
export type GenerateEvent =
  | { readonly type: "speculator-started"; readonly name: string; readonly why: string }
  | { readonly type: "candidate"; readonly candidate: EditCandidate }
  /** It refuses, with a message for the caller. */
  | { readonly type: "speculator-refused"; readonly name: string; readonly error: RedraftError }
  /** It does not work: an exception, a time limit, bad output. */
  | { readonly type: "speculator-failed"; readonly name: string; readonly why: string }
  /** It is not started: an edit is found that is accepted whatever it would propose. */
  | { readonly type: "speculator-left-out"; readonly name: string; readonly why: string }
  | { readonly type: "speculator-ended"; readonly name: string; readonly candidates: number };

export interface SpeculationLimits {
  readonly signal?: AbortSignal | undefined;
  /** ms that each specialist has, from the start of the first one on. */
  readonly limitMs: number;
  /** When each may start; default: at once. */
  readonly turns?: Turns | undefined;
}

/** More candidates of one specialist are bad output. */
const mostCandidates = 64;

/**
 * Runs specialists in parallel and passes on their candidates as they come. Each is isolated: a time limit, an exception or output
 * of another form ends that one alone. `generate_candidates` of the paper.
 */
export async function* generateCandidates(
  request: OrchestrateRequest,
  recognised: readonly Recognised[],
  context: SpeculationContext,
  { signal, limitMs, turns }: SpeculationLimits,
): AsyncGenerator<GenerateEvent> {
  const waiting: GenerateEvent[] = [];
  let wake = (): void => {};
  const emit = (event: GenerateEvent): void => {
    waiting.push(event);
    wake();
  };
  const stop = new AbortController();
  const all = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  let open = recognised.length;
  for (const one of recognised) {
    void runOne(one, request, context, { signal: all, limitMs, turns }, emit).finally(() => {
      open -= 1;
      wake();
    });
  }
  try {
    while (open > 0 || waiting.length > 0) {
      const event = waiting.shift();
      if (event) yield event;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (open === 0 || waiting.length > 0) resolve();
        });
      }
    }
  } finally {
    // Whoever stops listening stops the work.
    stop.abort();
  }
}

async function runOne(
  { speculator, why: recognised, ...read }: Recognised,
  request: OrchestrateRequest,
  context: SpeculationContext,
  { signal, limitMs, turns }: SpeculationLimits & { readonly signal: AbortSignal },
  emit: (event: GenerateEvent) => void,
): Promise<void> {
  const { name } = speculator;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  let count = 0;
  let iterator: AsyncIterator<EditCandidate> | undefined;
  try {
    const answer = turns ? await turns.wait(name, limited) : { run: true as const };
    if (!answer.run) {
      emit({ type: "speculator-left-out", name, why: answer.why });
      return;
    }
    emit({ type: "speculator-started", name, why: recognised });
    iterator = speculator.speculate(request, context, limited)[Symbol.asyncIterator]();
    for (;;) {
      const step = await untilStopped(iterator.next(), limited);
      if (step.done) break;
      const bad =
        problemWith(step.value, context) ?? (count === mostCandidates && "too many candidates");
      if (bad) {
        emit({ type: "speculator-failed", name, why: `bad output: ${bad}` });
        break;
      }
      count += 1;
      emit({ type: "candidate", candidate: asSurely(step.value, read) });
    }
  } catch (error) {
    if (RedraftError.is(error)) emit({ type: "speculator-refused", name, error });
    else if (limited.aborted) {
      const why = signal.aborted ? "it was stopped" : `it took more than ${limitMs} ms`;
      emit({ type: "speculator-failed", name, why });
    } else {
      const why = error instanceof Error ? error.message : String(error);
      emit({ type: "speculator-failed", name, why });
    }
  }
  // A specialist that does not react to its signal is left behind.
  void Promise.resolve(iterator?.return?.()).catch(() => {});
  emit({ type: "speculator-ended", name, candidates: count });
}

/** A proof of an edit is none that it is what was asked, where the request was read in part only. */
const asSurely = (
  candidate: EditCandidate,
  { isPartial, confidence }: Omit<Recognition, "why">,
): EditCandidate =>
  isPartial && candidate.confidence > confidence ? { ...candidate, confidence } : candidate;

/** The work's result, or a rejection as soon as the signal is aborted. */
async function untilStopped<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let stop = (): void => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
    work.catch(() => {});
  }
}

/** Why a value is not a candidate for this repository. */
function problemWith(value: unknown, { index }: SpeculationContext): string | undefined {
  const candidate = value as Partial<EditCandidate> | null | undefined;
  if (typeof candidate !== "object" || candidate === null) return "it is no candidate";
  const { files, confidence, title } = candidate;
  if (typeof title !== "string" || !Array.isArray(files)) return "it has no title or no files";
  if (typeof confidence !== "number" || !(confidence >= 0 && confidence <= 1)) {
    return "its confidence is not a number from 0 to 1";
  }
  const paths = new Set<string>();
  for (const { path, before, after, to } of files as EditCandidate["files"]) {
    if (typeof path !== "string" || index.hashOf(path) === undefined) {
      return `${String(path)} is no file of the repository`;
    }
    if (typeof before !== "string" || typeof after !== "string") return `${path} has no text`;
    if (to !== undefined && (typeof to !== "string" || index.hashOf(to) !== undefined))
      return `${path} moves to where a file is`;
    if (paths.has(path)) return `${path} is in it twice`;
    paths.add(path);
  }
  return undefined;
}
