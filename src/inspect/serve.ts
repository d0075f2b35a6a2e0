import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { RedraftError } from "../core/errors.ts";
import { toApiError } from "../http/errors.ts";
import { type FollowedSource, followSource } from "./follow.ts";
import { createInspectHandlers, type InspectOptions } from "./handlers.ts";
import { pageFolder, readPageFile } from "./page-files.ts";

export interface InspectorOptions extends InspectOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Default: the built page. */
  readonly pageFolder?: string;
}

export interface RunningInspector {
  /** With the token: whoever has it may read and undo. */
  readonly url: string;
  /** Leads to `url` once. For a command line that others on this machine can read. */
  readonly openUrl: string;
  close(): Promise<void>;
}

/** Bytes of a request: a receipt with the three files that it is about. */
const largestBody = 128 * 1024 * 1024;

/** Only this page's own files and answers, no inline script, no other page around it. Workers come from a blob of the page. */
const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Serves the page on loopback under a random token until `close`. Reaches nothing and is reached from this machine alone. */
export async function startInspector(options: InspectorOptions): Promise<RunningInspector> {
  const folder = options.pageFolder ?? pageFolder();
  const token = randomBytes(24).toString("base64url");
  const ticket = randomBytes(24).toString("base64url");
  const hosts: string[] = [];
  const app = inspectorApp({ ...options, folder, token, ticket, hosts });
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    serverOptions: { headersTimeout: 15_000, keepAliveTimeout: 5_000 },
  }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === "EADDRINUSE" ? "it is in use; choose another with `--port`" : cause.message;
      const message = `cannot listen on 127.0.0.1:${options.port}: ${why}.`;
      reject(new RedraftError("usage", message, { cause }));
    });
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  hosts.push(`127.0.0.1:${port}`, `localhost:${port}`);
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}/${token}/`,
    openUrl: `${origin}/open/${ticket}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface AppOptions extends InspectOptions {
  readonly folder: string;
  readonly token: string;
  readonly ticket: string;
  /** `Host` headers that are answered; filled when the port is known. */
  readonly hosts: readonly string[];
}

function inspectorApp(options: AppOptions): Hono {
  const { folder, token, hosts } = options;
  const handlers = createInspectHandlers(options);
  let ticket: string | undefined = options.ticket;
  const app = new Hono();

  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(securityHeaders)) context.header(name, value);
    // A name that leads to loopback must not pass for this machine, nor a page of another origin for this page.
    if (!hosts.includes(context.req.header("host") ?? "")) return turnedAway(context, 403);
    const origin = context.req.header("origin");
    if (origin !== undefined && !hosts.includes(origin.replace(/^http:\/\//, "")))
      return turnedAway(context, 403);
    await next();
  });
  app.get("/favicon.ico", (context) => context.body(null, 204));
  app.get("/open/:ticket", (context) => {
    if (ticket === undefined || !isSameSecret(context.req.param("ticket"), ticket))
      return turnedAway(context, 404);
    ticket = undefined;
    return context.redirect(`/${token}/`);
  });
  app.use("/:token/*", async (context, next) => {
    if (!isSameSecret(context.req.param("token"), token)) return turnedAway(context, 404);
    await next();
  });
  app.get("/:token/api/opened", async (context) => context.json(await handlers.opened()));
  app.get("/:token/api/events", followedEvents(options.opened.followed));
  app.get("/:token/api/log", async (context) => context.json(await handlers.log()));
  app.get("/:token/api/log/:id", async (context) =>
    context.json(await handlers.hunks(context.req.param("id"))),
  );
  app.use("/:token/api/*", bodyLimit({ maxSize: largestBody }));
  for (const name of ["undo", "write", "verify"] as const) {
    app.post(`/:token/api/${name}`, async (context) =>
      context.json(await handlers[name](await jsonBody(context))),
    );
  }
  const pageFile = async (context: Context, name: string): Promise<Response> => {
    const file = await readPageFile(folder, name);
    if (file === undefined) return turnedAway(context, 404);
    return context.body(file.bytes, 200, { "content-type": file.type });
  };
  app.get("/:token/", (context) => pageFile(context, "index.html"));
  app.get("/:token/:name", (context) => pageFile(context, context.req.param("name")));
  app.notFound((context) => turnedAway(context, 404));
  app.onError((error, context) => {
    const { status, body } = toApiError(error);
    return context.json(body, status as ContentfulStatusCode);
  });
  return app;
}

/** Pages that may follow at once. */
const mostFollowers = 8;

/** Server-sent events of what is followed. The next one is made when the last was taken. */
function followedEvents(followed: FollowedSource | undefined): (context: Context) => Response {
  let followers = 0;
  return (context) => {
    if (followed === undefined) return turnedAway(context, 404);
    if (followers >= mostFollowers) {
      throw new RedraftError("model-unavailable", `${followers} pages follow it already.`, {
        retryable: true,
      });
    }
    followers += 1;
    const ending = new AbortController();
    const messages = followSource(followed, ending.signal);
    const leave = (): void => {
      if (!ending.signal.aborted) followers -= 1;
      ending.abort();
    };
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const { value, done } = await messages.next();
            if (!done) {
              controller.enqueue(encoder.encode(`data: ${JSON.stringify(value)}\n\n`));
              return;
            }
            controller.close();
          } catch (error) {
            if (!ending.signal.aborted) controller.error(error);
          }
          leave();
        },
        cancel: leave,
      },
      { highWaterMark: 0 },
    );
    return context.body(body, 200, { "content-type": "text/event-stream; charset=utf-8" });
  };
}

/** Says nothing, so that a guess learns nothing. */
function turnedAway(context: Context, status: 403 | 404): Response {
  return context.text(status === 403 ? "Forbidden" : "Not found", status);
}

function isSameSecret(given: string | undefined, expected: string): boolean {
  const [one, other] = [Buffer.from(given ?? ""), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** A body of another type is refused: a page elsewhere may send those without asking. */
async function jsonBody(context: Context): Promise<unknown> {
  if (!/^application\/json\b/i.test(context.req.header("content-type") ?? "")) {
    throw new RedraftError("usage", "send the body as `content-type: application/json`.");
  }
  try {
    return await context.req.json();
  } catch (cause) {
    throw new RedraftError("usage", "the body is not JSON.", { cause });
  }
}
