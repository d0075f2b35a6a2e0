import { type Clock, systemClock } from "../core/clock.ts";
import type { Edit } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type {
  Ambiguous,
  EditFate,
  LineRange,
  MergeOutcome,
  Proof,
  Proved,
  Refused,
} from "../core/merge.ts";
import type { CallOptions, EditEvent, Redraft } from "../core/redraft.ts";
import type { Check, EditRequest, EditResult, Route } from "../core/request.ts";
import type { ModelAnswer, ModelRoute, ModelTask } from "../core/route.ts";
import { throwIfStopped } from "../core/signal.ts";
import type { TextTarget } from "../core/target.ts";
import { createTextStore, type TextStore } from "../core/text-store.ts";
import { isElision } from "../edit/lazy-markers.ts";
import { relocated } from "../edit/paths.ts";
import { readEdit } from "../edit/read.ts";
import { tooLargeToPlace } from "../edit/size.ts";
import { engineOf } from "../engines/registry.ts";
import type { Costs } from "../instruct/costs.ts";
import {
  editFiles,
  type InstructCall,
  type InstructRequest,
  type InstructResult,
} from "../instruct/edit-files.ts";
import { merge } from "../merge/merge.ts";
import { symbolsNamed } from "../merge/named-symbol.ts";
import { withBase } from "../merge/rebase/with-base.ts";
import { inNotebook } from "../notebook/in-notebook.ts";
import type { OrchestrateRequest } from "../orchestrate/speculator.ts";
import { splitLines } from "../text/lines.ts";
import { runChecks } from "../workspace/checks.ts";
import { guard } from "../workspace/guard.ts";
import { errorLine, newErrors, syntaxFor } from "../workspace/syntax.ts";
import { checkSyntax, newErrorsFor } from "./check-syntax.ts";
import { lazyRoute } from "./lazy-route.ts";
import type { OrchestratedEdit, OrchestratedEditCall } from "./orchestrated-edit.ts";
import { notAModel, requireOptions, requireRequest } from "./require-arguments.ts";
import type { Environment } from "./server-options.ts";

export interface RedraftOptions {
  /**
   * Settles what the merge leaves ambiguous: `ranker`, `none` (then it is a refusal), a path to a GGUF, the URL of a model server, a
   * model that writes text, or a route of your own. Default: `none`.
   */
  readonly settle?: string | ModelRoute | TextTarget;
  /** Makes edits from instructions, for `edit`: a path to a GGUF, the URL of a model server, or a target of your own. */
  readonly writer?: string | TextTarget;
  /** Where the keys of model servers are looked up (`REDRAFT_MODEL_KEY`, `OPENAI_API_KEY`); default: nowhere. */
  readonly env?: Environment;
  /** Prices or speeds, by which `edit` chooses between a sketch and a rewrite. */
  readonly costs?: Costs;
  /** Texts that a request's `base` may name by hash; default: the last ones that went through this engine. */
  readonly texts?: TextStore;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** The engine with all it can do; faces that need no large model ask for less. */
export interface RedraftEngine extends Redraft {
  /**
   * Has the large model edit files from an instruction: by sketches that are applied, or by rewriting them. All files or
   * none: rejects with a `RedraftError` where one is refused at last. Writes nothing.
   */
  edit(request: InstructRequest, options?: InstructCall): Promise<InstructResult>;
  /**
   * Has specialists edit the files of a folder: those that recognise the request, and the writer for what none of them makes.
   * Rejects with `ambiguous` where no edit is certain. Writes nothing.
   */
  orchestrate(request: OrchestrateRequest, call: OrchestratedEditCall): Promise<OrchestratedEdit>;
}

/**
 * The engine: reads an edit, merges it, checks the result. What the merge cannot settle is passed to the model
 * route, where there is one. It returns texts and writes nothing; `workspace/update.ts` writes.
 */
export function createRedraft(options: RedraftOptions = {}): RedraftEngine {
  requireOptions(options, optionNames);
  const { clock = systemClock, logger = silentLogger, costs } = options;
  const model = routeOf(options);
  const writer = writerOf(options);
  const texts = options.texts ?? createTextStore();
  const run = withBase(inNotebook(editText), { texts, clock, newErrors: newErrorsFor });

  async function* events(request: EditRequest, call: CallOptions = {}): AsyncGenerator<EditEvent> {
    requireRequest(request);
    texts.add(request.source);
    for await (const event of run(request, call)) {
      if (event.type === "result" && event.result.text !== null) texts.add(event.result.text);
      yield event;
    }
  }

  /** Makes an edit in the very text that it was written for; `alone` = no model is asked. */
  async function* editText(
    request: EditRequest,
    call: CallOptions,
    alone = false,
  ): AsyncGenerator<EditEvent> {
    const start = clock.now();
    throwIfStopped(call.signal);
    if (request.edit.trim() === "" && request.instruction !== undefined) {
      if (!model?.rewrite) throw onlyAnInstruction();
      const task = { request, ...call };
      yield* finish(
        yield* ask("rewrite", model.rewrite.bind(model), task, "there is only an instruction"),
      );
      return;
    }
    const within = request.symbol === undefined ? undefined : namedSymbol(request, request.symbol);
    const edit = readEdit(request.edit, { ...request, within });
    yield { type: "edit-read", format: edit.format, why: edit.why };
    if (edit.action === "delete") {
      yield* finish({
        edit,
        text: null,
        route: "merge",
        why: "the edit deletes the file",
        checks: [],
      });
      return;
    }
    const outcome = await settle(request, edit, within);
    logger.debug("merged", { path: request.path, outcome: outcome.kind, format: edit.format });
    let failed: Refused | Ambiguous;
    if (outcome.kind === "proved") {
      const { checks, noted } = await check(request, edit, outcome);
      const bad = checks.find((one) => one.ok === false);
      if (!bad) {
        const why =
          outcome.notes.length > 0 ? "placed with tolerance, unique" : "placed exactly, unique";
        yield { type: "route-taken", route: "merge", why };
        const { text, proof } = outcome;
        const notes = [...outcome.notes, ...noted];
        yield* finish({ edit, text, route: "merge", why, checks, notes, proof });
        return;
      }
      failed = {
        kind: "refused",
        code: "check-failed",
        message: bad.message ?? bad.name,
        details: { checks },
      };
    } else failed = outcome;
    const task = { request, edit, outcome: failed, ...call };
    for (const route of ["settle", "rewrite"] as const) {
      const method = model?.[route]?.bind(model);
      if (!method || alone) continue;
      const why = `the merge gave up: ${failed.kind === "ambiguous" ? "ambiguous" : failed.code}`;
      const done = yield* ask(route === "settle" ? "model" : "rewrite", method, task, why);
      if (done) {
        yield* finish(done);
        return;
      }
    }
    throw refusal(failed);

    async function* finish(done: FinishedEdit | undefined): AsyncGenerator<EditEvent> {
      if (!done)
        throw new RedraftError("engine-failed", `the model ${model?.name} gave no answer.`);
      yield { type: "result", result: resultOf(request, done, clock.now() - start) };
    }
  }

  /** Asks a route of the model, passing on what it writes; an answer that fails a check is no answer. */
  async function* ask(
    route: Route,
    method: (task: ModelTask) => Promise<ModelAnswer | undefined>,
    task: ModelTask,
    why: string,
  ): AsyncGenerator<EditEvent, FinishedEdit | undefined> {
    // A route that declines was not taken: the event comes with the first text, or with the answer.
    let isTaken = false;
    const taken = function* (): Generator<EditEvent> {
      if (!isTaken) yield { type: "route-taken", route, why };
      isTaken = true;
    };
    const written: EditEvent[] = [];
    let wake = (): void => {};
    const onText = (text: string, origin: string): void => {
      written.push({ type: "text-delta", text, origin });
      wake();
    };
    let over = false;
    const answer = method({ ...task, onText }).finally(() => {
      over = true;
      wake();
    });
    // The failure is thrown by the await below; until then it must not count as unhandled.
    answer.catch(() => {});
    while (!over || written.length > 0) {
      const event = written.shift();
      if (event) {
        yield* taken();
        yield event;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (over || written.length > 0) resolve();
        });
      }
    }
    const given = await answer;
    throwIfStopped(task.signal);
    if (!given) return undefined;
    yield* taken();
    const { checks } = await check(task.request, task.edit, given);
    const bad = checks.find((one) => one.ok === false);
    if (bad) {
      logger.warn("the model's answer failed a check", {
        path: task.request.path,
        check: bad.name,
      });
      return undefined;
    }
    const { text, confidence, stats } = given;
    const proof = proofOfCandidate(task.outcome, text);
    const more = {
      ...(proof === undefined ? {} : { proof }),
      ...(model === undefined ? {} : { model: model.name }),
      ...(confidence === undefined ? {} : { confidence }),
      ...(stats === undefined ? {} : { stats }),
    };
    return { edit: task.edit, text, route, why: given.why, checks, ...more };
  }

  async function apply(request: EditRequest, call: CallOptions = {}): Promise<EditResult> {
    for await (const event of events(request, call)) {
      if (event.type === "result") return event.result;
    }
    throw new RedraftError("engine-failed", "the engine ended without a result.");
  }

  return {
    apply,
    events,
    async *batch(requests, call = {}) {
      for await (const request of requests) {
        try {
          yield { request, result: await apply(request, call) };
        } catch (error) {
          yield { request, error: error instanceof Error ? error : new Error(String(error)) };
        }
      }
    },
    async edit(request, call = {}) {
      if (!writer) throw noWriter();
      const large = await writer();
      const { namedPartsOf } = await import("./named-parts.ts");
      const more = { clock, logger, check: checkSyntax, namedPartsOf, ...(costs && { costs }) };
      return editFiles(request, { large, redraft: { apply }, ...more }, call);
    },
    async orchestrate(request, call) {
      const { orchestratedEdit } = await import("./orchestrated-edit.ts");
      const target = writer && lazyTarget(writer);
      return orchestratedEdit(request, { apply }, { ...call, writer: target });
    },
    async dispose() {
      await Promise.all([model?.dispose(), writer?.dispose()]);
    },
  };
}

const optionNames = Object.keys({
  settle: true,
  writer: true,
  env: true,
  costs: true,
  texts: true,
  clock: true,
  logger: true,
} satisfies Record<keyof RedraftOptions, true>);

const methods = ["settle", "rewrite"] as const;

/** The route of an option; one that is named is opened by the first edit that asks it. */
function routeOf({ settle = "none", env, logger }: RedraftOptions): ModelRoute | undefined {
  if (typeof settle === "object" && settle !== null && "complete" in settle) {
    return lazyRoute(settle.name, { methods }, async () => {
      const { textModelRoute } = await import("../settle/model/text-route.ts");
      return textModelRoute({ target: settle, ...(logger && { logger }) });
    });
  }
  if (typeof settle !== "string") {
    if (typeof settle === "object" && typeof settle.dispose === "function") return settle;
    throw notAModel("settle");
  }
  if (settle === "none") return undefined;
  const open = async (): Promise<ModelRoute | undefined> => {
    const { settleRoute } = await import("./settle-route.ts");
    return settleRoute(settle, { env, logger });
  };
  // Of the routes that have a name only a model server writes files anew; the others ask the ranker first.
  const isServer = engineOf(settle) === "http";
  const kind = isServer ? { methods } : { methods: ["settle"] as const, ranks: true };
  return lazyRoute(settle, kind, open);
}

/** The writer as a target that is opened when it is asked. */
const lazyTarget = (open: Writer): TextTarget => ({
  kind: "text",
  name: "the writer",
  async *complete(prompt, options) {
    yield* (await open()).complete(prompt, options);
  },
  async dispose() {},
});

type Writer = (() => Promise<TextTarget>) & { dispose(): Promise<void> };

function writerOf({ writer, env }: RedraftOptions): Writer | undefined {
  if (writer === undefined) return undefined;
  if (typeof writer !== "string" && typeof writer?.complete !== "function")
    throw notAModel("writer");
  let opening = typeof writer === "string" ? undefined : Promise.resolve(writer);
  const open = async (): Promise<TextTarget> => {
    opening ??= import("./writer.ts").then(({ openWriter }) => openWriter(String(writer), { env }));
    return opening;
  };
  return Object.assign(open, {
    async dispose() {
      const opened = await opening?.catch(() => undefined);
      await opened?.dispose();
    },
  });
}

interface FinishedEdit {
  readonly edit: Edit | undefined;
  readonly text: string | null;
  readonly route: Route;
  readonly why: string;
  readonly checks: readonly Check[];
  readonly notes?: readonly string[];
  readonly proof?: EditResult["proof"];
  readonly model?: string;
  readonly confidence?: number;
  readonly stats?: EditResult["stats"];
}

function resultOf(request: EditRequest, done: FinishedEdit, ms: number): EditResult {
  const { edit, text, route, why, checks, notes = [], proof, confidence, stats } = done;
  const action = edit?.action ?? (request.source === "" ? "create" : "update");
  const movedTo =
    edit?.moveTo === undefined ? undefined : relocated(request.path, edit.path, edit.moveTo);
  return {
    path: request.path,
    text,
    changed: text !== request.source || action === "move" || action === "create",
    action,
    ...(movedTo === undefined ? {} : { movedTo }),
    route,
    routeReason: why,
    format: { name: edit?.format ?? "whole", why: edit?.why ?? "written by the model" },
    ...namedBy(edit),
    checks,
    notes,
    ...(proof === undefined ? {} : { proof }),
    ...(proof === undefined || !edit ? {} : { editLines: editLinesOf(edit) }),
    ...(done.model === undefined ? {} : { model: done.model }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(stats === undefined ? {} : { stats }),
    ms,
  };
}

/** The account of a text that the merge offered as one of several. */
function proofOfCandidate(outcome: ModelTask["outcome"], text: string): Proof | undefined {
  if (outcome?.kind !== "ambiguous") return undefined;
  return outcome.candidates.find((candidate) => candidate.text === text)?.proof;
}

const editLinesOf = ({ segments }: Edit): number[] =>
  segments.flatMap((one) => (one.kind === "lines" ? one.lines.map(({ at }) => at) : []));

function namedBy(edit: Edit | undefined): Pick<EditResult, "named"> {
  const { path, otherPaths: others = [] } = edit ?? {};
  if (path === undefined && others.length === 0) return {};
  return { named: { ...(path === undefined ? {} : { path }), others } };
}

/** The lines of the symbol that a request names. */
function namedSymbol({ path, source }: EditRequest, name: string): LineRange {
  const found = symbolsNamed(splitLines(source), name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const where = found.map(({ start }) => `line ${start + 1}`).join(", ");
  throw new RedraftError(
    found.length === 0 ? "no-match" : "ambiguous",
    found.length === 0
      ? `${path} declares no ${name}. Nothing was written. Name a symbol of the file, or leave the symbol out.`
      : `${path} declares ${name} ${found.length} times: ${where}. Nothing was written. Name the scope too, as in Outer.${name}.`,
    { details: { path, symbol: name, lines: found.map(({ start }) => start + 1) } },
  );
}

/** Merges; syntax is asked only where it may decide: between candidates. */
async function settle(
  request: EditRequest,
  edit: Edit,
  lines: LineRange | undefined,
): Promise<MergeOutcome> {
  const why = tooLargeToPlace(edit, request.source);
  if (why !== undefined) return { kind: "refused", code: "no-match", message: why, details: {} };
  const within = lines === undefined ? {} : { within: lines };
  const outcome = merge(request.source, edit, within);
  if (outcome.kind !== "ambiguous") return outcome;
  const checker = await syntaxFor(request.path);
  if (!checker) return outcome;
  const countErrors = newErrors(checker, request.source);
  const known = new Map(outcome.candidates.map(({ text }) => [text, countErrors(text)]));
  const counts = [...known.values()];
  const decides = counts.includes(0) && counts.some((count) => count !== 0);
  if (!decides) return outcome;
  const newSyntaxErrors = (text: string): number | undefined =>
    known.has(text) ? known.get(text) : countErrors(text);
  return merge(request.source, edit, { newSyntaxErrors, ...within });
}

/**
 * The checks of a result, and what its reader should know: those of the proof, the guard's, which knows of no proof, and
 * syntax. A placement that is not literal may break no syntax; what is literal is written, with a note.
 */
async function check(
  request: EditRequest,
  edit: Edit | undefined,
  result: Proved | ModelAnswer,
): Promise<{ readonly checks: Check[]; readonly noted: string[] }> {
  const { source, path, instruction } = request;
  const { text } = result;
  const proved = "proof" in result ? result : undefined;
  const isWhole = edit?.format === "whole" && request.format === "whole";
  const checker = text === source ? undefined : await syntaxFor(path);
  const checks = runChecks({
    source,
    text,
    ...(edit ? { edit, written: request.edit } : {}),
    ...(proved ? { proof: proved.proof } : {}),
    ...(checker ? { newErrors: newErrors(checker, source) } : {}),
    ...(checker ? { errorLine: () => errorLine(checker, source, text) } : {}),
    isLiteral: source === "" || (edit && proved ? isLiteral(edit, proved, isWhole) : false),
    isMarker: isElision,
  });
  if (edit) {
    const said = instruction === undefined ? {} : { instruction };
    const written = request.edit;
    const known = { path, source, text, edit, written, isWhole, ...said };
    // What was lost says more than the error that it left.
    checks.unshift(...guard({ ...known, ...(checker ? { checker } : {}) }));
  }
  const noted = checks.flatMap((one) => (one.ok === "unknown" && one.note ? [one.note] : []));
  return { checks, noted };
}

/**
 * Whether every line that the edit quotes is the file's byte for byte, and its place the only one: then what it says is
 * what is written. A whole file is, if the caller says that it is one and it was not cut off at its end.
 */
function isLiteral(edit: Edit, { proof }: Proved, isWhole: boolean): boolean {
  if (edit.format === "whole") return isWhole && proof.source.at(-1)?.fate !== "removed";
  const exact = (fate: EditFate): boolean => !("tier" in fate) || fate.tier === "exact";
  return (
    edit.extent === "parts" &&
    proof.runnerUp === Number.POSITIVE_INFINITY &&
    proof.edit.every(exact)
  );
}

function noWriter(): RedraftError {
  return new RedraftError(
    "model-unavailable",
    "an edit from an instruction needs a model: createRedraft({ writer: <URL, path of a GGUF, or target> }).",
  );
}

function onlyAnInstruction(): RedraftError {
  return new RedraftError(
    "model-unavailable",
    "there is only an instruction and no edit: this needs a model that writes edits (redraft edit --model), and none is configured.",
  );
}

function refusal(outcome: Refused | Ambiguous): RedraftError {
  if (outcome.kind === "refused") {
    return new RedraftError(outcome.code, outcome.message, { details: outcome.details });
  }
  const candidates = outcome.candidates.slice(0, 3).map((candidate) => candidate.text);
  return new RedraftError("ambiguous", outcome.message, {
    details: { ...outcome.details, candidates },
  });
}
