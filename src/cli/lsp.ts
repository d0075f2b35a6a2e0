import { Command, Option } from "commander";
import { settleRoute } from "../redraft/settle-route.ts";
import { createThreadedRedraft } from "../threads/threads.ts";
import { jsonLogger, type LogLevel, logLevels } from "./log.ts";
import { modelOption } from "./model-option.ts";
import { inSeconds } from "./numbers.ts";
import { rootFolder } from "./patch.ts";
import { packageVersion } from "./version.ts";

interface LspOptions {
  readonly root: readonly string[];
  readonly model: string;
  readonly timeout: number;
  readonly log: LogLevel;
}

/** `redraft lsp`: a language server that edits the documents of an editor, until the editor leaves. */
export function lspCommand(): Command {
  const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];
  return new Command("lsp")
    .description(
      "Serves the Language Server Protocol on standard input and output: applies edits to open documents.",
    )
    .addOption(
      new Option("--root <folder>", "a folder whose documents may be edited; repeat for more")
        .argParser(collect)
        .default([], "the editor's folders"),
    )
    .addOption(modelOption())
    .addOption(inSeconds("--timeout <seconds>", "time limit for one edit", 60_000))
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
      const settle = await settleRoute(options.model, { logger, env: process.env });
      const redraft = createThreadedRedraft({
        logger,
        limitMs: options.timeout,
        ...(settle ? { settle } : {}),
      });
      redraft.pool.warm();
      const onShutdown = (): Promise<void> => redraft.dispose();
      const { serveLsp } = await import("../lsp/stdio.ts");
      try {
        await serveLsp({ redraft, roots, version: packageVersion(), logger, onShutdown });
      } finally {
        await onShutdown();
        process.stdin.destroy();
      }
    });
}

const help = `
The editor owns its documents: edits are sent to it, and no file is written here.
Without --root, the editor's folders are open. With --root, they may narrow these folders, never widen them.

Example:
  redraft lsp --root ~/project`;
