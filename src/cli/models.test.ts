import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { modelsCommand } from "./models.ts";
import { progressBar } from "./progress.ts";

const file = Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(50_000, "weights ")]);
const sha256 = createHash("sha256").update(file).digest("hex");

const etag = '"one"';
const ranges: string[] = [];

let server: Server;
let folder: string;
let url: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-models-"));
  vi.stubEnv("REDRAFT_MODELS", folder);
  ranges.length = 0;
  server = createServer(({ headers }, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
    if (headers.range) ranges.push(headers.range);
    const part = file.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": part.length,
      etag,
      ...(from > 0 && { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` }),
    });
    response.end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function models(...words: string[]): Promise<{ out: string; notes: string }> {
  let out = "";
  let notes = "";
  const command = modelsCommand({
    out: (text) => {
      out += text;
    },
    note: (text) => {
      notes += text;
    },
    terminal: true,
  });
  await command.exitOverride().parseAsync(words, { from: "user" });
  return { out, notes };
}

describe("redraft models", () => {
  it("downloads with a bar, lists and removes", async () => {
    const done = await models("download", `${url}/tiny.gguf`, "--sha256", sha256);
    expect(done.out).toContain(sha256);
    expect(done.out).toContain("checksum ok");
    expect(done.notes).toMatch(/\[=+\] 100 %/);
    expect((await models()).out).toMatch(/^tiny .* downloaded /m);
    expect((await models("list")).out).toBe((await models()).out);
    expect((await models("remove", "tiny")).out).toContain("tiny.gguf");
    expect(await readdir(folder)).toEqual([]);
  });

  it("prints JSON without a bar", async () => {
    const { out, notes } = await models("download", `${url}/tiny.gguf`, "--json");
    expect(JSON.parse(out)).toMatchObject({ name: "tiny", size: file.length, verified: false });
    expect(notes).toBe("");
    const listed = JSON.parse((await models("--json")).out) as {
      folder: string;
      models: unknown[];
    };
    expect(listed.folder).toBe(folder);
    expect(JSON.parse((await models("list", "--json")).out)).toMatchObject({
      models: listed.models,
    });
    expect(listed.models).toContainEqual(expect.objectContaining({ name: "tiny" }));
  });

  it("adds a file by a link, and refuses one that is not what the alias means", async () => {
    const path = join(folder, "..", `${basename(folder)}.bin`);
    await writeFile(path, file);
    try {
      await expect(models("add", "qwen-0.5b", path)).rejects.toMatchObject({ code: "file-error" });
      expect((await models("add", "mine", path)).out).toContain(
        `SHA-256 ${sha256} (no checksum known)`,
      );
      expect((await models()).out).toMatch(/^mine .* added /m);
      expect((await models("remove", "mine")).out).toContain("mine.gguf");
      expect(await readFile(path)).toEqual(file);
    } finally {
      await rm(path, { force: true });
    }
  });

  it("lists the known models: what they need, whether they fit, their licence", async () => {
    const { out, notes } = await models();
    expect(out).toMatch(
      /^qwen-0\.5b +491\.4 MB {2}needs 802 MB: (?:fits|does not fit).*; not installed; .*Apache-2\.0/m,
    );
    expect(notes).toMatch(/of memory available: /);
    const { known } = JSON.parse((await models("--json")).out) as { known: object[] };
    expect(known).toContainEqual(
      expect.objectContaining({ name: "qwen-7b", licence: "Apache-2.0", installed: false }),
    );
  });

  it("goes on with a download that broke off, and knows the sum of an alias", async () => {
    vi.stubEnv("REDRAFT_HUB", url);
    const half = file.length >> 1;
    await writeFile(join(folder, "seed-coder-8b.gguf.part"), file.subarray(0, half));
    const source = `${url}/unsloth/Seed-Coder-8B-Instruct-GGUF/resolve/main/Seed-Coder-8B-Instruct-Q4_K_M.gguf`;
    const notes = JSON.stringify({ url: source, validator: etag });
    await writeFile(join(folder, "seed-coder-8b.gguf.part.json"), notes);
    expect((await models("download", "seed-coder-8b")).out).toContain(sha256);
    expect(ranges).toEqual([`bytes=${half}-`]);
    expect(await readFile(join(folder, "seed-coder-8b.gguf"))).toEqual(file);
    await expect(models("download", "qwen-0.5b")).rejects.toThrow(/but 1d96.* was expected/);
    expect(await readdir(folder)).toEqual(["seed-coder-8b.gguf"]);
  });

  it("takes hub names from the hub that the environment names", async () => {
    vi.stubEnv("REDRAFT_HUB", url);
    await models("download", "owner/repository/tiny.gguf");
    expect(await readdir(folder)).toEqual(["tiny.gguf"]);
  });
});

describe("progressBar", () => {
  it("draws at most ten times a second, the end always", () => {
    const drawn: string[] = [];
    let time = 0;
    const bar = progressBar(
      (text) => void drawn.push(text),
      () => time,
    );
    for (let received = 0; received <= 1000; received += 10) {
      bar.show({ received: received * 1000, total: 1_000_000 });
      time += 10;
    }
    bar.end();
    bar.end();
    expect(drawn.length).toBeLessThan(15);
    expect(drawn.at(-2)).toContain("100 %");
    expect(drawn.at(-1)).toBe("\n");
  });
});
