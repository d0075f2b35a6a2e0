import { appendFileSync, readFileSync } from "node:fs";
import { RedraftError } from "../../core/errors.ts";

/** One case by one policy. Counts are tokens; shares and similarities as in the rows. */
export interface KvResult {
  readonly set: "edits" | "stale";
  readonly model: string;
  readonly id: string;
  readonly edit: string;
  readonly language: string;
  readonly setting: string;
  readonly policy: string;
  /** Tokens of the context that was asked for, and of this one. */
  readonly context: number;
  readonly length: number;
  /** From the first change to the end. */
  readonly suffix: number;
  readonly newTokens: number;
  readonly recomputed: number;
  readonly top1: boolean;
  readonly kl: number;
  readonly exactMatch: boolean;
  readonly editSimilarity: number;
  /** Whether the line is the one that full evaluation gives; for the stale set: the decision. */
  readonly sameAsFull: boolean;
  /** For the stale set: whether the decision is still that of the text before the change, and whether the change alters it at all. */
  readonly stale?: boolean;
  readonly decisive?: boolean;
  /** Logit of the exact row's likeliest token minus the second: below the noise of the kernels a different token means nothing. */
  readonly margin?: number;
  /** Mean cosine of the keys behind the first change with those of full evaluation, per layer. */
  readonly keyCosine?: readonly number[];
  /** Processor time of the engine for the update and the next token, in ms; undefined where it is not known. */
  readonly cpuMs?: number;
}

const resultKey = (one: Pick<KvResult, "set" | "model" | "id" | "policy" | "context">): string =>
  [one.set, one.model, one.context, one.id, one.policy].join("\n");

/** Results that were measured before, and a place for new ones: the bench continues where it was ended. */
export interface ResultStore {
  readonly all: readonly KvResult[];
  has(one: Pick<KvResult, "set" | "model" | "id" | "policy" | "context">): boolean;
  add(one: KvResult): void;
}

/** @param file JSON lines; absent = nothing is kept */
export function openResults(file: string | undefined): ResultStore {
  const all = file === undefined ? [] : readResults(file);
  const keys = new Set(all.map(resultKey));
  return {
    all,
    has: (one) => keys.has(resultKey(one)),
    add(one) {
      all.push(one);
      keys.add(resultKey(one));
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(one)}\n`);
    },
  };
}

function readResults(file: string): KvResult[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new RedraftError("file-error", `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const lines = text.split("\n");
  // A kill may have cut the last line off.
  if (lines.at(-1) !== "")
    throw new RedraftError("usage", `${file} ends in the middle of a line; remove its last line`);
  return lines.flatMap((line, i) => {
    if (line === "") return [];
    try {
      return [JSON.parse(line) as KvResult];
    } catch (cause) {
      throw new RedraftError("usage", `${file}:${i + 1} is not a result of this bench`, { cause });
    }
  });
}
