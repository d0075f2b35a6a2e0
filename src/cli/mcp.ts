import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import { settleRoute } from "../redraft/settle-route.ts";
import { createThreadedRedraft } from "../threads/threads.ts";
import { jsonLogger, type LogLevel, logLevels } from "./log.ts";
import { modelOption } from "./model-option.ts";
import { inSeconds } from "./numbers.ts";
import { uninterrupted } from "./signals.ts";
import { packageVersion } from "./version.ts";

interface McpOptions {
  readonly root: readonly string[];
  readonly model: string;
  readonly timeout: number;
  readonly log: LogLevel;
}

/** `redraft mcp`: serves the tools of `docs/guide/mcp.md` until the client leaves. */
export function mcpCommand(): Command {
  const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];
  return new Command("mcp")
    .description(
      "Serves MCP on standard input and output, for agents and editors: edit_file, replace_text, write_file, apply_patch, rename_symbol, change_signature, fix_diagnostics, repeat_edit, read_file.",
    )
    .addOption(
      new Option("--root <folder>", "a folder that may be edited; repeat for more")
        .argParser(collect)
        .default([], "the client's roots"),
    )
    .addOption(modelOption())
    .addOption(inSeconds("--timeout <seconds>", "time limit for one edit", 60_000))
    .addOption(
      new Option("--log <level>", "what to log on standard error")
        .choices(logLevels)
        .default("warn"),
    )
    .addHelpText("after", help)
    .action(async (options: McpOptions) => {
      const roots = await Promise.all(options.root.map(openFolder));
      const logger = jsonLogger(options.log);
      const settle = await settleRoute(options.model, { logger, env: process.env });
      const redraft = createThreadedRedraft({
        logger,
        limitMs: options.timeout,
        ...(settle ? { settle } : {}),
      });
      redraft.pool.warm();
      const { serveMcp } = await import("../mcp/stdio.ts");
      const served = serveMcp({
        redraft,
        roots,
        cwd: process.cwd(),
        version: packageVersion(),
        logger,
        uninterrupted,
      });
      try {
        await new Promise<void>((done) => {
          process.stdin.once("close", done);
          process.stdin.once("end", done);
        });
      } finally {
        await served.close();
        await redraft.dispose();
        process.stdin.destroy();
      }
    });
}

async function openFolder(path: string): Promise<string> {
  const folder = await realpath(resolve(path)).catch(() => undefined);
  if (folder === undefined || !(await stat(folder)).isDirectory()) {
    throw new RedraftError("usage", `--root ${path}: there is no such folder.`);
  }
  return folder;
}

const help = `
Without --root, the client's own roots are open, or the current folder if it has none.
With --root, the client's roots may narrow these folders, never widen them.

Example:
  redraft mcp --root ~/project`;
