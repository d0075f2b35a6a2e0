import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { RedraftError } from "../core/errors.ts";
import { createApp } from "./app.ts";
import { defaultLimits, type HttpOptions } from "./options.ts";

export interface ServeOptions extends HttpOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** How long a shutdown waits for running requests before it aborts them, in ms. */
  readonly graceMs?: number;
  /** How long a client may take to send its request, in ms. */
  readonly receiveMs?: number;
}

export interface RunningServer {
  readonly url: string;
  /** Accepts no more requests, lets running ones finish for the grace period, then aborts them. */
  close(): Promise<void>;
}

const loopback = new Set(["127.0.0.1", "::1", "localhost"]);

/** Opens the port and serves until `close`. */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const open = (options.apiKeys ?? []).length === 0;
  const guarded = open && loopback.has(options.host);
  const app = createApp({
    ...options,
    // Without a key, only the names of this machine reach a loopback server, so no web page can.
    ...(guarded && options.allowedHosts === undefined
      ? { allowedHosts: ["localhost", "127.0.0.1", "[::1]"] }
      : {}),
  });
  const receiveMs = options.receiveMs ?? 60_000;
  const server = createAdaptorServer({
    fetch: app.app.fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      requestTimeout: receiveMs,
      headersTimeout: Math.min(receiveMs, 15_000),
      keepAliveTimeout: 10_000,
      connectionsCheckingInterval: Math.min(receiveMs, 5_000),
    },
  }) as Server;
  server.maxConnections = { ...defaultLimits, ...options.limits }.maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === "EADDRINUSE" ? "it is in use; choose another with `--port`" : cause.message;
      const message = `Cannot listen on ${options.host}:${options.port}: ${why}.`;
      reject(new RedraftError("usage", message, { cause }));
    });
    server.listen(options.port, options.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host}:${port}`,
    close: () => {
      closing ??= shutDown(server, app, options.graceMs ?? 10_000);
      return closing;
    },
  };
}

async function shutDown(
  server: Server,
  app: ReturnType<typeof createApp>,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  app.drain();
  server.closeIdleConnections();
  const end = setTimeout(() => {
    app.abort();
    // The aborted requests still answer; clients that do not read the answer are cut off.
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  }, graceMs);
  end.unref();
  // Connections that become idle by finishing their last request would otherwise stay for the keep-alive time.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  await closed;
  clearTimeout(end);
  clearInterval(idle);
}
