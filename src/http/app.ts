import type { ServerResponse } from "node:http";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { type Clock, systemClock } from "../core/clock.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import { createKeyCheck } from "./auth.ts";
import { type BodyBudget, createBodyBudget, readBody, receiveJsonLines } from "./body.ts";
import type { Call } from "./call.ts";
import { answerEditStream, type EditStreamParts } from "./edit-stream.ts";
import { createEditHandlers } from "./edits.ts";
import { errorAnswers } from "./error-answers.ts";
import { ApiError } from "./errors.ts";
import { createEventFeed, type RecordedRequest } from "./event-feed.ts";
import { wasPassedOn } from "./fallback.ts";
import { createHandlers, type Handler } from "./handlers.ts";
import { createMeasures, type Measures } from "./measures.ts";
import { openApi } from "./openapi.ts";
import { defaultLimits, type HttpLimits, type HttpOptions } from "./options.ts";
import { createFairQueue } from "./queue.ts";
import { bodyJson } from "./reading.ts";
import {
  factsOfEdits,
  factsOfUndo,
  keyOfRequest,
  noRecord,
  openEvents,
  recorded,
} from "./record.ts";

/** The app, and what a server needs to shut it down. */
export interface RedraftApp {
  readonly app: Hono;
  /** Refuses new and waiting requests; running ones continue. */
  drain(): void;
  /** Aborts the running requests. */
  abort(): void;
  /** The number of running requests. */
  readonly busy: number;
}

interface Bindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  readonly outgoing?: Pick<ServerResponse, "destroy" | "setTimeout" | "once">;
}

/** The OpenAI-compatible API as a Hono app: routes, keys, limits, queueing and metrics, without a port. */
export function createApp(options: HttpOptions): RedraftApp {
  const limits = { ...defaultLimits, ...options.limits };
  const logger = options.logger ?? silentLogger;
  const clock = options.clock ?? systemClock;
  const measures = createMeasures();
  const waitLimits = { maxWaiting: limits.maxWaiting, maxWaitMs: limits.maxWaitMs };
  const modelQueue = createFairQueue({ ...waitLimits, places: limits.sequences });
  const mergeQueue = createFairQueue({ ...waitLimits, places: limits.merges });
  const working = new Set<AbortController>();
  const started = clock.now();
  const { registry } = measures;
  registry.gauge(
    "redraft_model_requests",
    "Requests that the model is handling now.",
    () => modelQueue.running,
  );
  registry.gauge(
    "redraft_waiting_requests",
    "Requests that wait in the queue.",
    () => modelQueue.waiting + mergeQueue.waiting,
  );
  const feed = createEventFeed({
    clock,
    stallMs: limits.stallMs,
    texts: options.eventTexts === true,
    version: options.version,
  });
  const keyOf = (context: Context): string => keyOfRequest(context, options.apiKeys ?? []);
  const begin = (context: Context): RecordedRequest =>
    feed.begin(endpointNames[context.req.path] ?? "other", keyOf(context));
  registry.gauge("redraft_event_readers", "Readers of /v1/events.", () => feed.readers);
  registry.gauge(
    "redraft_uptime_seconds",
    "Seconds since the server started.",
    () => (clock.now() - started) / 1000,
  );

  const handlers = createHandlers({
    options,
    limits,
    measures,
    modelQueue,
    mergeQueue,
    working,
    clock,
  });
  const app = new Hono();

  const answerError = errorAnswers(logger, measures);
  app.onError((error, context) => answerError(context, error));
  app.notFound((context) =>
    answerError(
      context,
      new ApiError(404, `There is no ${context.req.method} ${context.req.path} here.`, {
        code: "not_found",
      }),
    ),
  );

  app.use(measureRequests(measures, clock));
  if (options.corsOrigins && options.corsOrigins.length > 0) {
    app.use(
      cors({ origin: [...options.corsOrigins], allowHeaders: ["authorization", "content-type"] }),
    );
  }
  app.use(checkAccess(options));
  app.get("/health", (context) => context.json({ status: "ok", version: options.version }));
  app.get("/metrics", (context) =>
    context.text(registry.render(), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    }),
  );
  // Below `/v1/apply` is the base path of Relace's OpenAI API.
  for (const base of ["/v1", "/v1/apply"]) {
    app.get(`${base}/models`, (context) => context.json(handlers.models()));
    app.get(`${base}/models/:id{.+}`, (context) =>
      context.json(handlers.modelNamed(context.req.param("id"))),
    );
  }
  app.get("/openapi.json", (context) => context.json(openApi(options.version)));

  const bodies = createBodyBudget(Math.max(limits.maxBodiesBytes, limits.maxBodyBytes));
  registry.gauge("redraft_body_bytes", "Bytes of request bodies in memory.", () => bodies.taken);
  const post = (path: string, handler: Handler, record = begin): void => {
    app.post(path, withBody(handler, limits, bodies, record));
  };
  post("/v1/chat/completions", handlers.chat);
  post("/v1/apply/chat/completions", handlers.chat);
  post("/v1/completions", handlers.completions);
  post("/v1/responses", handlers.responses);
  post("/v1/code/apply", handlers.codeApply);
  post("/tokenize", handlers.tokenize, () => noRecord);
  post("/detokenize", handlers.detokenize, () => noRecord);
  const streamed = { limits, working, clock, onFailure: streamFailures(logger, measures) };
  addEditRoutes(app, { options, streamed, bodies, post, begin });
  app.get("/v1/events", (context) =>
    openEvents(context, feed, { key: keyOf(context), cutOff: callFrom(context).cutOff }),
  );

  return {
    app,
    drain() {
      feed.close();
      modelQueue.close();
      mergeQueue.close();
    },
    abort() {
      for (const controller of working) {
        controller.abort(
          new ApiError(503, "The server is shutting down.", { code: "unavailable", retryAfter: 5 }),
        );
      }
    },
    get busy() {
      return working.size;
    },
  };
}

interface EditRoutes {
  readonly options: HttpOptions;
  readonly streamed: Omit<EditStreamParts, "edits">;
  readonly bodies: BodyBudget;
  readonly post: (path: string, handler: Handler) => void;
  readonly begin: (context: Context) => RecordedRequest;
}

/** Edits of files: without folders each of these is status 404. */
function addEditRoutes(app: Hono, { options, streamed, bodies, post, begin }: EditRoutes): void {
  const edits = createEditHandlers(options.redraft, options.files);
  post("/v1/edits", async (bytes, { signal, record }) => {
    const applied = await edits.apply(bodyJson(bytes), signal);
    record.note(factsOfEdits(applied));
    return Response.json(applied);
  });
  post("/v1/edits/undo", async (bytes, { signal, record }) => {
    const undone = await edits.undo(bodyJson(bytes), signal);
    record.note(factsOfUndo(undone));
    return Response.json(undone);
  });
  app.post("/v1/edits/stream", async (context) => {
    const body = receiveJsonLines(context.req.raw, streamed.limits, bodies);
    const call = callFrom(context, begin(context));
    return recorded(call.record, () => answerEditStream(body, call, { ...streamed, edits }));
  });
  app.get("/v1/edits", async (context) => context.json(await edits.log()));
}

const endpointNames: Readonly<Record<string, string>> = {
  "/v1/chat/completions": "chat",
  "/v1/apply/chat/completions": "chat",
  "/v1/completions": "completions",
  "/v1/responses": "responses",
  "/v1/code/apply": "code-apply",
  "/v1/models": "models",
  "/tokenize": "tokenize",
  "/detokenize": "detokenize",
  "/v1/edits": "edits",
  "/v1/edits/undo": "undo",
  "/v1/edits/stream": "edit-stream",
  "/v1/events": "events",
};

/** Counts and times the requests of known endpoints. */
function measureRequests(measures: Measures, clock: Clock): MiddlewareHandler {
  return async (context, next) => {
    const endpoint = endpointNames[context.req.path];
    const from = clock.now();
    await next();
    if (endpoint === undefined) return;
    measures.requests.add({ endpoint, status: String(context.res.status) });
    // A stream is timed by its handler: here it has only begun.
    if (context.res.headers.get("content-type")?.startsWith("text/event-stream")) return;
    measures.seconds.observe((clock.now() - from) / 1000, { endpoint });
  };
}

/** Refuses requests under a host name that is not allowed, and without a valid key. */
function checkAccess({ allowedHosts, apiKeys = [] }: HttpOptions): MiddlewareHandler {
  const checkKey = createKeyCheck(apiKeys);
  return async (context, next) => {
    const host = hostOf(context.req.header("host"));
    if (allowedHosts && host !== undefined && !allowedHosts.includes(host)) {
      // A page in a browser can reach loopback under a name of its own; it must not pass for a local client.
      throw new ApiError(
        403,
        `This server does not accept requests for the host ${host}. Use the address that it was started with.`,
        {
          code: "forbidden_host",
        },
      );
    }
    if (context.req.path !== "/health") checkKey(context.req.header("authorization"));
    await next();
  };
}

/** Reads the body within the budget, calls the handler, and gives the memory back when the answer is sent. */
function withBody(
  handler: Handler,
  limits: HttpLimits,
  bodies: BodyBudget,
  begin: (context: Context) => RecordedRequest,
): (context: Context) => Promise<Response> {
  return async (context) => {
    const outgoing = outgoingOf(context);
    const { bytes, release } = await readBody(context.req.raw, limits, bodies);
    const call = callFrom(context, begin(context));
    // The answer is about as large, so the memory stays reserved until it is sent.
    outgoing?.once("close", release);
    try {
      return await recorded(call.record, () => handler(bytes, call));
    } catch (error) {
      release();
      throw error;
    } finally {
      if (outgoing === undefined) release();
    }
  };
}

/** Counts and logs what fails after a stream has begun. */
function streamFailures(logger: Logger, measures: Measures): EditStreamParts["onFailure"] {
  return ({ body, status }, cause) => {
    measures.refusals.add({ code: body.error.code ?? "none" });
    if (status >= 500) logger.error("a stream failed", { cause: String(cause) });
  };
}

const outgoingOf = (context: Context): Bindings["outgoing"] =>
  (context.env as Bindings | undefined)?.outgoing;

function callFrom(context: Context, record: RecordedRequest = noRecord): Call {
  const outgoing = outgoingOf(context);
  const { incoming } = (context.env ?? {}) as Bindings;
  const cutOff = (): void => void outgoing?.destroy();
  return {
    record,
    client: context.req.header("authorization") ?? incoming?.socket?.remoteAddress ?? "local",
    isPassedOn: wasPassedOn(context.req.header("via")),
    signal: context.req.raw.signal,
    cutOff,
    hurry: (ms) => void outgoing?.setTimeout(ms, cutOff),
  };
}

function hostOf(header: string | undefined): string | undefined {
  return header?.replace(/:\d+$/, "").toLowerCase();
}
