import { RedraftError } from "../../../src/core/errors.ts";
import type { Redraft } from "../../../src/core/redraft.ts";
import { endedAs, type FileText, isMixed, textOf } from "./text.ts";
import type { Trial, Wanted } from "./trial.ts";

/**
 * `right` the text, or a refusal where that is right; `asked` refused where that is allowed; `gap` refused though clear; `idle` nothing
 * changed, where something is to be or it has to be refused;
 * `crashed` an error that is not ours; `noCure` a refusal that does not say what to do; `slow` over a second.
 */
export const verdicts = [
  "right",
  "asked",
  "gap",
  "idle",
  "wrong",
  "crashed",
  "noCure",
  "slow",
] as const;
export type Verdict = (typeof verdicts)[number];

export interface Judged {
  readonly verdict: Verdict;
  /** Processor time. */
  readonly ms: number;
  /** The message of a refusal, or the text that is wrong. */
  readonly said?: string;
}

const slowest = 1000;

/** Applies the edit and compares the answer with what is right. */
export async function judge(trial: Trial, redraft: Pick<Redraft, "apply">): Promise<Judged> {
  const first = await once(trial, redraft);
  // Processor time of the whole process: a collection of garbage may fall into it.
  return first.verdict === "slow" ? once(trial, redraft) : first;
}

async function once(trial: Trial, redraft: Pick<Redraft, "apply">): Promise<Judged> {
  const { file, edit, format, wanted } = trial;
  const begin = process.cpuUsage();
  const took = (): number => {
    const { user, system } = process.cpuUsage(begin);
    return Math.round((user + system) / 1000);
  };
  try {
    const { text } = await redraft.apply({ path: file.path, source: textOf(file), edit, format });
    const ms = took();
    if (ms > slowest) return { verdict: "slow", ms };
    if (isRight(text, trial)) return { verdict: "right", ms };
    const verdict = text === textOf(file) ? "idle" : "wrong";
    return { verdict, ms, said: text ?? "(the file is deleted)" };
  } catch (error) {
    const ms = took();
    if (!RedraftError.is(error))
      return { verdict: "crashed", ms, said: String((error as Error)?.stack ?? error) };
    const said = `${error.code}: ${error.message}`;
    if (ms > slowest) return { verdict: "slow", ms, said };
    if (!tellsCure(error.message)) return { verdict: "noCure", ms, said };
    return { verdict: refused(wanted), ms, said };
  }
}

function refused(wanted: Wanted): Verdict {
  if (wanted.kind === "refusal" || wanted.kind === "anything") return "right";
  return wanted.kind === "text" && wanted.mayRefuse ? "asked" : "gap";
}

function isRight(text: string | null, trial: Trial): boolean {
  const { wanted, file } = trial;
  if (wanted.kind === "anything") return true;
  if (wanted.kind === "deletion") return text === null;
  if (text === null) return false;
  if (wanted.kind === "text" && hasHabit(unified(text), wanted.flat, file)) return true;
  const flats = [...(wanted.kind === "text" ? [wanted.flat] : []), ...(wanted.also ?? [])];
  if (!isMixed(file)) return flats.some((flat) => text === endedAs(flat, file));
  return flats.some((flat) => unified(text) === flat) && keepsBytes(text, trial);
}

const unified = (text: string): string => text.replace(/\r\n?/g, "\n");

/** Whether the answer differs only in that indentation is written with blanks for tabs, or the reverse, as the file does. */
function hasHabit(text: string, flat: string, { lines }: FileText): boolean {
  const [own, fresh] = [text.split("\n"), flat.split("\n")];
  if (own.length !== fresh.length) return false;
  const known = new Set(lines);
  return own.every((line, index) => {
    const other = fresh[index]!;
    const isOther = line.trimStart() === other.trimStart() && !known.has(other);
    return line === other || (isOther && /^\t/.test(line) !== /^\t/.test(other));
  });
}

/** Whether the lines before the first change and after the last have their own line ends still. */
function keepsBytes(text: string, { file, changes }: Trial): boolean {
  if (!changes || changes.length === 0) return true;
  const { path, lines, ends } = file;
  const part = (from: number, to?: number): string =>
    textOf({ path, lines: lines.slice(from, to), ends: ends.slice(from, to) });
  const head = part(0, Math.max(0, changes[0]!.start - 1));
  const tail = part(changes.at(-1)!.end + 1);
  return text.startsWith(head) && text.endsWith(tail);
}

const orders =
  "send|give|copy|read|name|write|quote|add|use|begin|leave|apply|repeat|show|remove|put|make|say|choose|take|mark|split|set|keep|replace|check|double|indent|correct|join";
const order = new RegExp(
  `(?:^|[.;:,]\\s+(?:then |and |or )?)(?:${orders})\\b|\\bTo [a-z]+ .*, [a-z]+`,
  "im",
);

/** Whether a message has an instruction: a sentence or a part of one that begins with what to do. */
export const tellsCure = (message: string): boolean => order.test(message);
