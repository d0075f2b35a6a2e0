import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import { RedraftError } from "../../core/errors.ts";

/** What one way came to in one case: one line of a state file. */
export interface Outcome {
  readonly model: string;
  readonly parameters: number;
  readonly set: string;
  readonly case: string;
  readonly way: string;
  /** Of all files. */
  readonly lines: number;
  readonly files: number;
  /** Whether the instruction names one declaration. */
  readonly named: boolean;
  /** By the case's judge: tests, files, or lines. */
  readonly right: boolean;
  readonly exact: boolean;
  /** Of the refusal or failure; absent where there is a result. */
  readonly code?: string;
  readonly message?: string;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Of the output, drafted tokens that the model agreed to. */
  readonly acceptedTokens: number;
  readonly seconds: number;
  /** What the model wrote, answer by answer. */
  readonly answers: readonly string[];
}

export const outcomeKey = ({
  model,
  set,
  case: id,
  way,
}: Pick<Outcome, "model" | "set" | "case" | "way">): string =>
  JSON.stringify([model, set, id, way]);

/** Outcomes that a killed run left behind are kept, and a line that it did not finish is dropped. */
export interface WaysState {
  readonly outcomes: readonly Outcome[];
  has(key: Pick<Outcome, "model" | "set" | "case" | "way">): boolean;
  add(outcome: Outcome): void;
}

/** @throws `usage` where the file is no state of this benchmark */
export function openState(path: string | undefined): WaysState {
  const outcomes = path === undefined || !existsSync(path) ? [] : readOutcomes(path);
  const known = new Set(outcomes.map(outcomeKey));
  return {
    outcomes,
    has: (key) => known.has(outcomeKey(key)),
    add(outcome) {
      if (path !== undefined) appendFileSync(path, `${JSON.stringify(outcome)}\n`);
      known.add(outcomeKey(outcome));
      outcomes.push(outcome);
    },
  };
}

function readOutcomes(path: string): Outcome[] {
  const text = readFileSync(path, "utf8");
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  if (complete.length < text.length) truncateSync(path, Buffer.byteLength(complete));
  return complete
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => {
      const one = outcomeIn(line);
      if (one !== undefined) return one;
      throw new RedraftError(
        "usage",
        `${path}:${index + 1} is no outcome of bench cascade; name another --state`,
      );
    });
}

function outcomeIn(line: string): Outcome | undefined {
  try {
    const one = JSON.parse(line) as Outcome;
    return typeof one.way === "string" && typeof one.right === "boolean" ? one : undefined;
  } catch {
    return undefined;
  }
}
