import { basename } from "node:path";
import { Command, Option } from "commander";
import type { Logger } from "../core/logger.ts";
import type { ModelRoute } from "../core/route.ts";
import { engineOf, engines } from "../engines/registry.ts";
import type { Fallback } from "../http/fallback.ts";
import { defaultLimits } from "../http/options.ts";
import { modelFile, rankerRoute, settleRoute } from "../redraft/settle-route.ts";
import type { ServedModel } from "../session/served-model.ts";
import { createThreadedRedraft } from "../threads/threads.ts";
import { openingLine } from "./edit-view.ts";
import { httpUrl } from "./http-url.ts";
import { liveLine } from "./live-line.ts";
import { jsonLogger, type LogLevel, logLevels } from "./log.ts";
import { inSeconds, port, wholeUpTo } from "./numbers.ts";
import { rootFolder } from "./patch.ts";
import { onInterrupt } from "./signals.ts";
import { packageVersion } from "./version.ts";

interface ServeCommandOptions {
  readonly port: number;
  readonly host: string;
  readonly model: string;
  readonly context: number;
  readonly threads?: number;
  readonly sequences: number;
  readonly workers?: number;
  readonly queue: number;
  readonly timeout: number;
  readonly maxBody: number;
  readonly maxBodies: number;
  readonly connections: number;
  readonly grace: number;
  readonly root: readonly string[];
  readonly fallback?: string;
  readonly cors: readonly string[];
  readonly apiKey: readonly string[];
  readonly eventTexts: boolean;
  readonly log: LogLevel;
}

/** `redraft serve`: the OpenAI-compatible server, until it is stopped. */
export function serveCommand(): Command {
  const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];
  return new Command("serve")
    .description(
      "Serves the OpenAI API: apply requests, chat with `prediction`, completions with `echo` and `logprobs`.",
    )
    .option("--port <number>", "the port; 0 = any free one", port, 8787)
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option(
      "--model <name>",
      'default, none, a path to a .gguf file, an alias of "redraft models", or a URL',
      "default",
    )
    .option(
      "--context <tokens>",
      "context size of one request in tokens, prompt and answer",
      wholeUpTo("context"),
      4096,
    )
    .option("--threads <number>", "threads of the model", wholeUpTo("threads"))
    .option(
      "--sequences <number>",
      "requests that the model handles at once",
      wholeUpTo("sequences"),
      defaultLimits.sequences,
    )
    .option(
      "--queue <number>",
      "requests that may wait; any more get status 429",
      wholeUpTo("waiting"),
      defaultLimits.maxWaiting,
    )
    .option(
      "--workers <number>",
      "worker threads for edits (default: 2 to 4, depending on the processors)",
      wholeUpTo("workers"),
    )
    .addOption(
      inSeconds("--timeout <seconds>", "time limit for one request", defaultLimits.requestMs),
    )
    .option(
      "--max-body <bytes>",
      "largest request body",
      wholeUpTo("bodyBytes"),
      defaultLimits.maxBodyBytes,
    )
    .option(
      "--max-bodies <bytes>",
      "limit for all request bodies together; any more get status 503",
      wholeUpTo("bodiesBytes"),
      defaultLimits.maxBodiesBytes,
    )
    .option(
      "--connections <number>",
      "connections open at once; any more are closed",
      wholeUpTo("connections"),
      defaultLimits.maxConnections,
    )
    .addOption(
      inSeconds("--grace <seconds>", "how long a shutdown waits for running requests", 10_000),
    )
    .addOption(
      new Option(
        "--root <folder>",
        "a folder whose files may be edited by /v1/edits; repeat for more",
      )
        .argParser(collect)
        .default([], "none"),
    )
    .option(
      "--fallback <url>",
      "send what the merge refuses on to this OpenAI-compatible server; its key is REDRAFT_FALLBACK_API_KEY",
      httpUrl("https://api.example.com/v1", "REDRAFT_FALLBACK_API_KEY"),
    )
    .addOption(
      new Option(
        "--cors <origin>",
        "allow requests from pages of this origin (CORS); repeat for more",
      )
        .argParser(collect)
        .default([], "none"),
    )
    .addOption(
      new Option("--api-key <key>", "accept only requests with this API key; repeat for more")
        .argParser(collect)
        .default([], "none")
        .env("REDRAFT_API_KEY"),
    )
    .option(
      "--event-texts",
      "whoever watches this server with the key of a request (redraft inspect --server) sees its code and edit",
      false,
    )
    .addOption(
      new Option("--log <level>", "what to log on standard error")
        .choices(logLevels)
        .default("info"),
    )
    .addHelpText("after", help)
    .action(serve);
}

async function serve(options: ServeCommandOptions): Promise<void> {
  // A polite kill lets requests finish. Ctrl-C ends at once: a write that it cuts off is put right by the journal.
  const signal = onInterrupt(["SIGTERM"]);
  const logger = jsonLogger(options.log);
  const keys = [options.apiKey].flat();
  if (!isLoopback(options.host) && keys.length === 0) {
    logger.warn("the server is open to the network without an API key; set one with --api-key");
  }
  const roots = await Promise.all(options.root.map(rootFolder));
  const loaded = await loadModel(options, logger, signal);
  const { startServer } = await import("../http/serve.ts");
  const redraft = createThreadedRedraft({
    logger,
    limitMs: options.timeout,
    ...(loaded ? { settle: loaded.route } : {}),
    ...(options.workers === undefined ? {} : { size: options.workers }),
  });
  redraft.pool.warm();
  const model = loaded?.served;
  const server = await startServer({
    redraft,
    threads: redraft,
    ...(model ? { model } : {}),
    ...(roots.length > 0 ? { files: { roots } } : {}),
    ...(options.fallback === undefined ? {} : { fallback: fallbackAt(options.fallback) }),
    port: options.port,
    host: options.host,
    graceMs: options.grace,
    apiKeys: keys,
    corsOrigins: options.cors,
    eventTexts: options.eventTexts,
    version: packageVersion(),
    logger,
    limits: {
      sequences: options.sequences,
      maxWaiting: options.queue,
      requestMs: options.timeout,
      maxBodyBytes: options.maxBody,
      maxBodiesBytes: options.maxBodies,
      maxConnections: options.connections,
    },
  }).catch(async (error: unknown) => {
    // Workers and weights would keep the process.
    await redraft.dispose();
    await model?.dispose();
    throw error;
  });
  // On standard output, so that a script that asked for port 0 can read it.
  process.stdout.write(`${server.url}\n`);
  logger.info("listening", { url: server.url, model: model?.name ?? "none" });
  if (!signal.aborted) {
    await new Promise<void>((done) =>
      signal.addEventListener("abort", () => done(), { once: true }),
    );
  }
  logger.info("shutting down");
  await server.close();
  await redraft.dispose();
  await model?.dispose();
}

interface LoadedModel {
  /** Absent where the model is another server's: chats go there. */
  readonly served?: ServedModel;
  readonly route: ModelRoute;
}

/** The weights, loaded once for chats and for edits that the merge cannot settle; or for the latter a model server. */
async function loadModel(
  options: ServeCommandOptions,
  logger: Logger,
  signal: AbortSignal,
): Promise<LoadedModel | undefined> {
  if (engineOf(options.model) === "http") {
    // REDRAFT_API_KEY is what clients of this server must send: it is not for the other one.
    const { REDRAFT_API_KEY: _, ...env } = process.env;
    const route = await settleRoute(options.model, { logger, env });
    return route && { route };
  }
  if (options.model === "none") return undefined;
  if (options.model === "default" || options.model === "ranker") return { route: rankerRoute() };
  const model = await modelFile(options.model);
  const [{ editPlanner, localModelRoute }, { serveModel }] = await Promise.all([
    import("../redraft/local-model.ts"),
    import("../redraft/serve-model.ts"),
  ]);
  const line = process.stderr.isTTY
    ? liveLine((text) => void process.stderr.write(text), { columns: process.stderr.columns || 80 })
    : undefined;
  const name = basename(model, ".gguf");
  const opening = engines.gguf.openTokens(model, {
    signal,
    logger,
    ...(line && { onOpening: (step, share) => line.show(openingLine(name, step, share)) }),
    cost: "measured",
    // The sequences share one context; the last share is the edits', which are no request of the queue.
    contextSize: options.context * (options.sequences + 1),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  });
  const target = await opening.finally(() => line?.clear());
  return {
    served: serveModel({
      target,
      contextSize: options.context,
      createPlanner: () => editPlanner(target),
    }),
    route: localModelRoute({ model, target, logger }),
  };
}

/** Its key is not on the command line, where every process of the machine could read it. */
function fallbackAt(url: string): Fallback {
  const apiKey = process.env.REDRAFT_FALLBACK_API_KEY;
  return { url, ...(apiKey ? { apiKey } : {}) };
}

const isLoopback = (host: string): boolean => /^(localhost|127\.|::1$|\[::1\]$)/.test(host);

const help = `
Prints its URL on standard output once it listens. SIGTERM finishes running requests, then exits; Ctrl-C exits immediately.

Examples:
  redraft serve                                        apply requests, no model
  redraft serve --model qwen.gguf --api-key "$KEY"     chat and completions too
  redraft serve --fallback https://api.example.com/v1  another server for what the merge refuses`;
