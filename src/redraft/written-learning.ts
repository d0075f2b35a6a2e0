import { RedraftError } from "../core/errors.ts";
import { type Costs, usualRefusalRate } from "../instruct/costs.ts";
import type { InstructEvent, Way } from "../instruct/request.ts";
import { nameLanguageOf } from "../orchestrate/index/languages.ts";
import type { EditDecision } from "../orchestrate/select/decision.ts";
import type { LearntArms } from "../orchestrate/select/fix-decisions.ts";
import type { CandidateOutcome } from "./proposer.ts";

/** What a model was asked for, one after the other, and whether a program could place it. */
interface AskedWay {
  readonly way: Way;
  readonly from: number;
  isRefused: boolean;
}

/** Follows a model that edits files, for what is learnt of it. */
export interface ModelEditWatch {
  event(event: InstructEvent): void;
  /** What became of each way that was asked for. A way that another one had to follow, or that had to be asked again, was wrong. */
  decisions(outcome: CandidateOutcome): EditDecision[];
}

export function followWritten(kind: WrittenKind, now: () => number): ModelEditWatch {
  const asked: AskedWay[] = [];
  // Writing the files and checking them takes the same time, whoever made the edit.
  let ended = 0;
  return {
    event(event) {
      ended = now();
      const last = asked.at(-1);
      if (event.type === "refused" && last) last.isRefused = true;
      if (event.type === "asked" && event.via !== last?.way)
        asked.push({ way: event.via, from: ended, isRefused: false });
    },
    decisions: (outcome) =>
      asked.map(({ way, from, isRefused }, at): EditDecision => {
        const next = asked[at + 1];
        const right = outcome.written && next === undefined && !isRefused;
        const seconds = ((next?.from ?? ended) - from) / 1000;
        const entry = outcome.written ? outcome.entry : undefined;
        return {
          type: writtenType(kind, way),
          tried: [{ name: way, seconds, right }],
          ...(entry === undefined ? {} : { entry }),
        };
      }),
  };
}

/** Whose edit, and of which file. A model of this machine is none of a server: they write differently well. */
export interface WrittenKind {
  readonly isLocal: boolean;
  readonly path: string;
}

/** One kind for each way, so that the order of what was asked is not learnt: what a way costs decides that. */
function writtenType({ isLocal, path }: WrittenKind, way: Way): string {
  const language = nameLanguageOf(path) ?? "other";
  return `${isLocal ? "local " : ""}model ${language}: ${way}`;
}

const answerRefusals = ["no-match", "ambiguous", "check-failed", "unreadable-edit"];

/** Whether an error says that what the model wrote was wrong, and not that it could not be asked. */
export const isRefusedAnswer = (error: unknown): boolean =>
  RedraftError.is(error) && answerRefusals.includes(error.code);

/** The costs with how often sketches are refused here, where that is learnt and the user does not say it. */
export function withLearntRefusals(
  costs: Costs,
  kind: WrittenKind,
  learnt: Pick<LearntArms, "order"> | undefined,
): Costs {
  if (costs.refusalRate !== undefined || learnt === undefined) return costs;
  const sketch = { name: "cascade", confidence: 1 - usualRefusalRate };
  const [turn] = learnt.order(writtenType(kind, "cascade"), [sketch]).turns;
  return { ...costs, refusalRate: 1 - turn!.chance };
}
