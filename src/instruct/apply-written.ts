import type { Clock } from "../core/clock.ts";
import { RedraftError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Redraft } from "../core/redraft.ts";
import type { Check } from "../core/request.ts";
import { throwIfStopped } from "../core/signal.ts";
import type { TextTarget } from "../core/target.ts";
import type { WrittenEdit } from "../text/model-answer.ts";
import type { Costs } from "./costs.ts";
import type { PromptFile } from "./prompt.ts";
import type { FindNamedParts } from "./region.ts";
import type { EditedFile, InstructCall } from "./request.ts";
import type { WayTable } from "./way-table.ts";

export interface CascadeOptions {
  /** Writes the sketch, or the files. */
  readonly large: TextTarget;
  /** Applies a sketch: merge first, small model where it has one. */
  readonly redraft: Pick<Redraft, "apply">;
  /** Further checks of a text before it may be written: syntax. A failed one is a refusal. */
  readonly check?: (path: string, source: string, text: string) => Promise<readonly Check[]>;
  readonly costs?: Costs;
  /** Whether sketches and blocks are asked for with a worked example; default: of a small local model. */
  readonly example?: boolean;
  /** What is known of small local models, for `auto`; default: the shipped table. */
  readonly ways?: WayTable;
  /** Whether whole files are asked for in code blocks, one by one, and not between tags; default: of a small local model. */
  readonly fenced?: boolean;
  /** How often refused sketches or blocks are sent back; default 1. */
  readonly retries?: number;
  /** Whether a file whose edits stay refused is rewritten; default true. */
  readonly rewriteRefused?: boolean;
  /** Finds what a text declares, for `region`; absent = no regions. */
  readonly namedPartsOf?: FindNamedParts;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Has the engine apply a written edit, and checks the result. */
export async function applied(
  file: PromptFile,
  edit: WrittenEdit,
  format: "auto" | "whole" | "search-replace",
  via: EditedFile["via"],
  options: CascadeOptions,
  call: InstructCall,
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
    // A sketch of a file that does not exist is the file; blocks stay blocks.
    format: file.exists || format === "search-replace" ? format : "whole",
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
  const isWritten = via === "rewrite" || via === "region";
  const route = isWritten
    ? ({
        route: "rewrite",
        routeReason:
          via === "region" ? "a part was written by the model" : "written by the large model",
        model: options.large.name,
      } as const)
    : {};
  const sketch = isWritten ? {} : { sketch: edit.text };
  const edited = { path: file.path, result: { ...result, checks, ...route }, via, ...sketch };
  call.onEvent?.({ type: "edited", file: edited });
  return edited;
}

/** A refusal can be settled by another edit; what failed for other reasons (network, model, time) cannot. */
export function refusalOf(error: unknown): RedraftError {
  const settled = ["unreadable-edit", "no-match", "ambiguous", "check-failed"];
  if (RedraftError.is(error) && settled.includes(error.code)) return error;
  throw error;
}

export function noEdit(): RedraftError {
  return new RedraftError(
    "unreadable-edit",
    "the answer contains no edit_file block. Answer with one for each file that must change.",
  );
}

export function noBlocks(): RedraftError {
  return new RedraftError(
    "unreadable-edit",
    "the answer contains no search/replace block. Answer with one for each place that must change.",
  );
}
