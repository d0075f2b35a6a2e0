import type { Clock } from "../../core/clock.ts";
import { RedraftError } from "../../core/errors.ts";
import type { Proof } from "../../core/merge.ts";
import type { CallOptions, EditEvent } from "../../core/redraft.ts";
import type { EditRequest, EditResult } from "../../core/request.ts";
import { type TextStore, textHash, unknownBase } from "../../core/text-store.ts";
import { type CarriedText, carryOver } from "./carry.ts";

/** Makes one edit; the last event is the result. */
export type BaseRun = (request: EditRequest, call: CallOptions) => AsyncGenerator<EditEvent>;

export interface BaseOptions {
  /** Texts that a request may name by their hash. */
  readonly texts: TextStore;
  readonly clock: Clock;
  /** Syntax errors that a text has and another one does not; undefined if unknown. */
  readonly newErrors: (
    path: string,
    source: string,
  ) => Promise<((text: string) => number | undefined) | undefined>;
}

/**
 * Edits that were written for another text than the file's: `run` makes the edit in that text, with all it can do, and the
 * change is carried over to the file as it is now. Without a base, or where it is the source, `run` alone decides.
 */
export function withBase(run: BaseRun, options: BaseOptions): BaseRun {
  return async function* (request, call) {
    const { base: given, ...plain } = request;
    const base = givenBase(request, options.texts);
    if (base === undefined || base === request.source) {
      yield* run(plain, call);
      return;
    }
    const start = options.clock.now();
    try {
      for await (const event of run({ ...plain, source: base }, call)) {
        if (event.type !== "result") {
          yield event;
          continue;
        }
        const result = await carriedOver(request, base, event.result, options);
        yield { type: "result", result: { ...result, ms: options.clock.now() - start } };
      }
    } catch (error) {
      throw inBase(request, base, error);
    }
  };
}

function givenBase({ path, base, source }: EditRequest, texts: TextStore): string | undefined {
  if (base === undefined || typeof base === "string") return base;
  // The file's own text may have been handed out by hash as well.
  texts.add(source);
  const text = texts.find(base.hash);
  if (text === undefined) throw unknownBase(path, base.hash);
  return text;
}

async function carriedOver(
  request: EditRequest,
  base: string,
  result: EditResult,
  options: BaseOptions,
): Promise<EditResult> {
  const { path, source } = request;
  if (result.text === null) {
    throw new RedraftError(
      "stale-file",
      `${path} changed since the version that the edit was written for, and the edit deletes it. ` +
        "Read the file again and delete it if you still want to.",
      { details: { path } },
    );
  }
  const { proof: placement, ...rest } = result;
  const made = carryOver({
    path,
    base,
    edited: result.text,
    current: source,
    placement: placement as Proof | undefined,
  });
  if (made.together) await checkTogether(request, base, result.text, made.text, options);
  const changed = made.text !== source;
  return {
    ...rest,
    text: made.text,
    changed: changed || result.action === "move",
    base: textHash(base),
    action: result.action === "create" && source !== "" ? "update" : result.action,
    routeReason: `${result.routeReason} in the base, carried over to the current file`,
    checks: [...result.checks, { name: "no change of the file lost", ok: true }],
    ...(made.proof === undefined ? {} : { proof: made.proof }),
  };
}

/** Refuses two changes that are each free of syntax errors and break the file together. */
async function checkTogether(
  { path, source }: EditRequest,
  base: string,
  edited: string,
  text: string,
  { newErrors }: BaseOptions,
): Promise<void> {
  const together = (await newErrors(path, source))?.(text);
  if (!together) return;
  const alone = (await newErrors(path, base))?.(edited);
  if (alone !== 0) return;
  throw new RedraftError(
    "stale-file",
    `${path} changed since the version that the edit was written for. The edit is sound in that version, but introduces ` +
      `${together === 1 ? "a syntax error" : `${together} syntax errors`} into the current file. Read the file again and write the edit for its current text.`,
    { details: { path, syntaxErrors: together } },
  );
}

/** The refusal of an edit in its base, rewritten for the file: its lines are the base's, its candidates are carried over. */
function inBase(request: EditRequest, base: string, error: unknown): unknown {
  if (!RedraftError.is(error) || error.code === "stale-file") return error;
  const known = ["no-match", "ambiguous", "check-failed"].includes(error.code);
  if (!known) return error;
  const message = `${error.message} (Line numbers refer to the version that the edit was written for.)`;
  const { candidates, ...details } = error.details;
  const texts = Array.isArray(candidates) ? candidates.flatMap(carriedCandidate) : [];
  return new RedraftError(error.code, message, {
    cause: error,
    retryable: error.retryable,
    details: { ...details, ...(texts.length > 0 ? { candidates: [...new Set(texts)] } : {}) },
  });

  function carriedCandidate(text: unknown): string[] {
    if (typeof text !== "string") return [];
    try {
      const made: CarriedText = carryOver({
        path: request.path,
        base,
        edited: text,
        current: request.source,
      });
      return [made.text];
    } catch {
      return [];
    }
  }
}
