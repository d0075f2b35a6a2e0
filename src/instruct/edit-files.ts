import { type Clock, systemClock } from "../core/clock.ts";
import { RedraftError } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { CallOptions, Redraft } from "../core/redraft.ts";
import type { Check } from "../core/request.ts";
import { throwIfStopped } from "../core/signal.ts";
import type { TextTarget } from "../core/target.ts";
import { readRewrites, readSketches, type WrittenEdit } from "../text/model-answer.ts";
import { type Conversation, converse } from "./conversation.ts";
import { type Costs, type Forecast, forecast } from "./costs.ts";
import { findFile } from "./paths.ts";
import { type PromptFile, rewritePrediction, rewritePrompt, sketchPrompt } from "./prompt.ts";
import { type CascadeReport, reportOf } from "./report.ts";
import type { EditedFile, InstructRequest } from "./request.ts";

export type { EditedFile, InstructRequest, Via } from "./request.ts";

export interface CascadeOptions {
  /** Writes the sketch, or the files. */
  readonly large: TextTarget;
  /** Applies a sketch: merge first, small model where it has one. */
  readonly redraft: Pick<Redraft, "apply">;
  /** Further checks of a text before it may be written: syntax. A failed one is a refusal. */
  readonly check?: (path: string, source: string, text: string) => Promise<readonly Check[]>;
  readonly costs?: Costs;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

export interface InstructResult {
  /** The files that change, in the order of the request. */
  readonly files: readonly EditedFile[];
  readonly report: CascadeReport;
}

interface Refusal {
  readonly path: string;
  readonly error: RedraftError;
}

/**
 * Has a large model edit files: it writes sketches and the engine applies them, or it writes the files anew with the
 * sources as prediction. A refused sketch is sent back to it once, with the message; what is refused then is
 * rewritten. All files or none: rejects with the first refusal that nothing could settle. Writes nothing.
 */
export async function editFiles(
  request: InstructRequest,
  options: CascadeOptions,
  call: CallOptions = {},
): Promise<InstructResult> {
  const { files, instruction, via: wished = "auto" } = request;
  const { clock = systemClock, logger = silentLogger, costs = {} } = options;
  if (files.length === 0) throw new RedraftError("usage", "there is no file to edit.");
  if (instruction.trim() === "") throw new RedraftError("usage", "the instruction is empty.");
  const start = clock.now();
  const expected = forecast(files, instruction, costs);
  const via = wished === "auto" ? expected.via : wished;
  const talk = converse(options.large, call.signal);
  const edited = new Map<string, EditedFile>();
  let refusals: readonly Refusal[] = [];
  if (via === "cascade") {
    refusals = await bySketch(request, options, talk, edited, call);
    for (const { path, error } of refusals) {
      // A part of the change that belongs to none of the files cannot be settled by rewriting one.
      if (!files.some((file) => file.path === path)) throw error;
      logger.info("rewriting after two refusals", { path, code: error.code });
    }
  }
  const open = via === "rewrite" ? files : files.filter(({ path }) => refusedFor(refusals, path));
  if (open.length > 0) await byRewrite(open, instruction, options, talk, edited, refusals, call);
  throwIfStopped(call.signal);

  const changed = files.flatMap(({ path }) => edited.get(path) ?? []);
  if (changed.every(({ result }) => !result.changed)) {
    throw new RedraftError(
      "no-match",
      "the model's answer changes nothing. Say in the instruction what should be different.",
      { details: { answer: shorten(talk.lastAnswer) } },
    );
  }
  const seconds = (clock.now() - start) / 1000;
  const decision: Forecast =
    wished === "auto" ? expected : { ...expected, via: wished, why: "asked for" };
  return {
    files: changed.filter(({ result }) => result.changed),
    report: reportOf({ request, decision, talk, changed, costs, seconds }),
  };
}

const refusedFor = (refusals: readonly Refusal[], path: string): boolean =>
  refusals.some((refusal) => refusal.path === path);

/** Two rounds of sketches; answers what is refused after the second. */
async function bySketch(
  { files, instruction }: InstructRequest,
  options: CascadeOptions,
  talk: Conversation,
  edited: Map<string, EditedFile>,
  call: CallOptions,
): Promise<readonly Refusal[]> {
  let refusals: readonly Refusal[] = [];
  refusals = await round(await talk.ask(sketchPrompt(files, instruction)), "cascade");
  if (refusals.length > 0) {
    const answer = await talk.goOn(refusalMessage(refusals, edited.size > 0));
    refusals = await round(answer, "cascade-again");
  }
  return refusals;

  async function round(answer: string, via: EditedFile["via"]): Promise<Refusal[]> {
    const refused: Refusal[] = [];
    const written = readSketches(answer);
    if (written.length === 0) {
      const open = files.filter(({ path }) => !edited.has(path));
      return open.map(({ path }) => ({ path, error: noEdit() }));
    }
    const seen = new Set<string>();
    for (const edit of written) {
      const file = findFile(files, edit.path);
      if (file === undefined || seen.has(file.path)) {
        const path = edit.path ?? "";
        refused.push({ path, error: file ? twice(path) : unknownFile(edit.path, files) });
        continue;
      }
      seen.add(file.path);
      try {
        edited.set(file.path, await applied(file, edit, "auto", via, options, call));
      } catch (error) {
        refused.push({ path: file.path, error: refusalOf(error) });
      }
    }
    // A file refused in the first round and forgotten in the second stays refused.
    for (const { path, error } of refusals) {
      if (!edited.has(path) && !refusedFor(refused, path)) refused.push({ path, error });
    }
    return refused;
  }
}

async function byRewrite(
  files: readonly PromptFile[],
  instruction: string,
  options: CascadeOptions,
  talk: Conversation,
  edited: Map<string, EditedFile>,
  refusals: readonly Refusal[],
  call: CallOptions,
): Promise<void> {
  const answer = await talk.ask(rewritePrompt(files, instruction), rewritePrediction(files));
  const written = readRewrites(answer);
  for (const edit of written) {
    const file = findFile(files, edit.path);
    if (file === undefined) throw unknownFile(edit.path, files);
    edited.set(file.path, await applied(file, edit, "whole", "rewrite", options, call));
  }
  if (written.length === 0) throw refusals[0]?.error ?? noEdit();
  // A file that a sketch was refused for must come: its part of the change would be missing.
  const missing = refusals.find(({ path }) => !edited.has(path));
  if (missing) throw missing.error;
}

async function applied(
  file: PromptFile,
  edit: WrittenEdit,
  format: "auto" | "whole",
  via: EditedFile["via"],
  options: CascadeOptions,
  call: CallOptions,
): Promise<EditedFile> {
  throwIfStopped(call.signal);
  if (edit.cutOff) {
    throw new RedraftError(
      "unreadable-edit",
      `the edit of ${file.path} is cut off: its end tag is missing. Send it again, whole.`,
    );
  }
  const request = {
    path: file.path,
    source: file.text,
    edit: edit.text,
    format: file.exists ? format : "whole",
    ...(edit.instruction && { instruction: edit.instruction }),
  } as const;
  const result = await options.redraft.apply(request, call);
  if (result.text === null || result.action === "delete" || result.action === "move") {
    throw new RedraftError("check-failed", `the edit would ${result.action} ${file.path}.`);
  }
  const more = result.changed
    ? ((await options.check?.(file.path, file.text, result.text)) ?? [])
    : [];
  const bad = more.find((one) => one.ok === false);
  if (bad) {
    throw new RedraftError(
      "check-failed",
      bad.message ?? `${file.path} fails the check ${bad.name}.`,
      {
        details: { path: file.path, check: bad.name },
      },
    );
  }
  const known = new Set(result.checks.map(({ name }) => name));
  const checks = [...result.checks, ...more.filter(({ name }) => !known.has(name))];
  const route =
    via === "rewrite"
      ? ({
          route: "rewrite",
          routeReason: "written by the large model",
          model: options.large.name,
        } as const)
      : {};
  const sketch = via === "rewrite" ? {} : { sketch: edit.text };
  return { path: file.path, result: { ...result, checks, ...route }, via, ...sketch };
}

/** A refusal can be settled by another edit; what failed for other reasons (network, model, time) cannot. */
function refusalOf(error: unknown): RedraftError {
  const settled = ["unreadable-edit", "no-match", "ambiguous", "check-failed"];
  if (RedraftError.is(error) && settled.includes(error.code)) return error;
  throw error;
}

function refusalMessage(refusals: readonly Refusal[], others: boolean): string {
  const parts = refusals.map(
    ({ path, error }) => `${path || "A block"} was refused (${error.code}): ${error.message}`,
  );
  const rest = others ? "The other files were applied; do not send them again. " : "";
  return `${parts.join("\n\n")}\n\n${rest}Send a corrected edit_file block for each refused file, complete in itself, against the file as it was given.`;
}

function noEdit(): RedraftError {
  return new RedraftError(
    "unreadable-edit",
    "the answer contains no edit_file block. Answer with one for each file that must change.",
  );
}

function twice(path: string): RedraftError {
  return new RedraftError(
    "unreadable-edit",
    `there are two blocks for ${path}. Put all changes of a file into one block.`,
  );
}

function unknownFile(path: string | undefined, files: readonly PromptFile[]): RedraftError {
  const names = files.map((file) => file.path).join(", ");
  return new RedraftError(
    "no-match",
    path === undefined
      ? `the edit names no file. Name one of: ${names}.`
      : `${path} is not one of the files to edit. Only these may change: ${names}.`,
  );
}

const shorten = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)}…` : text);
