import type { Redraft } from "../core/redraft.ts";
import type { EditResult } from "../core/request.ts";
import type { SpeculationStats } from "../core/target.ts";
import { baseOf, type TextHash, textHash } from "../core/text-store.ts";
import type { ApplyPrompt } from "./apply-prompt.ts";
import { ApiError } from "./errors.ts";
import type { Measures } from "./measures.ts";
import type { GenerateRequest, ServedModel } from "./model.ts";
import type { Ending, Usage } from "./shapes.ts";

/** Text as it becomes known, and at the end how it ended. */
export type Production = AsyncGenerator<string, Ending>;

/** What a client says about an edit beside the prompt, in `metadata`. */
export interface ApplyMetadata {
  readonly path: string;
  /** The text that the edit was written for, or the hash of one that went through this server. */
  readonly base?: string | undefined;
  readonly cell?: string | undefined;
}

/** Clients do not share texts: who names one must know more of its hash than can be guessed. */
const fewestDigits = 16;

function clientBase(value: string): string | TextHash {
  const base = baseOf(value);
  if (typeof base === "string" || base.hash.replace(/^sha256:/i, "").length >= fewestDigits)
    return base;
  throw new ApiError(400, `\`metadata.base\` is a hash of fewer than ${fewestDigits} digits.`, {
    param: "metadata.base",
    code: "usage",
  });
}

/** Makes an edit from an apply request. Nothing is sent before the result is checked. */
export async function* produceApply(
  redraft: Redraft,
  prompt: ApplyPrompt,
  about: ApplyMetadata,
  measures: Measures,
  signal: AbortSignal,
): Production {
  const { path, base, cell } = about;
  const result = await redraft.apply(
    {
      path,
      ...(base === undefined ? {} : { base: clientBase(base) }),
      ...(cell === undefined ? {} : { cell }),
      source: prompt.code,
      edit: prompt.update,
      ...(prompt.instruction ? { instruction: prompt.instruction } : {}),
    },
    { signal },
  );
  if (result.text === null) {
    throw new ApiError(422, "The update deletes the file, which this endpoint has no answer for.", {
      code: "unreadable-edit",
    });
  }
  measures.routes.add({ route: result.route });
  if (result.stats) measures.countDecoding(result.stats);
  const text = prompt.tagged ? `<updated-code>${result.text}</updated-code>` : result.text;
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at);
    yield text.slice(at, end);
    at = end;
  }
  return { finish: "stop", usage: usageOfEdit(result), redraft: accountOf(result) };
}

const pieceSize = 4096;

/** The end of a piece of some `pieceSize` characters that cuts no surrogate pair. */
function pieceEnd(text: string, from: number): number {
  const end = Math.min(text.length, from + pieceSize);
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

function accountOf(result: EditResult): Readonly<Record<string, unknown>> {
  return {
    route: result.route,
    routeReason: result.routeReason,
    format: result.format.name,
    changed: result.changed,
    notes: result.notes,
    checks: result.checks,
    // By which a later request may name this text as its base.
    hash: textHash(result.text ?? "").slice(0, fewestDigits),
    ...(result.cells === undefined
      ? {}
      : { cells: result.cells.map(({ number, id }) => ({ number, id })) }),
    ms: result.ms,
  };
}

/** Tokens of a model only: a merge needs none, and says so. */
function usageOfEdit({ stats }: EditResult): Usage {
  if (stats === undefined) return { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  const fed = Math.max(0, stats.positions - stats.draftTokens - stats.forwards + 1);
  return usageOf(fed, stats, undefined);
}

function usageOf(prompt: number, stats: SpeculationStats, prediction: number | undefined): Usage {
  const accepted = stats.acceptedByOrigin.source ?? 0;
  return {
    prompt_tokens: prompt,
    completion_tokens: stats.tokens,
    total_tokens: prompt + stats.tokens,
    ...(prediction === undefined
      ? {}
      : {
          completion_tokens_details: {
            accepted_prediction_tokens: Math.min(accepted, prediction),
            rejected_prediction_tokens: Math.max(0, prediction - accepted),
          },
        }),
  };
}

/** Lets the model write. */
export async function* produceText(
  model: ServedModel,
  request: GenerateRequest,
  measures: Measures,
): Production {
  const writing = model.generate(request);
  for (;;) {
    const step = await writing.next();
    if (step.done !== true) {
      yield step.value;
      continue;
    }
    const { finish, stats } = step.value;
    measures.countDecoding(stats);
    return { finish, usage: usageOf(request.prompt.length, stats, request.prediction?.length) };
  }
}
