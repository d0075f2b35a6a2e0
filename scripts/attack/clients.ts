import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { AttackRequest } from "./requests.ts";

/** Sends a request on a connection of its own and gives the status of the answer; 0 = the connection was closed instead. */
export function send(url: URL, { path, body }: AttackRequest): Promise<number> {
  return new Promise((resolve) => {
    const bytes = Buffer.from(body as string);
    const sending = request({
      host: url.hostname,
      port: url.port,
      method: "POST",
      path,
      agent: false,
      headers: { "content-type": "application/json", "content-length": bytes.length },
    });
    sending.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(response.statusCode ?? 0));
    });
    sending.on("error", () => resolve(0));
    sending.end(bytes);
  });
}

export interface Health {
  readonly count: number;
  readonly failed: number;
  /** In ms. */
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

export interface HealthPoll {
  /** What was measured since the last time. */
  take(): Health;
  stop(): void;
}

/** Asks for `/health` all the time, from a process of its own: this one is busy with the attack. */
export async function pollHealth(url: URL): Promise<HealthPoll> {
  const script = fileURLToPath(new URL("health.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), script, url.href],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let times: number[] = [];
  const lines = createInterface(child.stdout);
  lines.on("line", (line) => void times.push(Number(line)));
  await once(lines, "line");
  return {
    take() {
      const answered = times.filter((ms) => ms >= 0).sort((a, b) => a - b);
      const failed = times.length - answered.length;
      times = [];
      const at = (share: number): number =>
        answered[Math.min(answered.length - 1, Math.floor(answered.length * share))] ?? Number.NaN;
      return {
        count: answered.length,
        failed,
        p50: at(0.5),
        p99: at(0.99),
        most: answered.at(-1) ?? 0,
      };
    },
    stop: () => void child.kill(),
  };
}

/** Requests that begin a large body and never end it. */
export function unfinished(url: URL, count: number, bytes: number): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connect(Number(url.port), url.hostname);
    socket.on("error", () => {});
    socket.write(
      `POST /v1/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${bytes + 1000}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(bytes, 0x20));
    socket.resume();
    return socket;
  });
}

/** Connections that send a header, or a body, a byte at a time. */
export function slowLoris(url: URL, count: number, part: "header" | "body"): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connect(Number(url.port), url.hostname);
    const head =
      part === "header"
        ? "POST /v1/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: "
        : "POST /v1/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n";
    socket.write(head);
    const timer = setInterval(() => socket.write("a"), 1000);
    socket.on("error", () => {});
    socket.on("close", () => clearInterval(timer));
    socket.resume();
    return socket;
  });
}
