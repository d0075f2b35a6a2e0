import { systemClock } from "../core/clock.ts";
import { RedraftError } from "../core/errors.ts";
import { silentLogger } from "../core/logger.ts";
import { throwIfStopped } from "../core/signal.ts";
import { readSearchBlocks } from "../text/block-answer.ts";
import { readRewrites, readSketches, type WrittenEdit } from "../text/model-answer.ts";
import { applied, type CascadeOptions, noBlocks, noEdit, refusalOf } from "./apply-written.ts";
import { attemptNote } from "./attempts.ts";
import { byFence, canBeFenced } from "./by-fence.ts";
import { byRegion } from "./by-region.ts";
import { chooseWay, isSmall } from "./choose-way.ts";
import { type Conversation, converse, type InstructQuestion } from "./conversation.ts";
import { type Forecast, forecast, tokensOf } from "./costs.ts";
import { fittingWay } from "./fitting-way.ts";
import { findFile } from "./paths.ts";
import {
  blockPrompt,
  type PromptFile,
  rewritePrediction,
  rewritePrompt,
  sketchPrompt,
} from "./prompt.ts";
import { type CascadeReport, reportOf } from "./report.ts";
import type { EditedFile, InstructCall, InstructRequest, Way } from "./request.ts";

export type { CascadeOptions } from "./apply-written.ts";
export type { EditedFile, InstructCall, InstructEvent, InstructRequest, Via } from "./request.ts";

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
 * Has a large model edit files: it writes sketches or search/replace blocks and the engine applies them, or it writes the files anew with
 * the sources as prediction. A refused sketch is sent back to it once, with the message; what is refused then is
 * rewritten. All files or none: rejects with the first refusal that nothing could settle. Writes nothing.
 */
export async function editFiles(
  request: InstructRequest,
  options: CascadeOptions,
  call: InstructCall = {},
): Promise<InstructResult> {
  const { files, instruction } = request;
  const { clock = systemClock, logger = silentLogger, costs = {} } = options;
  if (files.length === 0) throw new RedraftError("usage", "there is no file to edit.");
  if (instruction.trim() === "") throw new RedraftError("usage", "the instruction is empty.");
  const start = clock.now();
  const expected = forecast(files, instruction, costs);
  const { namedPartsOf, large } = options;
  let way = chooseWay(request, {
    expected,
    local: large.local,
    namedPartsOf,
    ...(options.ways && { ways: options.ways }),
  });
  if (files.some(({ expected }) => expected !== undefined) && isPlaced(way.via)) {
    if (way.why === "asked for") throw noPrediction(way.via);
    way = { ...way, via: "rewrite", why: "a candidate edit is the draft of the whole file" };
  }
  if (way.why !== "asked for") way = await fittingWay(way, request, options);
  const talk = converse(large, call, request.failed && attemptNote(request.failed));
  const edited = new Map<string, EditedFile>();
  let refusals: readonly Refusal[] = [];
  if (way.region) {
    const refused = await byRegion(way.region, instruction, options, talk, edited, call);
    if (refused !== undefined) {
      // Asked for by name: the answer is a refusal, not another way.
      if (way.why === "asked for") throw refused;
      way = { ...way, via: "rewrite", why: `the part was refused: ${refused.code}` };
    }
  }
  if (way.via === "cascade" || way.via === "search-replace") {
    const dialect = dialects[way.via];
    refusals = await byDialect(dialect, request, expected, options, talk, edited, call);
    if (refusals[0] && options.rewriteRefused === false) throw refusals[0].error;
    for (const { path, error } of refusals) {
      // A part of the change that belongs to none of the files cannot be settled by rewriting one.
      if (!files.some((file) => file.path === path)) throw error;
      logger.info("rewriting after two refusals", { path, code: error.code });
    }
  }
  const open =
    way.via === "rewrite" ? files : files.filter(({ path }) => refusedFor(refusals, path));
  if (open.length > 0) {
    const { fenced = isSmall(large.local) } = options;
    if (fenced && canBeFenced(open)) await byFence(open, instruction, options, talk, edited, call);
    else await byRewrite(open, instruction, options, talk, edited, refusals, call);
  }
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
  return {
    files: changed.filter(({ result }) => result.changed),
    report: reportOf({ request, decision: way, talk, changed, costs, seconds }),
  };
}

/** Whether a program has to place what the model writes. */
const isPlaced = (via: Way): boolean => via === "cascade" || via === "search-replace";

const noPrediction = (via: Way): RedraftError =>
  new RedraftError(
    "usage",
    `a candidate edit is the draft of a file or a part of it, and --via ${via} asks for neither: use --via rewrite or region.`,
  );

const refusedFor = (refusals: readonly Refusal[], path: string): boolean =>
  refusals.some((refusal) => refusal.path === path);

/** How edits of files are written, so that a program has to place them. */
interface Dialect {
  readonly via: "cascade" | "search-replace";
  readonly format: "auto" | "search-replace";
  readonly prompt: typeof sketchPrompt;
  readonly read: (answer: string) => readonly WrittenEdit[];
  readonly noEdit: () => RedraftError;
  /** What a corrected answer has for each refused file. */
  readonly unit: string;
}

const dialects: Readonly<Record<Dialect["via"], Dialect>> = {
  cascade: {
    via: "cascade",
    format: "auto",
    prompt: sketchPrompt,
    read: readSketches,
    noEdit,
    unit: "a corrected edit_file block for each refused file",
  },
  "search-replace": {
    via: "search-replace",
    format: "search-replace",
    prompt: blockPrompt,
    read: readSearchBlocks,
    noEdit: noBlocks,
    unit: "all blocks of each refused file, corrected",
  },
};

/** Sketches or blocks, again after a refusal; answers what is refused at last. */
async function byDialect(
  dialect: Dialect,
  { files, instruction }: InstructRequest,
  expected: Forecast,
  options: CascadeOptions,
  talk: Conversation,
  edited: Map<string, EditedFile>,
  call: InstructCall,
): Promise<readonly Refusal[]> {
  const { outputTokens, predictedTokens } = expected.cascade;
  const { retries = 1, example = isSmall(options.large.local) } = options;
  const { via } = dialect;
  const paths = files.map(({ path }) => path);
  const question: InstructQuestion = {
    via,
    paths,
    outputTokens,
    predictedTokens,
    // Both sides of every line of all files, and some more.
    most: 2.5 * files.reduce((sum, { text }) => sum + tokensOf(text), 0) + 128,
  };
  let refusals: readonly Refusal[] = [];
  refusals = await round(
    await talk.ask(dialect.prompt(files, instruction, example), question),
    via,
  );
  for (let turn = 0; turn < retries && refusals.length > 0; turn++) {
    for (const { path, error } of refusals) {
      call.onEvent?.({ type: "refused", path, message: error.message });
    }
    const answer = await talk.goOn(
      refusalMessage(refusals, edited.size > 0, dialect.unit),
      question,
    );
    refusals = await round(answer, `${via}-again`);
  }
  return refusals;

  async function round(answer: string, via: EditedFile["via"]): Promise<Refusal[]> {
    const refused: Refusal[] = [];
    const written = dialect.read(answer);
    if (written.length === 0) {
      const open = files.filter(({ path }) => !edited.has(path));
      return open.map(({ path }) => ({ path, error: dialect.noEdit() }));
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
        edited.set(file.path, await applied(file, edit, dialect.format, via, options, call));
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
  call: InstructCall,
): Promise<void> {
  const { outputTokens, predictedTokens } = forecast(files, instruction).rewrite;
  const merged = mergedFiles(files, refusals);
  const answer = await talk.ask(rewritePrompt(files, instruction), {
    via: "rewrite",
    paths: files.map(({ path }) => path),
    outputTokens,
    predictedTokens,
    prediction: rewritePrediction(files),
    ...(merged && { candidates: [rewritePrediction(merged)] }),
  });
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

/** The files as the merge would likeliest have them, where a sketch was refused because it fits several places. */
function mergedFiles(
  files: readonly PromptFile[],
  refusals: readonly Refusal[],
): readonly PromptFile[] | undefined {
  let isMerged = false;
  const merged = files.map((file) => {
    const refusal = refusals.find(({ path }) => path === file.path);
    const candidates = refusal?.error.details.candidates;
    const text: unknown = Array.isArray(candidates) ? candidates[0] : undefined;
    if (typeof text !== "string") return file;
    isMerged = true;
    return { ...file, text };
  });
  return isMerged ? merged : undefined;
}

function refusalMessage(refusals: readonly Refusal[], others: boolean, unit: string): string {
  const parts = refusals.map(
    ({ path, error }) => `${path || "A block"} was refused (${error.code}): ${error.message}`,
  );
  const rest = others ? "The other files were applied; do not send them again. " : "";
  return `${parts.join("\n\n")}\n\n${rest}Send ${unit}, complete in itself, against the file as it was given.`;
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
