import type { Origin } from "../../core/target.ts";
import { round } from "../decode/rows.ts";
import type { Pass } from "../decode/run.ts";
import type { CountedRun, Pricing } from "./runs.ts";

/** One pass of the target in a case study. */
export interface StudyPass {
  /** 1-based. */
  readonly pass: number;
  /** When it begins and how long it takes, the drafting before it included; in the study's unit. */
  readonly start: number;
  readonly time: number;
  readonly drafted: number;
  readonly accepted: number;
  readonly tokens: number;
  /** First and last line of the output that it wrote in, 1-based. */
  readonly lines: readonly [number, number];
  readonly text: string;
  /** Tokens by where they came from. */
  readonly origins: Readonly<Partial<Record<Origin, number>>>;
}

/** A stretch of one line, all of it of one pass and one origin. */
export interface StudyStretch {
  readonly pass: number;
  readonly origin: Origin;
  readonly text: string;
}

/** How a method wrote one edit: which pass wrote which lines, and when. */
export interface CaseStudy {
  readonly suite: "efficientedit-case";
  readonly set: string;
  readonly id: string;
  readonly method: string;
  readonly label: string;
  readonly unit: "ms" | "plain steps";
  readonly total: number;
  /** The same edit by plain decoding. */
  readonly plainTotal: number;
  readonly draftPasses: number;
  readonly passes: readonly StudyPass[];
  /** Lines of the output. */
  readonly lines: readonly (readonly StudyStretch[])[];
}

export type StudyHead = Omit<CaseStudy, "suite" | "total" | "draftPasses" | "passes" | "lines">;

/**
 * @param pricing absent = wall clock; then time that no pass of the target took (drafting) belongs to the passes in equal
 * parts, since a run does not say when it was spent
 */
export function caseStudy(head: StudyHead, counted: CountedRun, pricing?: Pricing): CaseStudy {
  const { run, draftPasses } = counted;
  const own = run.passes.map((pass) => (pricing ? pricing.pass(pass.positions) : pass.ms));
  const ownTotal = own.reduce((sum, time) => sum + time, 0);
  const total = pricing ? ownTotal + draftPasses * pricing.draftPass : Math.max(ownTotal, run.ms);
  const drafting = (total - ownTotal) / Math.max(1, own.length);
  const passes: StudyPass[] = [];
  const lines: StudyStretch[][] = [[]];
  let start = 0;
  run.passes.forEach((pass, i) => {
    const first = lines.length;
    for (const [text, origin] of piecesByOrigin(pass))
      writeText(lines, { pass: i + 1, origin, text });
    // A pass that only ended a line wrote nothing in the next one.
    const last = lines.length - (lines.at(-1)!.length === 0 ? 1 : 0);
    const time = own[i]! + drafting;
    passes.push({
      pass: i + 1,
      start: round(start),
      time: round(time),
      drafted: pass.positions - 1,
      accepted: pass.accepted,
      tokens: pass.tokens,
      lines: [first, Math.max(first, last)],
      text: pass.text,
      origins: countsOf(pass),
    });
    start += time;
  });
  if (lines.at(-1)!.length === 0) lines.pop();
  return {
    suite: "efficientedit-case",
    ...head,
    total: round(total),
    draftPasses,
    passes,
    lines,
  };
}

function writeText(lines: StudyStretch[][], { text, ...rest }: StudyStretch): void {
  text.split("\n").forEach((part, i) => {
    if (i > 0) lines.push([]);
    if (part === "") return;
    const line = lines.at(-1)!;
    const last = line.at(-1);
    if (last?.pass === rest.pass && last.origin === rest.origin) {
      line[line.length - 1] = { ...last, text: last.text + part };
    } else line.push({ ...rest, text: part });
  });
}

function piecesByOrigin({ text, origins, pieces }: Pass): [string, Origin][] {
  if (pieces === undefined) return [[text, origins[0] ?? "target"]];
  return pieces.map((piece, i) => [piece, origins[i] ?? "target"]);
}

function countsOf({ tokens, origins }: Pass): StudyPass["origins"] {
  const counts: Partial<Record<Origin, number>> = {};
  for (const origin of origins.slice(0, tokens)) counts[origin] = (counts[origin] ?? 0) + 1;
  return counts;
}
