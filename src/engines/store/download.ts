import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { access, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RedraftError } from "../../core/errors.ts";

export interface DownloadProgress {
  /** Bytes on disk, those of an earlier attempt included. */
  readonly received: number;
  /** Bytes of the whole file; absent when the server does not say. */
  readonly total?: number;
}

export interface DownloadOptions {
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Expected SHA-256 in hex. Without it the hub's own (its `x-linked-etag`) is checked where there is one. */
  readonly sha256?: string;
  /** Attempts after a broken connection or a busy server, each going on where the last one stopped. Default 5. */
  readonly retries?: number;
  /** Waits before attempt n (1 = the first repeat). Default: 0.5 s doubling, at most 8 s. */
  readonly wait?: (attempt: number, signal?: AbortSignal) => Promise<void>;
}

export interface Downloaded {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** Whether the digest was compared with one that was given or published; a bare digest proves nothing. */
  readonly verified: boolean;
}

/** What is known of an unfinished download, kept beside it so that another process can go on. */
interface Resume {
  readonly url: string;
  readonly validator?: string;
  readonly published?: string;
}

/**
 * Downloads a file to `path`. What has arrived is kept as `path.part` and resumed (also by a later call) as long as the
 * server still has the same file; the file appears under its name only when it is whole and its digest is right.
 *
 * @throws RedraftError `engine-failed` when the server fails or the file is not what was asked for,
 *   `cancelled` on the signal, `file-error` when the disk refuses.
 */
export async function download(
  url: string,
  path: string,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const part = `${path}.part`;
  const notes = `${path}.part.json`;
  await onDisk(() => mkdir(dirname(path), { recursive: true }), dirname(path));
  const retries = options.retries ?? 5;
  const wait = options.wait ?? waitDoubling;
  let state: Resume;
  for (let attempt = 0; ; attempt++) {
    if (attempt > 0) await wait(attempt, options.signal).catch(() => {});
    if (options.signal?.aborted) throw cancelledDownload(url, await sizeOf(part));
    try {
      state = await receive(url, part, notes, await readResume(notes, url), options);
      break;
    } catch (error) {
      if (options.signal?.aborted) throw cancelledDownload(url, await sizeOf(part));
      if (!RedraftError.is(error) || !error.retryable || attempt >= retries) throw error;
    }
  }
  const sha256 = await digest(part, options.signal);
  const expected = (options.sha256 ?? state.published)?.toLowerCase();
  if (expected && expected !== sha256) {
    await discard(part, notes);
    throw new RedraftError(
      "engine-failed",
      `${url} arrived with SHA-256 ${sha256}, but ${expected} was expected; it was deleted. ` +
        "Try again, and check the expected digest if it happens again",
    );
  }
  if (!(await isGguf(part))) {
    await discard(part, notes);
    throw new RedraftError(
      "engine-failed",
      `${url} is not a GGUF file (its first bytes are not "GGUF")`,
    );
  }
  const size = await sizeOf(part);
  await onDisk(() => rename(part, path), path);
  await rm(notes, { force: true });
  return { path, size, sha256, verified: expected !== undefined };
}

/** One attempt: asks for what is missing and appends it. Returns once the file is whole. */
async function receive(
  url: string,
  part: string,
  notes: string,
  state: Resume,
  options: DownloadOptions,
): Promise<Resume> {
  const { fetch = globalThis.fetch, signal, onProgress } = options;
  const have = state.validator ? await sizeOf(part) : 0;
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (have > 0) {
    headers.range = `bytes=${have}-`;
    headers["if-range"] = state.validator!; // a changed file is sent anew from its first byte
  }
  const { response, published: linked } = await followRedirects(
    url,
    { headers, ...(signal && { signal }) },
    fetch,
  );
  if (response.status === 416 && have > 0) {
    const whole = Number(response.headers.get("content-range")?.split("/")[1]);
    if (whole === have) return state;
    await discard(part, notes);
    throw failed(`${url} changed while it was downloaded`, true);
  }
  if (!response.ok) {
    await response.body?.cancel();
    const busy = response.status === 429 || response.status >= 500;
    throw failed(`${url} answered ${response.status} ${response.statusText}`.trimEnd(), busy);
  }
  const resumed = response.status === 206 && rangeStart(response) === have;
  if (response.status === 206 && !resumed) {
    await response.body?.cancel();
    await discard(part, notes);
    throw failed(`${url} sent another part of the file than was requested`, true);
  }
  const published = linked ?? (resumed ? state.published : undefined);
  const validator = validatorOf(response) ?? (resumed ? state.validator : undefined);
  const now: Resume = { url, ...(validator && { validator }), ...(published && { published }) };
  await onDisk(() => writeFile(notes, JSON.stringify(now)), notes);
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  const total = Number.isFinite(length) ? (resumed ? have : 0) + length : undefined;
  const received = await append(response, part, resumed ? have : 0, total, onProgress);
  if (total !== undefined && received !== total) {
    throw failed(`${url} stopped after ${received} of ${total} bytes`, true);
  }
  return now;
}

/** Follows redirects by hand: a hub publishes the digest on the answer that sends on to the storage server. */
async function followRedirects(
  url: string,
  init: RequestInit,
  fetch: typeof globalThis.fetch,
): Promise<{ response: Response; published: string | undefined }> {
  let published: string | undefined;
  let at = url;
  for (let hop = 0; hop < 10; hop++) {
    let response: Response;
    try {
      response = await fetch(at, { ...init, redirect: "manual" });
    } catch (error) {
      throw failed(`cannot reach ${at}: ${reason(error)}`, true, error);
    }
    published ??= publishedDigest(response);
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || !location) return { response, published };
    await response.body?.cancel();
    at = new URL(location, at).href;
  }
  throw failed(`${url} redirects in circles`, false);
}

async function append(
  response: Response,
  part: string,
  from: number,
  total: number | undefined,
  onProgress: DownloadOptions["onProgress"],
): Promise<number> {
  const file = await onDisk(() => open(part, from > 0 ? "r+" : "w"), part);
  let received = from;
  const report = (): void => onProgress?.({ received, ...(total !== undefined && { total }) });
  try {
    report();
    const reader = response.body?.getReader();
    while (reader) {
      let chunk: Awaited<ReturnType<typeof reader.read>>;
      try {
        chunk = await reader.read();
      } catch (error) {
        throw failed(`the connection broke after ${received} bytes: ${reason(error)}`, true, error);
      }
      if (chunk.done) break;
      let offset = 0;
      while (offset < chunk.value.length) {
        const data = chunk.value;
        const at = offset;
        const { bytesWritten } = await onDisk(
          () => file.write(data, at, data.length - at, received + at),
          part,
        );
        offset += bytesWritten;
      }
      received += chunk.value.length;
      report();
    }
  } finally {
    await file.close();
  }
  return received;
}

function rangeStart(response: Response): number | undefined {
  const match = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  return match ? Number(match[1]) : undefined;
}

/** Only a strong validator can promise that two parts belong together. */
function validatorOf(response: Response): string | undefined {
  const tag = response.headers.get("etag");
  if (tag && !tag.startsWith("W/")) return tag;
  return response.headers.get("last-modified") ?? undefined;
}

/** Hubs publish the SHA-256 of large files as the (linked) entity tag. */
function publishedDigest(response: Response): string | undefined {
  for (const name of ["x-linked-etag", "x-checksum-sha256", "etag"]) {
    const value = response.headers.get(name)?.replace(/^W\//, "").replaceAll('"', "");
    if (value && /^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  }
  return undefined;
}

async function readResume(notes: string, url: string): Promise<Resume> {
  try {
    const read = JSON.parse(await readFile(notes, "utf8")) as Resume;
    if (read.url === url) return read;
  } catch {
    // no notes, or unreadable ones: start from the first byte
  }
  return { url };
}

/** SHA-256 of a file, in hex. */
export async function digest(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, signal ? { signal } : {})) hash.update(chunk);
  return hash.digest("hex");
}

/** Whether a file begins as a GGUF. */
export async function isGguf(path: string): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString("latin1") === "GGUF";
  } finally {
    await file.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  return access(path).then(
    async () => (await stat(path)).size,
    () => 0,
  );
}

async function discard(...paths: string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}

async function waitDoubling(attempt: number, signal?: AbortSignal): Promise<void> {
  await delay(Math.min(8000, 250 * 2 ** attempt), undefined, signal ? { signal } : {});
}

async function onDisk<T>(work: () => Promise<T>, path: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new RedraftError("file-error", `cannot write ${path}: ${reason(error)}`, {
      cause: error,
    });
  }
}

function reason(error: unknown): string {
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  return (
    cause instanceof Error ? cause : error instanceof Error ? error : new Error(String(error))
  ).message;
}

function failed(message: string, retryable: boolean, cause?: unknown): RedraftError {
  return new RedraftError("engine-failed", message, { retryable, cause });
}

function cancelledDownload(url: string, kept: number): RedraftError {
  return new RedraftError(
    "cancelled",
    `the download of ${url} was cancelled; ${kept} bytes are kept, and the same command resumes from there`,
  );
}
