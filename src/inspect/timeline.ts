import { requestOutcome } from "./request-log.ts";

/** The sources of drafted tokens, with the sign that each has beside its colour. */
export const originSigns: Readonly<Record<string, string>> = {
  source: "S",
  sketch: "K",
  prompt: "P",
  suffix: "X",
  "draft-model": "D",
  target: "T",
};

/** One forward pass of a model: what it wrote, and what of its draft was right. Counts are tokens. */
export interface PassBox {
  /** From 1, within its round. */
  readonly number: number;
  /** What it released; empty while characters are incomplete. */
  readonly text: string;
  readonly tokens: number;
  readonly drafted: number;
  readonly accepted: number;
  /** Of the pass itself; undefined where the log does not say. */
  readonly ms: number | undefined;
  /** Tokens that it wrote by where they come from, in their order. */
  readonly sources: readonly (readonly [origin: string, tokens: number])[];
}

/** One question to a model and its answer. */
export interface TimelineRound {
  readonly title: string;
  /** ms since the log began. */
  readonly at: number;
  readonly promptTokens: number | undefined;
  readonly passes: readonly PassBox[];
  /** False where the log has only pieces of text, and no passes: then each piece is shown as one. */
  readonly hasPasses: boolean;
}

/** An event that is no pass. */
export interface TimelineEvent {
  readonly at: number | undefined;
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly tone: "neutral" | "good" | "bad";
}

export interface EventTimeline {
  readonly command: string;
  readonly time: string;
  readonly instruction: string;
  readonly rounds: readonly TimelineRound[];
  readonly events: readonly TimelineEvent[];
  /** Lines that are no events, at most twenty. */
  readonly problems: readonly string[];
}

export interface RoundTotals {
  readonly passes: number;
  readonly tokens: number;
  readonly drafted: number;
  readonly accepted: number;
  /** Of the passes whose time is known. */
  readonly ms: number;
  readonly bySource: readonly (readonly [origin: string, tokens: number])[];
}

type EventFields = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const fieldsOf = (value: unknown): EventFields =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as EventFields)
    : {};

const mostLineProblems = 20;

/**
 * Reads an event log (JSON lines) of any command. Events of unknown types are kept as they are; lines that are no JSON objects are
 * reported, and the rest is read.
 */
export function readTimeline(log: string): EventTimeline {
  const reader = createTimelineReader();
  reader.push(log);
  return reader.timeline();
}

/** Reads an event log in pieces of whole lines. */
export interface TimelineReader {
  push(lines: string): void;
  /** Lines that were read. */
  readonly lines: number;
  timeline(): EventTimeline;
}

export function createTimelineReader(): TimelineReader {
  const problems: string[] = [];
  const events: TimelineEvent[] = [];
  const rounds: {
    title: string;
    at: number;
    promptTokens: number | undefined;
    boxes: PassBox[];
    hasPasses: boolean;
  }[] = [];
  let head: EventFields = {};
  let lineNumber = 0;
  const roundOf = (at: number | undefined) => {
    const last = rounds.at(-1);
    if (last !== undefined) return last;
    const first = {
      title: "answer",
      at: at ?? 0,
      promptTokens: undefined,
      boxes: [],
      hasPasses: false,
    };
    rounds.push(first);
    return first;
  };
  const readLine = (line: string, number: number): void => {
    if (line.trim() === "") return;
    let event: EventFields;
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error();
      event = value as EventFields;
    } catch {
      if (problems.length < mostLineProblems) problems.push(`line ${number} is no JSON object`);
      return;
    }
    if (event.redraft === "events") {
      if (event.version !== 1)
        problems.push(`the log has version ${String(event.version)}; this page reads version 1`);
      head = event;
      return;
    }
    const at = numberOf(event.at);
    if (event.type === "asked") {
      const title = `${textOf(event.via)}: ${listOf(event.paths).map(textOf).join(", ")}`;
      rounds.push({
        title,
        at: at ?? 0,
        promptTokens: numberOf(event.promptTokens),
        boxes: [],
        hasPasses: false,
      });
    }
    if (event.type === "text" || event.type === "text-delta" || event.type === "pass") {
      const round = roundOf(at);
      const boxes = passBoxes(event, round.boxes.length);
      if (event.type === "pass" || event.passes !== undefined) round.hasPasses = true;
      round.boxes.push(...boxes);
    } else events.push(eventRow(event, at));
  };
  return {
    push(lines) {
      const all = lines.split("\n");
      for (const line of all) readLine(line, ++lineNumber);
      // A piece ends in a line break, and what is behind it is no line yet.
      if (all.at(-1) === "") lineNumber -= 1;
    },
    get lines() {
      return lineNumber;
    },
    timeline: () => ({
      command: textOf(head.command),
      time: textOf(head.time),
      instruction: textOf(head.instruction),
      rounds: rounds.map(({ boxes, ...round }) => ({ ...round, passes: boxes })),
      events,
      problems,
    }),
  };
}

/** A piece of text may be of several passes: the last one of them released it. */
function passBoxes(event: EventFields, before: number): PassBox[] {
  const text = textOf(event.text);
  const listed = event.type === "pass" ? [event] : listOf(event.passes).map(fieldsOf);
  if (listed.length === 0) {
    if (text === "") return [];
    const [tokens, accepted] = [numberOf(event.tokens) ?? 0, numberOf(event.accepted) ?? 0];
    return [
      { number: before + 1, text, tokens, drafted: accepted, accepted, ms: undefined, sources: [] },
    ];
  }
  return listed.map((pass, index): PassBox => {
    const sources = sourcesOf(pass);
    const counted = sources.reduce((sum, [, tokens]) => sum + tokens, 0);
    const released = Array.isArray(pass.tokens) ? pass.tokens.length : numberOf(pass.tokens);
    return {
      number: before + index + 1,
      text: index === listed.length - 1 ? text : "",
      tokens: released ?? counted,
      drafted: numberOf(pass.drafted) ?? 0,
      accepted: numberOf(pass.accepted) ?? 0,
      ms: numberOf(pass.ms),
      sources,
    };
  });
}

/** `[["source", 12], ["target", 1]]`, or one name a token. */
function sourcesOf({ origins }: EventFields): [string, number][] {
  const runs: [string, number][] = [];
  for (const one of listOf(origins)) {
    const [name, count] = Array.isArray(one)
      ? [textOf(one[0]), numberOf(one[1]) ?? 0]
      : [textOf(one), 1];
    const last = runs.at(-1);
    if (last?.[0] === name) last[1] += count;
    else runs.push([name, count]);
  }
  return runs;
}

export function totalsOf({ passes }: Pick<TimelineRound, "passes">): RoundTotals {
  const bySource = new Map<string, number>();
  const sum = (of: (pass: PassBox) => number): number =>
    passes.reduce((all, one) => all + of(one), 0);
  for (const { sources } of passes) {
    for (const [origin, tokens] of sources)
      bySource.set(origin, (bySource.get(origin) ?? 0) + tokens);
  }
  return {
    passes: passes.length,
    tokens: sum(({ tokens }) => tokens),
    drafted: sum(({ drafted }) => drafted),
    accepted: sum(({ accepted }) => accepted),
    ms: sum(({ ms }) => ms ?? 0),
    bySource: [...bySource].sort((one, other) => other[1] - one[1]),
  };
}

function eventRow(event: EventFields, at: number | undefined): TimelineEvent {
  const type = textOf(event.type) || "event";
  const row = (title: string, detail = "", tone: TimelineEvent["tone"] = "neutral") => ({
    at,
    type,
    title,
    detail,
    tone,
  });
  const { name, why } = { name: textOf(event.name), why: textOf(event.why) };
  switch (type) {
    case "asked": {
      const tokens = `${String(event.promptTokens ?? "?")} tokens to read, about ${String(event.outputTokens ?? "?")} to write`;
      return row(
        `asked the model (${textOf(event.via)})`,
        `${listOf(event.paths).map(textOf).join(", ")}: ${tokens}`,
      );
    }
    case "refused":
      return row(`refused ${textOf(event.path)}`, textOf(event.message), "bad");
    case "edited": {
      const file = fieldsOf(event.file);
      const result = fieldsOf(file.result);
      const notes = listOf(result.notes).map(textOf).join("; ");
      return row(
        `edited ${textOf(file.path)}`,
        [textOf(file.via), textOf(result.routeReason), notes].filter(Boolean).join("; "),
        "good",
      );
    }
    case "model-server":
      return row(`answered by ${textOf(event.server)}`, `prediction: ${textOf(event.prediction)}`);
    case "edit-read":
      return row(`read as ${textOf(event.format)}`, why);
    case "route-taken":
      return row(`route ${textOf(event.route)}`, why);
    case "speculator-started":
      return row(`${name} starts`, why);
    case "speculator-ended":
      return row(`${name} ends`, `${String(event.candidates ?? 0)} candidates`);
    case "speculator-refused":
      return row(`${name} refuses`, textOf(fieldsOf(event.error).message), "bad");
    case "speculator-failed":
      return row(`${name} fails`, why, "bad");
    case "candidate": {
      const { by, title, why: reason, confidence, files } = fieldsOf(event.candidate);
      const sure = numberOf(confidence);
      const percent = sure === undefined ? "" : `, ${Math.round(100 * sure)} % sure`;
      return row(
        `${textOf(by)} proposes: ${textOf(title)}`,
        `${textOf(reason)}; ${listOf(files).length} files${percent}`,
      );
    }
    case "candidate-judged": {
      const accepted = event.accepted === true;
      const title = textOf(fieldsOf(event.candidate).title);
      return row(`${accepted ? "accepted" : "rejected"}: ${title}`, why, accepted ? "good" : "bad");
    }
    case "result":
      return row("result", `${listOf(event.judged).length} candidates judged`);
    case "tool-started":
      return row(`the tool runs (run ${String(event.run)})`);
    case "hunks-tried":
      return row(`tried ${listOf(event.hunks).length} hunks`, `check ${String(event.checks)}`);
    case "hunk-kept":
      return row(`hunk ${String(event.hunk)} kept`, "", "good");
    case "hunk-refused":
      return row(`hunk ${String(event.hunk)} refused`, why, "bad");
    case "request-started":
      return row(`request ${String(event.request)} starts`, textOf(event.endpoint));
    case "request-ended": {
      const { outcome, tone } = requestOutcome(event);
      return row(`request ${String(event.request)} ends`, outcome, tone);
    }
    case "error":
      return row("failed", textOf(event.message), "bad");
    default: {
      const { at: _at, type: _type, ...rest } = event;
      return row(type, JSON.stringify(rest).slice(0, 500));
    }
  }
}
