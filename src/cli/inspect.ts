import { spawn } from "node:child_process";
import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { FollowedSource } from "../inspect/follow.ts";
import type { InspectedFiles } from "../inspect/handlers.ts";
import { fileError } from "../workspace/disk.ts";
import { httpUrl } from "./http-url.ts";
import { readEditText } from "./input.ts";
import { cliJournal, folderOf } from "./journal.ts";
import { port } from "./numbers.ts";
import { rootFolder } from "./patch.ts";
import { onInterrupt, uninterrupted } from "./signals.ts";
import { packageVersion } from "./version.ts";

interface InspectCommandOptions {
  readonly edit?: string;
  readonly receipt?: string;
  readonly events?: string;
  readonly follow: boolean;
  readonly server?: string;
  readonly root: readonly string[];
  readonly port: number;
  readonly open: boolean;
}

/** `redraft inspect`: a page on loopback that shows merges, decodes, receipts and the log. */
export function inspectCommand(): Command {
  const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];
  return new Command("inspect")
    .description(
      "Serves a page on this machine that shows a merge as a picture, an event log as a timeline, receipts, and the log with undo.",
    )
    .argument("[file]", "the file that the edit is for")
    .option("--edit <file>", "the edit; - = standard input")
    .option("--receipt <file>", "a receipt to show and to verify")
    .option("--events <file>", "an event log, as redraft edit --events writes it")
    .option("--follow", "read on in the event log while it grows", false)
    .option(
      "--server <url>",
      "show the requests of this running redraft serve as they happen; its key is REDRAFT_API_KEY",
      httpUrl("http://127.0.0.1:8787", "REDRAFT_API_KEY"),
    )
    .option(
      "--root <folder>",
      "the page may write files in this folder and shows its log; repeat for more (default: the folder of the file, or the current one)",
      collect,
      [],
    )
    .option("--port <number>", "the port; 0 = any free one", port, 0)
    .option("--no-open", "print the address and open no browser")
    .addHelpText("after", help)
    .action(inspect);
}

async function inspect(file: string | undefined, options: InspectCommandOptions): Promise<void> {
  const signal = onInterrupt();
  for (const path of [options.receipt, options.events]) {
    if (path !== undefined) {
      await access(path).catch((error: unknown) => {
        throw fileError("read", path, error);
      });
    }
  }
  const followed = await followedBy(options, signal);
  const edit = options.edit === undefined ? undefined : await readEditText(options.edit);
  const roots =
    options.root.length > 0
      ? await Promise.all(options.root.map(rootFolder))
      : [file === undefined ? await rootFolder(".") : folderOf(file)];
  const opened: InspectedFiles = {
    // Absolute, so that it is the same file whatever the roots are.
    ...(file !== undefined && { file: resolve(file) }),
    ...(edit !== undefined && { edit }),
    ...(options.receipt !== undefined && { receipt: options.receipt }),
    ...(options.events !== undefined && !options.follow && { events: options.events }),
    ...(followed !== undefined && { followed }),
  };
  const { startInspector } = await import("../inspect/serve.ts");
  const inspector = await startInspector({
    roots,
    opened,
    version: packageVersion(),
    journal: cliJournal(roots[0]!, true, roots.slice(1)),
    uninterrupted,
    port: options.port,
  });
  process.stdout.write(`${inspector.url}\n`);
  process.stderr.write(`It shows and may change files in ${roots.join(", ")}. Ctrl-C ends it.\n`);
  if (options.open && process.stdout.isTTY) openBrowser(inspector.openUrl);
  if (!signal.aborted) {
    await new Promise<void>((done) =>
      signal.addEventListener("abort", () => done(), { once: true }),
    );
  }
  await inspector.close();
}

/** A server is asked at once: a wrong address or key is no matter of waiting. */
async function followedBy(
  { events, follow, server }: InspectCommandOptions,
  signal: AbortSignal,
): Promise<FollowedSource | undefined> {
  if (follow && events === undefined) {
    throw new RedraftError("usage", "--follow needs --events <file>, the log that grows.");
  }
  if (follow && server !== undefined) {
    throw new RedraftError("usage", "--follow and --server: one page shows one of them.");
  }
  if (follow) return { kind: "file", path: events! };
  if (server === undefined) return undefined;
  const apiKey = process.env.REDRAFT_API_KEY;
  const followed: FollowedSource = {
    kind: "server",
    url: server.replace(/\/v1$/, ""),
    ...(apiKey && { apiKey }),
  };
  const { askForEvents } = await import("../inspect/follow.ts");
  const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  const response = await askForEvents(followed, 0, limit);
  await response.body?.cancel();
  return followed;
}

/** The system's browser; where there is none, the printed address has to do. */
function openBrowser(url: string): void {
  const [program, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", url]
        : ["xdg-open", url];
  const child = spawn(program!, args, { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}

const help = `
The page is served on 127.0.0.1 under a random token that is a part of its address, and asks nothing of any other machine.

Examples:
  redraft inspect src/app.ts --edit sketch.txt
  redraft inspect --events events.jsonl
  redraft inspect --events events.jsonl --follow
  redraft inspect --server http://127.0.0.1:8787
  redraft inspect --receipt receipt.json --root .

Exit codes: 0 ended by Ctrl-C, 2 wrong usage, 3 a file is missing or unreadable, 4 the server does not answer.`;
