import { Command, Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { ModelRoute } from "../core/route.ts";
import type { LlamaTarget } from "../engines/llama/target.ts";
import { engineOf, engines, type GgufOptions } from "../engines/registry.ts";
import type { LineModel } from "../lsp/inline-completion.ts";
import { lazyRoute } from "../redraft/lazy-route.ts";
import { openLearning } from "../redraft/learning.ts";
import { modelFile, settleRoute } from "../redraft/settle-route.ts";
import { createThreadedRedraft } from "../threads/threads.ts";
import { jsonLogger, type LogLevel, logLevels } from "./log.ts";
import { inSeconds, wholeUpTo } from "./numbers.ts";
import { rootFolder } from "./patch.ts";
import { packageVersion } from "./version.ts";

interface LspOptions {
  readonly root: readonly string[];
  readonly model: string;
  readonly context?: number;
  readonly threads?: number;
  readonly deadline: number;
  readonly timeout: number;
  readonly unsure: "refuse" | "include" | "leave";
  readonly log: LogLevel;
}

/** `redraft lsp`: a language server that edits the documents of an editor, until the editor leaves. */
export function lspCommand(): Command {
  const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];
  return new Command("lsp")
    .description(
      "Serves the Language Server Protocol on standard input and output: applies edits to open documents, renames, proposes lines.",
    )
    .addOption(
      new Option("--root <folder>", "a folder whose documents may be edited; repeat for more")
        .argParser(collect)
        .default([], "the editor's folders"),
    )
    .option(
      "--model <name>",
      "what settles ambiguous edits: default (the ranker in the package), none, or the URL of a model server; a path to a .gguf file, or an installed model, also proposes lines",
      "default",
    )
    .option(
      "--context <tokens>",
      "tokens that the documents may have together",
      wholeUpTo("context"),
    )
    .option("--threads <number>", "threads of the model", wholeUpTo("threads"))
    .addOption(inSeconds("--deadline <seconds>", "time limit for the proposal of a line", 2000))
    .addOption(inSeconds("--timeout <seconds>", "time limit for one edit", 60_000))
    .addOption(
      new Option("--unsure <what>", "what a rename does with places that may mean the symbol")
        .choices(["refuse", "include", "leave"])
        .default("refuse"),
    )
    .option("--stdio", "speak on standard input and output; it always does")
    .addOption(
      new Option("--log <level>", "what to log on standard error")
        .choices(logLevels)
        .default("warn"),
    )
    .addHelpText("after", help)
    .action(async (options: LspOptions) => {
      const roots = await Promise.all(options.root.map(rootFolder));
      const logger = jsonLogger(options.log);
      const stop = new AbortController();
      const { settle, model } = await modelOf(options, logger, stop.signal);
      const redraft = createThreadedRedraft({
        logger,
        limitMs: options.timeout,
        ...(settle ? { settle } : {}),
      });
      redraft.pool.warm();
      let closing: Promise<void> | undefined;
      const close = async (): Promise<void> => {
        stop.abort(new RedraftError("cancelled", "the server ends."));
        await redraft.dispose();
        await (await model?.catch(() => undefined))?.target.dispose();
      };
      const onShutdown = (): Promise<void> => {
        closing ??= close();
        return closing;
      };
      const { serveLsp } = await import("../lsp/stdio.ts");
      try {
        await serveLsp({
          redraft,
          roots,
          version: packageVersion(),
          logger,
          deadlineMs: options.deadline,
          unsure: options.unsure,
          learningOf: (folder) =>
            openLearning({
              folder,
              onUnavailable: (why) => logger.warn("nothing was learnt from a rename", { why }),
            }),
          onShutdown,
          ...(model && { model }),
        });
      } finally {
        await onShutdown();
        process.stdin.destroy();
      }
    });
}

interface LoadedLineModel extends LineModel {
  readonly target: LlamaTarget;
}

/** What settles ambiguous edits, and the local model, while it is loaded: the editor does not wait for it. */
async function modelOf(
  { model: name, context, threads }: LspOptions,
  logger: Logger,
  signal: AbortSignal,
): Promise<{ settle?: ModelRoute | undefined; model?: Promise<LoadedLineModel> }> {
  const isNamed = ["default", "ranker", "none"].includes(name) || engineOf(name) === "http";
  if (isNamed) return { settle: await settleRoute(name, { logger, env: process.env }) };
  const path = await modelFile(name);
  const model = loadLineModel(path, {
    signal,
    cost: "measured",
    logger,
    ...defined({ contextSize: context, threads }),
  });
  // Whoever uses it says that it failed.
  model.catch(() => {});
  const settle = lazyRoute(path, { methods: ["settle"], ranks: true }, async () => {
    const { localModelRoute } = await import("../redraft/local-model.ts");
    return localModelRoute({ model: path, target: (await model).target, logger });
  });
  return { settle, model };
}

async function loadLineModel(path: string, options: GgufOptions): Promise<LoadedLineModel> {
  const target = await engines.gguf.openTokens(path, options);
  const { sessionsOn } = await import("../redraft/open-sessions.ts");
  return { target, sessions: sessionsOn(target) };
}

const defined = (
  options: { [Name in keyof GgufOptions]: GgufOptions[Name] | undefined },
): GgufOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const help = `
The editor owns its documents: edits are sent to it, and no file is written here.
Without --root, the editor's folders are open. With --root, they may narrow these folders, never widen them.

Examples:
  redraft lsp --root ~/project
  redraft lsp --model qwen.gguf --deadline 1      also proposes the next line at the cursor`;
