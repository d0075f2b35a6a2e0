import type { FormatName } from "../core/edit.ts";
import type { Redraft } from "../core/redraft.ts";
import type { EditResult, Route } from "../core/request.ts";
import type { SpeculationStats } from "../core/target.ts";
import { baseOf, type TextHash, textHash } from "../core/text-store.ts";
import type { AnswerShape, Ending, UsageJson } from "./answer-shape.ts";
import { ApiError } from "./errors.ts";
import { usageOf } from "./produce.ts";
import type { ApplyRead } from "./requests.ts";
import { answerShapeOf, endOfEvents, eventText } from "./shapes.ts";
import { type TokenCounter, usageOfTexts } from "./usage.ts";

/** The response to an apply request as it is sent, and what the server keeps of it. */
export interface Reply {
  readonly kind: "reply";
  readonly body: Uint8Array;
  readonly streamed: boolean;
  readonly route: Route;
  readonly format: FormatName;
  readonly changed: boolean;
  /** As the client names the file. */
  readonly path: string;
  readonly stats: SpeculationStats | undefined;
  /** Texts that later requests may name by their hash. */
  readonly texts: readonly { readonly text: string; readonly hash: string }[];
}

export interface PlaceOptions {
  readonly redraft: Pick<Redraft, "apply">;
  /** Looks up a base by its hash. Returns undefined if it is not known. */
  readonly textOf: (hash: string) => Promise<string | undefined>;
  readonly tokens: TokenCounter;
  /** The name of the model in answers to requests that name none. */
  readonly modelName: string;
  readonly signal: AbortSignal;
}

/** Clients do not share texts: to name one, a client must know more of its hash than can be guessed. */
const shownHashDigits = 16;

/** Makes the edit of an apply request and writes the answer, whole or as the events of a stream. */
export async function placeApply(read: ApplyRead, options: PlaceOptions): Promise<Reply> {
  const { prompt, path, cell, wish, endpoint } = read;
  const base = read.base === undefined ? undefined : await baseFor(read.base, prompt.code, options);
  const result = await options.redraft.apply(
    {
      path,
      ...(base === undefined ? {} : { base }),
      ...(cell === undefined ? {} : { cell }),
      source: prompt.code,
      edit: prompt.update,
      ...(prompt.instruction ? { instruction: prompt.instruction } : {}),
    },
    { signal: options.signal },
  );
  if (result.text === null) {
    throw new ApiError(422, "The update deletes the file, which this endpoint does not support.", {
      code: "unreadable-edit",
    });
  }
  const hash = textHash(result.text);
  const text = prompt.tagged ? `<updated-code>${result.text}</updated-code>` : result.text;
  const asked = `${prompt.instruction ?? ""}${prompt.code}${prompt.update}`;
  const { tokens, by } = await options.tokens([asked, text]);
  const ending: Ending = {
    finish: "stop",
    usage: usageOfTexts(tokens[0]!, tokens[1]!),
    redraft: { ...placementAccount(result, hash), usageBy: by, ...modelUsage(result) },
  };
  const name = wish.model ?? options.modelName;
  const created = Math.floor(Date.now() / 1000);
  const shape = answerShapeOf(endpoint, name, created);
  const written = wish.stream
    ? eventsOf(text, ending, shape, wish.usage)
    : JSON.stringify(shape.whole(text, ending));
  return {
    kind: "reply",
    body: new TextEncoder().encode(written),
    streamed: wish.stream,
    route: result.route,
    format: result.format.name,
    changed: result.changed,
    path,
    stats: result.stats,
    texts: [
      { text: prompt.code, hash: textHash(prompt.code) },
      { text: result.text, hash },
    ],
  };
}

async function baseFor(
  value: string,
  code: string,
  { textOf }: PlaceOptions,
): Promise<string | TextHash> {
  const base = baseOf(value);
  if (typeof base === "string") return base;
  const digits = base.hash.replace(/^sha256:/i, "").toLowerCase();
  if (digits.length < shownHashDigits) {
    throw new ApiError(
      400,
      `\`metadata.base\` is a hash of fewer than ${shownHashDigits} digits.`,
      {
        param: "metadata.base",
        code: "usage",
      },
    );
  }
  // The code's own hash may have been handed out as well. One that is not known is the engine's to refuse.
  return textHash(code).startsWith(digits) ? code : ((await textOf(base.hash)) ?? base);
}

/** The whole stream as one text: none of it is known before the result. */
function eventsOf(text: string, ending: Ending, shape: AnswerShape, usage: boolean): string {
  const events: string[] = [];
  const send = (event: unknown): void => void events.push(eventText(event, shape.named));
  for (const event of shape.opening()) send(event);
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at);
    send(shape.piece(text.slice(at, end)));
    at = end;
  }
  for (const event of shape.closing(ending, usage)) send(event);
  events.push(endOfEvents(shape.named));
  return events.join("");
}

const pieceSize = 4096;

/** The end of a piece of some `pieceSize` characters that cuts no surrogate pair. */
function pieceEnd(text: string, from: number): number {
  const end = Math.min(text.length, from + pieceSize);
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

function placementAccount(result: EditResult, hash: string): Readonly<Record<string, unknown>> {
  return {
    route: result.route,
    routeReason: result.routeReason,
    format: result.format.name,
    changed: result.changed,
    notes: result.notes,
    checks: result.checks,
    // A later request may name this text as its base by it.
    hash: hash.slice(0, shownHashDigits),
    ...(result.cells === undefined
      ? {}
      : { cells: result.cells.map(({ number, id }) => ({ number, id })) }),
    ms: result.ms,
  };
}

/** What a model did for the edit, if one was asked: the tokens that it read and wrote. */
function modelUsage({ stats }: EditResult): { readonly modelUsage?: UsageJson } {
  if (stats === undefined) return {};
  const fed = Math.max(0, stats.positions - stats.draftTokens - stats.forwards + 1);
  return { modelUsage: usageOf(fed, stats, undefined) };
}
