import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import { RedraftError } from "../core/errors.ts";
import { type Costs, forecast } from "../instruct/costs.ts";
import type { EditedFile, InstructResult } from "../instruct/edit-files.ts";
import { classify, type Recognised } from "../orchestrate/classify.ts";
import { speculators } from "../orchestrate/registry.ts";
import type { EditCandidate, OrchestrateRequest } from "../orchestrate/speculator.ts";
import type { CandidateVerifier } from "../orchestrate/verifier.ts";
import type { RedraftEngine } from "../redraft/create-redraft.ts";
import type { Learning } from "../redraft/learning.ts";
import type { OrchestratedEdit } from "../redraft/orchestrated-edit.ts";
import { readTextFile, type TextFile } from "../workspace/text-file.ts";
import { placeIn } from "./rename.ts";

/** What `redraft edit` asks specialists. */
export interface FolderQuestion {
  readonly root: string;
  readonly request: OrchestrateRequest;
  /** Paths of the root by the files that the command names. */
  readonly named: ReadonlyMap<string, string>;
  /** What the specialists without a model make of it, the surest first. */
  readonly recognised: readonly Recognised[];
}

/** Undefined where a named file is not in the folder, or does not exist yet: then it is no question for specialists. */
export async function folderQuestion(
  root: string,
  files: readonly TextFile[],
  instruction: string,
  {
    at,
    diagnostics = [],
    lastEdit = [],
  }: {
    readonly at?: string;
    readonly diagnostics?: readonly Diagnostic[];
    readonly lastEdit?: NonNullable<OrchestrateRequest["lastEdit"]>;
  },
): Promise<FolderQuestion | undefined> {
  const named = new Map<string, string>();
  for (const { path, exists } of files) {
    const own = exists ? await pathBelow(root, path) : undefined;
    if (own === undefined) return undefined;
    named.set(own, path);
  }
  const request: OrchestrateRequest = {
    instruction,
    files: [...named.keys()],
    ...(at !== undefined && (await placeOrLines(root, at))),
    ...(diagnostics.length > 0 && { diagnostics }),
    ...(lastEdit.length > 0 && { lastEdit }),
  };
  return { root, request, named, recognised: classify(request, speculators) };
}

async function pathBelow(root: string, file: string): Promise<string | undefined> {
  const real = await realpath(file).catch(() => resolve(file));
  const path = relative(root, real);
  return path === "" || path.startsWith("..") || isAbsolute(path)
    ? undefined
    : path.split(sep).join("/");
}

/** `--at file:line` is the cursor, `file:from-to` the selection. */
async function placeOrLines(
  root: string,
  at: string,
): Promise<Pick<OrchestrateRequest, "cursor" | "selection">> {
  const range = /^(?<place>[^\n]+:\d{1,9})-(?<to>\d{1,9})$/u.exec(at)?.groups;
  if (!range) return { cursor: await placeIn(root, at) };
  const { path, line } = await placeIn(root, range.place!);
  return { selection: { path, from: line, to: Number(range.to) } };
}

/** Whether `--via auto` may leave an instruction to a specialist: one reads all of it, and only one does. */
export const isSurelyRead = ({ recognised }: FolderQuestion): boolean =>
  recognised.filter(({ isPartial }) => !isPartial).length === 1;

export interface OrchestratedOptions {
  readonly verifier?: CandidateVerifier;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: object) => void;
  /** Starts specialists in the order that was learnt. */
  readonly learning?: Learning;
  /** The candidate to take, from 1 in the order of the list; default: the accepted one. */
  readonly choose?: number;
  readonly costs: Costs;
}

/** An edit of specialists, as `redraft edit` writes and prints edits. */
export interface OrchestratedResult {
  readonly result: InstructResult;
  readonly chosen: EditCandidate;
  /** To be called with what becomes of it. */
  readonly learn: OrchestratedEdit["learn"];
  /** The files that change and that the command does not name, too. */
  readonly files: readonly TextFile[];
  readonly others: readonly string[];
}

/**
 * @throws `ambiguous` with the numbered candidates where none is certain
 */
export async function orchestratedResult(
  { root, request, named }: FolderQuestion,
  redraft: Pick<RedraftEngine, "orchestrate">,
  { costs, ...how }: OrchestratedOptions,
): Promise<OrchestratedResult> {
  const start = performance.now();
  const made = await redraft.orchestrate(request, { root, ...how }).catch((error: unknown) => {
    throw withNumbers(error);
  });
  const seconds = (performance.now() - start) / 1000;
  const shown = (path: string): string => named.get(path) ?? relative("", join(root, path));
  const files = await Promise.all(made.files.map(({ path }) => readTextFile(shown(path))));
  for (const [index, { text }] of files.entries()) {
    if (text === made.files[index]!.before) continue;
    throw new RedraftError("stale-file", `${files[index]!.path} changed while the edit was made.`);
  }
  const edited = made.files.map(
    ({ result }, index): EditedFile => ({
      path: files[index]!.path,
      result: { ...result, path: files[index]!.path },
      via: "orchestrate",
      sketch: result.text ?? "",
    }),
  );
  return {
    result: { files: edited, report: reportFor(made, seconds, costs) },
    chosen: made.chosen,
    learn: made.learn,
    files,
    others: made.files.flatMap(({ path }) => (named.has(path) ? [] : [shown(path)])),
  };
}

function reportFor(
  { chosen, files }: OrchestratedEdit,
  seconds: number,
  costs: Costs,
): InstructResult["report"] {
  const texts = files.map(({ before }) => ({ text: before }));
  const { rewrite, unit } = forecast(texts, "", costs);
  return {
    via: "orchestrate",
    why: `${chosen.by}: ${chosen.title}`,
    // Specialists do not count tokens: of what a model writes as one of them nothing is known.
    large: {
      requests: chosen.by === "writer" ? 1 : 0,
      promptTokens: 0,
      outputTokens: 0,
      counted: chosen.by !== "writer",
    },
    small: { tokens: 0, forwards: 0 },
    seconds,
    unit,
    cost: 0,
    other: { via: "rewrite", ...rewrite },
  };
}

/** The list of candidates with the numbers that `--choose` takes. */
function withNumbers(error: unknown): unknown {
  if (!RedraftError.is(error) || error.code !== "ambiguous") return error;
  const { candidates } = error.details as {
    candidates?: readonly { readonly title: string; readonly why: string }[];
  };
  if (!candidates || candidates.length === 0) return error;
  const lines = candidates.map(({ title, why }, index) => `  ${index + 1}. ${title}: ${why}`);
  return new RedraftError(
    "ambiguous",
    `no proposed edit is certain enough to be applied by itself:\n${lines.join("\n")}\nNothing was written. Look at one with --choose <number> --dry-run, and take it with --choose.`,
    { details: error.details },
  );
}

/** The files of a command, with what specialists would make of them as the draft of the model's answer. */
export function withExpected(
  files: readonly TextFile[],
  { result }: OrchestratedResult,
): readonly (TextFile & { readonly expected?: string })[] {
  const texts = new Map(result.files.map((one) => [one.path, one.result.text]));
  return files.map((file) => {
    const expected = texts.get(file.path);
    return expected === undefined || expected === null ? file : { ...file, expected };
  });
}
