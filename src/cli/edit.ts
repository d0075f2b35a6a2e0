import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Command, Option } from "commander";
import { z } from "zod";
import { RedraftError } from "../core/errors.ts";
import type { FailedAttempt } from "../instruct/attempts.ts";
import type { Costs } from "../instruct/costs.ts";
import type { InstructResult } from "../instruct/edit-files.ts";
import type { InstructEvent } from "../instruct/request.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { expectedTokens } from "../redraft/expected-tokens.ts";
import type { CandidateOutcome } from "../redraft/proposer.ts";
import { settleRoute } from "../redraft/settle-route.ts";
import { openWriter } from "../redraft/writer.ts";
import { followWritten, isRefusedAnswer, withLearntRefusals } from "../redraft/written-learning.ts";
import { fileError } from "../workspace/disk.ts";
import { readTextFile, type TextFile } from "../workspace/text-file.ts";
import { answerErrors } from "./answer-errors.ts";
import { editedText, watchTools, withToolOptions } from "./brought.ts";
import { bySpecialists } from "./by-specialists.ts";
import { type DiffOutputOptions, shownDiff, withColorOption } from "./diff-output.ts";
import type { EditJob, EditOptions } from "./edit-job.ts";
import { type OrchestratedResult, withExpected } from "./edit-orchestrated.ts";
import { type EditExtras, patchesOf, printEdit } from "./edit-output.ts";
import { type PartlyWritten, writePartly } from "./edit-partly.ts";
import { type EditView, editView } from "./edit-view.ts";
import { writeChecked } from "./edit-writing.ts";
import { eventListener, eventsOption } from "./event-option.ts";
import { expandGlobs } from "./globs.ts";
import { hunkStream } from "./hunk-stream.ts";
import { cliJournal, folderOf, noJournalHelp } from "./journal.ts";
import { cliLearning } from "./learn.ts";
import { keepPassingOption, requireCheck } from "./left-out.ts";
import { liveLine } from "./live-line.ts";
import { seconds, whole, wholeUpTo } from "./numbers.ts";
import { shownPath } from "./shown-path.ts";
import { onInterrupt } from "./signals.ts";

/** `redraft edit <file...> "<instruction>"`: a model makes the edit; all files are written, or none. */
export function editCommand(): Command {
  return withColorOption(withToolOptions(new Command("edit")))
    .description(
      "Has a model edit files: it writes a sketch that Redraft applies, or rewrites the files with their old text as prediction. " +
        "All files are written, or none.",
    )
    .argument("<words...>", "the files, then the instruction")
    .usage('[options] <file...> "<instruction>"')
    .option(
      "--model <name>",
      'URL of an OpenAI-compatible server, a .gguf file, or an alias of "redraft models"',
    )
    .option("--model-name <name>", "which of the server's models [env: REDRAFT_MODEL_NAME]")
    .option(
      "--context <tokens>",
      "context size of a local model for prompt and answer, in tokens (default: what the files need)",
      wholeUpTo("context"),
    )
    .option(
      "--threads <number>",
      "threads of a local model (default: processors less one)",
      wholeUpTo("threads"),
    )
    .addOption(
      new Option(
        "--via <way>",
        "have the model write a sketch, search/replace blocks, whole files, or the one function that the instruction names; orchestrate = have specialists make the edit, and the model only what they cannot; auto = a specialist where one is sure, else the way expected to be cheaper, for a small local model what was measured best",
      )
        .choices(["auto", "rewrite", "cascade", "search-replace", "region", "orchestrate"])
        .default("auto"),
    )
    .option(
      "--root <folder>",
      "where specialists work (default: the current folder, or the file's)",
    )
    .option(
      "--at <file:line>",
      "the line that the instruction means, or file:from-to, the selection",
    )
    .option("--choose <number>", "take this one of several edits (--via orchestrate)", whole)
    .option(
      "--verify-model <name>",
      "a .gguf file or a URL that judges edits that nothing proves (--via orchestrate)",
    )
    .option(
      "--lossless",
      "have the model write the edit, and draft its answer from the specialists': the same text, sooner",
    )
    .option("--symbol <name>", "the function or class to rewrite (--via region)")
    .option(
      "--apply-model <name>",
      "model for ambiguous edits: default, none, a .gguf file, or a URL",
      "default",
    )
    .option(
      "--check <command>",
      "command to run on the result; if it fails, every file is restored",
    )
    .addOption(keepPassingOption())
    .option(
      "--attempts <number>",
      "how often the model may try: after a failed --check it is asked again, with the output (default: 1)",
      wholeUpTo("attempts"),
    )
    .option("--costs <path>", "JSON with prices or speeds, for --via auto and the report")
    .option("--timeout <seconds>", "time limit for the model", seconds)
    .option("--create", "create files that do not exist")
    .option("--dry-run", "print the unified diff and write nothing")
    .option("--stream", "print the diff while the model writes, each hunk when it is final")
    .addOption(eventsOption())
    .option("--no-journal", noJournalHelp)
    .option("--json", "print the whole result as JSON: files, patch, cost")
    .addHelpText("after", help)
    .action((words: string[], options: EditOptions) =>
      answerErrors(options.json, { files: [], written: false }, () => edit(words, options)),
    );
}

async function edit(words: readonly string[], options: EditOptions): Promise<void> {
  const instruction = words.at(-1)!;
  const paths = await expandGlobs(words.slice(0, -1));
  if (paths.length === 0) {
    throw new RedraftError(
      "usage",
      'name at least one file, then the instruction: redraft edit src/app.ts "add a --quiet option".',
    );
  }
  if (options.check !== undefined && options.dryRun) {
    throw new RedraftError("usage", "--check runs on the written files: leave out --dry-run.");
  }
  requireCheck(options);
  if (options.keepPassing && options.stream) {
    throw new RedraftError(
      "usage",
      "--stream prints the whole edit and --keep-passing what is left out: leave out one.",
    );
  }
  if (options.attempts !== undefined && options.check === undefined) {
    throw new RedraftError("usage", "--attempts needs a --check that says when an edit is good.");
  }
  if (options.stream && options.json) {
    throw new RedraftError("usage", "--stream prints a diff and --json an object: leave out one.");
  }
  const watch = watchTools(options);
  const costs = await readCosts(options.costs);
  const files = await Promise.all(paths.map((path) => readTextFile(path)));
  const missing = files.find(({ exists }) => !exists);
  if (missing && !options.create) {
    throw new RedraftError(
      "file-error",
      `cannot read ${missing.path}: it does not exist. Add --create to create it.`,
      { details: { path: missing.path, cause: "ENOENT" } },
    );
  }
  if (!/\s/.test(instruction) && existsSync(instruction)) {
    throw new RedraftError(
      "usage",
      `the last argument must be the instruction, but ${instruction} is a file. Say what to do.`,
    );
  }
  const { model = "" } = options;
  const log = eventListener(options.events, {
    command: "edit",
    files: paths,
    instruction,
    model: model.includes("://") ? model : basename(model),
  });
  const job: EditJob = { instruction, files, options, costs, watch, onEvent: log.onEvent };
  try {
    const made = await bySpecialists(job);
    if (made && !options.lossless) await finishOrchestrated(made, job);
    else await byModel(made ? { ...job, files: withExpected(files, made) } : job);
  } catch (error) {
    if (RedraftError.is(error))
      log.onEvent?.({ type: "error", code: error.code, message: error.message });
    throw error;
  }
}

/** Has a model make the edit; after a failed check again, as often as it may. */
async function byModel(job: EditJob): Promise<void> {
  const { instruction, files, options, costs, watch } = job;
  const { symbol } = options;
  const via = options.via === "orchestrate" ? "auto" : options.via;
  const request = { files, instruction, via, ...(symbol !== undefined && { symbol }) };
  const settle = await settleRoute(options.applyModel, { env: process.env });
  const view = terminalView(options);
  const writer = await openWriter(options.model, {
    env: process.env,
    expectedTokens: expectedTokens(request, (options.attempts ?? 1) > 1),
    ...(options.modelName !== undefined && { name: options.modelName }),
    ...(options.context !== undefined && { contextSize: options.context }),
    ...(options.threads !== undefined && { threads: options.threads }),
    ...(view && { onOpening: view.opening }),
  }).finally(() => view?.end());
  const kind = { isLocal: writer.local !== undefined, path: files[0]!.path };
  const learning = cliLearning(folderOf(kind.path));
  const learnt = withLearntRefusals(costs, kind, await learning.arms(false));
  const redraft = createRedraft({ writer, costs: learnt, ...(settle && { settle }) });
  const signal = options.timeout === undefined ? undefined : AbortSignal.timeout(options.timeout);
  const named = await Promise.all(
    files.map(async ({ path, text }) => ({ path, text, shown: await shownPath(path) })),
  );
  try {
    for (let failed: FailedAttempt | undefined, attempt = 1; ; attempt++) {
      const hunks = options.stream ? hunkStream(named, streamOutput(view, options)) : undefined;
      const written = followWritten(kind, () => performance.now());
      const learn = async (outcome: CandidateOutcome): Promise<void> => {
        if (!options.dryRun) await learning.record(written.decisions(outcome));
      };
      const onEvent = (event: InstructEvent): void => {
        written.event(event);
        view?.event(event);
        hunks?.event(event);
        job.onEvent?.(event);
      };
      const call = { ...(signal && { signal }), onEvent };
      const asked = { ...request, ...(failed && { failed }) };
      const result = await redraft.edit(asked, call).catch(async (error: unknown) => {
        if (isRefusedAnswer(error)) await learn({ written: false });
        throw error;
      });
      view?.end();
      if (attempt === 1 && !options.dryRun && result.files.length > 0) await watch?.before();
      const prediction = "prediction" in writer ? writer.prediction : undefined;
      const server = writer.answeredBy;
      if (server !== undefined) {
        job.onEvent?.({ type: "model-server", server, ...(prediction && { prediction }) });
      }
      const done = await finishEdit(result, job, { prediction, server, hunks, attempt });
      await learn(learntOutcome(done));
      if (done.failure === undefined) return;
      if (attempt >= (options.attempts ?? 1)) throw done.failure;
      failed = { patch: done.patches.join(""), problem: done.failure.message };
      process.stderr.write(
        `The check failed and the edit was taken back; attempt ${attempt + 1} of ${options.attempts}.\n`,
      );
    }
  } finally {
    view?.end();
    await redraft.dispose();
  }
}

/** Writes an edit of specialists, as one of a model is written. */
async function finishOrchestrated(made: OrchestratedResult, job: EditJob): Promise<void> {
  const { watch, options } = job;
  if (!options.dryRun) await watch?.before();
  const { keepPassing, ...others } = options;
  // What proves it, proves the whole of it: half a rename is none.
  const own = { ...job, files: made.files, options: others };
  const done = await finishEdit(made.result, own, {
    prediction: undefined,
    server: undefined,
    hunks: undefined,
    attempt: 1,
  });
  if (!options.dryRun) await made.learn(learntOutcome(done));
  if (done.failure !== undefined) {
    if (keepPassing)
      process.stderr.write("An edit of a specialist is written as a whole, or not at all.\n");
    throw done.failure;
  }
  for (const note of made.chosen.notes) process.stderr.write(`${note}\n`);
}

interface SettledEdit {
  /** Of the check, after which every file is as it was. */
  readonly failure?: RedraftError;
  /** The check refused the whole edit, and a part of it is written. */
  readonly isPartly?: true;
  readonly entry?: string | undefined;
  readonly patches: readonly string[];
}

/** What is learnt from: half an edit was not right. */
const learntOutcome = ({ failure, isPartly, entry }: SettledEdit): CandidateOutcome =>
  failure === undefined && !isPartly ? { written: true, entry } : { written: false };

/** Writes, asks the tools and prints. */
async function finishEdit(
  result: InstructResult,
  { files, options, watch }: EditJob,
  extras: Pick<EditExtras, "prediction" | "server" | "hunks" | "attempt">,
): Promise<SettledEdit> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const shown = await Promise.all(
    files.map(async ({ path }) => [path, await shownPath(path)] as const),
  );
  const names = new Map(shown);
  const patches = patchesOf(result, byPath, names);
  let partly: PartlyWritten | undefined;
  let entry: string | undefined;
  if (!options.dryRun) {
    const folder = folderOf(files[0]!.path);
    const written = await writeResult(result, byPath, options, folder);
    entry = written.entry;
    const { failure } = written;
    const isLast = extras.attempt >= (options.attempts ?? 1);
    if (failure !== undefined && options.keepPassing && isLast)
      partly = await writePartly(result, byPath, names, options, { failure, folder });
    if (failure !== undefined && !partly) return { failure, patches };
  }
  const made = partly?.result ?? result;
  const edits = await Promise.all(
    made.files.map(({ path, result: { text, proof } }) => {
      const before = byPath.get(path)!.text;
      const isDeleted = text === null;
      const known = partly ? undefined : proof;
      return editedText({ path, before, after: text ?? "", isDeleted, proof: known });
    }),
  );
  const reports = edits.length > 0 ? await watch?.after(edits) : watch && [];
  const part = partly && { leftOut: partly.leftOut, runs: partly.runs };
  const printed = partly?.patches ?? patches;
  printEdit(made, byPath, options, { ...extras, reports, patches: printed, partly: part });
  return { patches, entry, ...(partly && { isPartly: true }) };
}

/** Writes all files, or none. */
async function writeResult(
  { files }: InstructResult,
  byPath: ReadonlyMap<string, TextFile>,
  { check, journal }: EditOptions,
  folder: string,
): Promise<Pick<SettledEdit, "failure" | "entry">> {
  const changes = files.map(({ path, result: { text } }) => ({ before: byPath.get(path)!, text }));
  try {
    const entry = await writeChecked(changes, {
      // From here on there is something to put back.
      signal: onInterrupt(),
      ...(check !== undefined && { check }),
      onOutput: (text) => void process.stderr.write(text),
      journal: cliJournal(folder, journal),
    });
    return { entry };
  } catch (error) {
    const isCheck = RedraftError.is(error) && error.details.check === check;
    if (check !== undefined && isCheck) return { failure: error };
    throw error;
  }
}

/** The live line, where a person sees it and reads no JSON. */
function terminalView({ json, model }: EditOptions): EditView | undefined {
  if (json || !process.stderr.isTTY) return undefined;
  const line = liveLine((text) => void process.stderr.write(text), {
    columns: process.stderr.columns || 80, // some pseudo-terminals have none
  });
  return editView(line, { model: basename(model ?? "", ".gguf") });
}

/** The diff is the output; the live line is removed before a hunk is printed, and drawn again by the next event. */
function streamOutput(
  view: EditView | undefined,
  options: DiffOutputOptions,
): Parameters<typeof hunkStream>[1] {
  return {
    write(text) {
      view?.pause();
      process.stdout.write(shownDiff(text, options));
    },
    note: (text) => void process.stderr.write(text),
  };
}

const modelCosts = z
  .object({
    promptPrice: z.number().nonnegative(),
    outputPrice: z.number().nonnegative(),
    promptSpeed: z.number().positive(),
    outputSpeed: z.number().positive(),
    predictedSpeed: z.number().positive(),
  })
  .partial()
  .strict();

const costsShape = z
  .object({ large: modelCosts, small: modelCosts, refusalRate: z.number().min(0).max(1) })
  .partial()
  .strict();

async function readCosts(path: string | undefined): Promise<Costs> {
  if (path === undefined) return {};
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError("read", path, error);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RedraftError("usage", `--costs ${path} is not JSON.`, { cause });
  }
  const parsed = costsShape.safeParse(value);
  if (parsed.success) return parsed.data as Costs;
  throw new RedraftError("usage", `--costs ${path}: ${z.prettifyError(parsed.error)}`);
}

const help = `
The last argument is the instruction; all others are files, or patterns in quotes: "src/**/*.ts".

  --model http://localhost:8000          an OpenAI-compatible server: vLLM, SGLang, llama-server, hosted
  --model https://api.openai.com/v1#gpt-4.1-mini
  --model qwen-1.5b                      a model of "redraft models", on this machine
The key comes from REDRAFT_API_KEY; for api.openai.com also from OPENAI_API_KEY.

--costs: {"large": {"promptPrice": 0.4, "outputPrice": 1.6}} per million tokens, or
         {"large": {"promptSpeed": 4000, "outputSpeed": 60, "predictedSpeed": 300}} in tokens per second.

--keep-passing tries the hunks of a model's edit that --check refuses, as redraft patch does; standard output has the others as a patch.

Exit codes: 0 done, 1 refused (nothing written), or with --keep-passing written in part, 2 wrong usage,
            3 a file is unreadable, not text, or changed in the meantime, 4 the model or the network failed.`;
