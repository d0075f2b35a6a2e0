import type { Diagnostic } from "../core/diagnostic.ts";
import { RedraftError } from "../core/errors.ts";
import { readPrinted } from "../diagnostics/brought-errors.ts";
import { readFix } from "../orchestrate/fix/instruction.ts";
import { readRepeat } from "../orchestrate/like-places/instruction.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import type { EditJob } from "./edit-job.ts";
import {
  type FolderQuestion,
  folderQuestion,
  isSurelyRead,
  type OrchestratedResult,
  orchestratedResult,
} from "./edit-orchestrated.ts";
import { folderOf } from "./journal.ts";
import { lastEditOf } from "./last-edit.ts";
import { cliLearning } from "./learn.ts";
import { rootFolder } from "./patch.ts";
import { whileWaiting } from "./waiting.ts";

/**
 * The edit of specialists: for `--via orchestrate` whatever they and the model propose, for `auto` only what one of them reads, proves, and
 * makes within the files that the command names. Undefined: the model is asked the ordinary way.
 *
 * @throws for `orchestrate`, and where there is no model to ask, what a specialist refuses with
 */
export async function bySpecialists(job: EditJob): Promise<OrchestratedResult | undefined> {
  const { options, instruction, files } = job;
  requireFitting(job);
  const isAsked = options.via === "orchestrate";
  const mayTry = isAsked || options.lossless || (options.via === "auto" && !options.symbol);
  if (!mayTry) return undefined;
  const root = await rootFolder(options.root ?? folderOf(files[0]!.path));
  const diagnostics = await diagnosticsToFix(job, root);
  const lastEdit = readRepeat(instruction) ? await lastEditOf(root) : [];
  const question = await folderQuestion(root, files, instruction, {
    lastEdit,
    ...(options.at !== undefined && { at: options.at }),
    ...(diagnostics && { diagnostics }),
  });
  if (question === undefined) {
    if (!isAsked) return undefined;
    throw new RedraftError(
      "usage",
      `--via orchestrate edits files that exist in ${root}: name the folder with --root.`,
    );
  }
  if (isAsked && !options.lossless) return orchestrated(question, job);
  if (options.lossless) return draftBySpecialists(question, job);
  return isSurelyRead(question) ? orchestrateIfProved(question, job) : undefined;
}

/** What an instruction asks to fix: messages that it holds, or those of `--diagnostics`. */
async function diagnosticsToFix(
  { options, instruction, watch }: EditJob,
  root: string,
): Promise<readonly Diagnostic[] | undefined> {
  const pasted = readPrinted([instruction], [root, process.cwd()]);
  if (pasted.length > 0 && readFix(instruction, pasted)) return pasted;
  if (!watch || options.diagnostics === undefined || !readFix(instruction)) return undefined;
  await watch.before();
  return watch.found();
}

const specialistRefusals = ["no-match", "ambiguous", "check-failed", "usage", "unreadable-edit"];

/** The best edit as a draft of the model's answer: it may be wrong, and need not be proved. */
async function draftBySpecialists(
  question: FolderQuestion,
  { costs }: EditJob,
): Promise<OrchestratedResult | undefined> {
  if (question.recognised.length === 0) return undefined;
  try {
    return await orchestratedResult(question, createRedraft(), { costs, choose: 1 });
  } catch (error) {
    if (RedraftError.is(error) && specialistRefusals.includes(error.code)) return undefined;
    throw error;
  }
}

/** An edit that is proved and stays within the named files; else undefined, with a line that says why. */
async function orchestrateIfProved(
  question: FolderQuestion,
  job: EditJob,
): Promise<OrchestratedResult | undefined> {
  const hasModel = job.options.model !== undefined;
  const by = question.recognised[0]!.speculator.name;
  const leave = (why: string): undefined => {
    process.stderr.write(`${by}: ${why} The model is asked instead.\n`);
  };
  let made: OrchestratedResult;
  try {
    const redraft = createRedraft();
    made = await whileWaiting(`reading ${question.root}`, () =>
      orchestratedResult(question, redraft, {
        costs: job.costs,
        learning: cliLearning(question.root),
      }),
    );
  } catch (error) {
    const isRefusal = RedraftError.is(error) && specialistRefusals.includes(error.code);
    if (!isRefusal || !hasModel) throw error;
    return leave(`${error.message.split("\n")[0]}`);
  }
  if (made.others.length === 0) return made;
  const shown = made.others.slice(0, 5).join(", ");
  const more = made.others.length > 5 ? ` and ${made.others.length - 5} more` : "";
  if (hasModel) return leave(`${shown}${more} would change, too (--via orchestrate allows it).`);
  throw new RedraftError(
    "check-failed",
    `${by}: ${shown}${more} would change, too. Nothing was written. Name them, or allow it with --via orchestrate.`,
    { details: { files: made.others } },
  );
}

async function orchestrated(question: FolderQuestion, job: EditJob): Promise<OrchestratedResult> {
  const { options, costs, onEvent } = job;
  const { model, verifyModel, choose, timeout } = options;
  const { openModelVerifier } = await import("../redraft/model-verifier.ts");
  const verifier =
    verifyModel === undefined
      ? undefined
      : await openModelVerifier({ model: verifyModel, env: process.env });
  const redraft = createRedraft({
    env: process.env,
    ...(model !== undefined && { writer: model }),
  });
  try {
    return await whileWaiting(`reading ${question.root}`, () =>
      orchestratedResult(question, redraft, {
        costs,
        learning: cliLearning(question.root),
        ...(verifier && { verifier }),
        ...(choose !== undefined && { choose }),
        ...(timeout !== undefined && { signal: AbortSignal.timeout(timeout) }),
        ...(onEvent && { onEvent }),
      }),
    );
  } finally {
    await redraft.dispose();
    await verifier?.dispose();
  }
}

/** Refuses options that would be ignored. */
function requireFitting({ options }: EditJob): void {
  const { via, choose, verifyModel, at, root, lossless, symbol, model } = options;
  const isAsked = via === "orchestrate";
  const refuse = (option: string, needs: string): never => {
    throw new RedraftError("usage", `${option} works only with ${needs}.`);
  };
  if (choose !== undefined && !isAsked) refuse("--choose", "--via orchestrate");
  if (verifyModel !== undefined && !isAsked) refuse("--verify-model", "--via orchestrate");
  if (symbol !== undefined && isAsked) refuse("--symbol", "--via region or auto");
  if (lossless && isAsked) refuse("--lossless", "--via auto, region or rewrite");
  if (lossless && model === undefined) refuse("--lossless", "a --model that writes the edit");
  if (at !== undefined && !isAsked && via !== "auto" && !lossless)
    refuse("--at", "--via orchestrate or auto");
  if (root !== undefined && !isAsked && via !== "auto" && !lossless)
    refuse("--root", "--via orchestrate or auto");
}
