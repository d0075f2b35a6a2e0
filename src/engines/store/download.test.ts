import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DownloadProgress, download } from "./download.ts";

const file = Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(300_000, "weights ")]);
const sha256 = createHash("sha256").update(file).digest("hex");

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let root: string;
let folder: string;
let handler: Handler;
let requests: { url: string; range: string | undefined }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-download-"));
  requests = [];
  server = createServer((request, response) => {
    requests.push({ url: request.url!, range: request.headers.range });
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** Serves `content` with ranges; `breakAfter` cuts the connection after so many bytes of each answer. */
function serve(
  content: Buffer,
  options: { etag?: string; breakAfter?: number; headers?: Record<string, string> } = {},
): Handler {
  const etag = options.etag ?? '"v1"';
  return (request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? Number.NaN);
    const partial = !Number.isNaN(from) && request.headers["if-range"] === etag;
    if (partial && from >= content.length) {
      response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
      return;
    }
    const body = content.subarray(partial ? from : 0);
    response.writeHead(partial ? 206 : 200, {
      etag,
      "content-length": body.length,
      ...(partial && {
        "content-range": `bytes ${from}-${content.length - 1}/${content.length}`,
      }),
      ...options.headers,
    });
    if (options.breakAfter !== undefined && body.length > options.breakAfter) {
      // Not at once: what fetch has taken and nobody has read yet is lost with the connection.
      response.write(body.subarray(0, options.breakAfter), () =>
        setTimeout(() => response.destroy(), 50),
      );
    } else response.end(body);
  };
}

const target = (): string => join(folder, "model.gguf");
const noWait = { wait: async () => {} };

describe("download", () => {
  it("writes the whole file under its name, and nothing else", async () => {
    handler = serve(file);
    const progress: DownloadProgress[] = [];
    const done = await download(`${root}/m.gguf`, target(), {
      sha256,
      onProgress: (p) => progress.push(p),
    });
    expect(done).toEqual({ path: target(), size: file.length, sha256, verified: true });
    expect(file.equals(await readFile(target()))).toBe(true);
    expect(await readdir(folder)).toEqual(["model.gguf"]);
    expect(progress.at(-1)).toEqual({ received: file.length, total: file.length });
  });

  it("goes on where a broken connection stopped, by itself", async () => {
    handler = serve(file, { breakAfter: 100_000 });
    const done = await download(`${root}/m.gguf`, target(), { sha256, ...noWait });
    expect(done.size).toBe(file.length);
    expect(file.equals(await readFile(target()))).toBe(true);
    expect(requests.length).toBeGreaterThan(2);
    expect(requests.slice(1).every((r) => /^bytes=[1-9]\d*-$/.test(r.range ?? ""))).toBe(true);
  });

  it("goes on in a later call", async () => {
    handler = serve(file, { breakAfter: 100_000 });
    await expect(
      download(`${root}/m.gguf`, target(), { retries: 0, ...noWait }),
    ).rejects.toMatchObject({ code: "engine-failed", retryable: true });
    const kept = (await stat(`${target()}.part`)).size;
    expect(kept).toBeGreaterThan(0);
    handler = serve(file);
    await download(`${root}/m.gguf`, target(), { sha256 });
    expect(requests.at(-1)!.range).toBe(`bytes=${kept}-`);
    expect(file.equals(await readFile(target()))).toBe(true);
  });

  it("starts anew when the file has changed on the server", async () => {
    handler = serve(Buffer.alloc(200_000, "old"), { etag: '"old"', breakAfter: 50_000 });
    await expect(
      download(`${root}/m.gguf`, target(), { retries: 0, ...noWait }),
    ).rejects.toBeDefined();
    handler = serve(file, { etag: '"new"' });
    await download(`${root}/m.gguf`, target(), { sha256 });
    expect(file.equals(await readFile(target()))).toBe(true);
  });

  it("does not mix parts of two addresses", async () => {
    handler = serve(Buffer.alloc(200_000, "other"), { breakAfter: 50_000 });
    await expect(
      download(`${root}/other.gguf`, target(), { retries: 0, ...noWait }),
    ).rejects.toBeDefined();
    handler = serve(file);
    await download(`${root}/m.gguf`, target(), { sha256 });
    expect(requests.at(-1)!.range).toBeUndefined();
  });

  it("finishes a part that was whole already", async () => {
    handler = serve(file);
    await writeFile(`${target()}.part`, file);
    await writeFile(
      `${target()}.part.json`,
      JSON.stringify({ url: `${root}/m.gguf`, validator: '"v1"' }),
    );
    await download(`${root}/m.gguf`, target(), { sha256 });
    expect(file.equals(await readFile(target()))).toBe(true);
  });

  it("throws away a file with the wrong digest", async () => {
    handler = serve(file);
    await expect(
      download(`${root}/m.gguf`, target(), { sha256: "0".repeat(64) }),
    ).rejects.toMatchObject({ code: "engine-failed", retryable: false });
    expect(await readdir(folder)).toEqual([]);
  });

  it("checks the digest that a hub publishes while it sends on to its storage", async () => {
    handler = (request, response) => {
      if (request.url === "/file") serve(file)(request, response);
      else
        response
          .writeHead(302, { location: "/file", "x-linked-etag": `"${"a".repeat(64)}"` })
          .end();
    };
    await expect(download(`${root}/m.gguf`, target())).rejects.toThrow(/aaaa.* was expected/);
    handler = (request, response) => {
      if (request.url === "/file") serve(file)(request, response);
      else response.writeHead(302, { location: "/file", "x-linked-etag": `"${sha256}"` }).end();
    };
    expect(await download(`${root}/m.gguf`, target())).toMatchObject({ verified: true });
  });

  it("refuses what is no GGUF", async () => {
    handler = serve(Buffer.from("<html>sign in</html>"));
    await expect(download(`${root}/m.gguf`, target())).rejects.toThrow(/not a GGUF/);
    expect(await readdir(folder)).toEqual([]);
  });

  it("repeats after a busy server, and not after a missing file", async () => {
    let calls = 0;
    handler = (request, response) => {
      calls++;
      if (calls < 3) response.writeHead(503).end();
      else serve(file)(request, response);
    };
    await download(`${root}/m.gguf`, target(), noWait);
    expect(calls).toBe(3);
    calls = 0;
    handler = (_request, response) => {
      calls++;
      response.writeHead(404).end();
    };
    await expect(download(`${root}/gone.gguf`, join(folder, "gone.gguf"), noWait)).rejects.toThrow(
      /404/,
    );
    expect(calls).toBe(1);
  });

  it("stops on the signal and keeps what arrived", async () => {
    const abort = new AbortController();
    handler = (_request, response) => {
      response.writeHead(200, { etag: '"v1"', "content-length": file.length });
      response.write(file.subarray(0, 80_000));
    };
    const running = download(`${root}/m.gguf`, target(), {
      signal: abort.signal,
      onProgress: ({ received }) => {
        if (received >= 80_000) abort.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect((await stat(`${target()}.part`)).size).toBe(80_000);
  });
});
