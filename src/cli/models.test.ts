import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { modelsCommand } from "./models.ts";
import { progressBar } from "./progress.ts";

const file = Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(50_000, "weights ")]);
const sha256 = createHash("sha256").update(file).digest("hex");

let server: Server;
let folder: string;
let url: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-models-"));
  vi.stubEnv("REDRAFT_MODELS", folder);
  server = createServer((_request, response) => {
    response.writeHead(200, { "content-length": file.length }).end(file);
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
    expect((await models("list", "--json")).out).toBe((await models("--json")).out);
    expect(listed.models).toContainEqual(expect.objectContaining({ name: "tiny" }));
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
