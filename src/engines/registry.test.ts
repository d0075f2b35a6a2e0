import { afterAll, describe, expect, it } from "vitest";
import { type EchoModel, type EchoStyle, echoServer } from "../../test/support/echo-server.ts";
import { hasEngine } from "../../test/support/native.ts";
import { modelFolder } from "../../test/support/tiny-models.ts";
import type { TokenTarget } from "../core/target.ts";
import { type TargetConformanceOptions, targetConformance } from "../testing/target-conformance.ts";
import { type EngineName, engineOf, engines } from "./registry.ts";

const models = modelFolder();
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
  await (await llama)?.dispose();
  models.remove();
});

/** Writes a word by a hash of the last bytes. */
const model: EchoModel = {
  split: (text) =>
    (text.toString("latin1").match(/[a-z]+|./gs) ?? []).map((one) => Buffer.from(one, "latin1")),
  next(text) {
    let hash = 7;
    for (const byte of text.subarray(-5)) hash = Math.imul(hash ^ byte, 0x85ebca6b) ^ (hash >>> 13);
    return Buffer.from(["return", " ", "(", ")", "\n", "1"][(hash >>> 3) % 6]!);
  },
};

async function addressOf(scheme: string, style: EchoStyle): Promise<string> {
  const server = await echoServer(model, style);
  closing.push(server.close);
  return `${scheme}${server.url}`;
}

/** One process for all cases. */
let llama: Promise<TokenTarget> | undefined;

interface Fixture extends TargetConformanceOptions {
  readonly skip?: boolean;
  open(): Promise<TokenTarget>;
}

/** How each registered engine is opened here; the type asks for one per engine. */
const fixtures: Readonly<Record<EngineName, Fixture>> = {
  gguf: {
    skip: !hasEngine,
    // Attention adds up in 16 bits, in the order of the cache's cells, which differs where others write too: .0094 was seen.
    tolerance: 2e-2,
    async open() {
      llama ??= engines.gguf.openTokens(models.file("tiny"), { threads: 1, outputs: 4 });
      return { ...(await llama), dispose: async () => {} };
    },
  },
  http: {
    greedy: true,
    open: async () => engines.http.openTokens(await addressOf("", "openai"), { logprobShift: 0 }),
  },
  vllm: {
    greedy: true,
    open: async () => engines.vllm.openTokens(await addressOf("vllm:", "vllm")),
  },
  sglang: {
    greedy: true,
    open: async () => engines.sglang.openTokens(await addressOf("sglang:", "sglang")),
  },
  echo: {
    greedy: true,
    open: async () =>
      engines.echo.openTokens(await addressOf("echo:", "openai"), { logprobShift: 0 }),
  },
};

describe.each(Object.entries(fixtures))(
  "engine %s",
  (_, { open, skip: unavailable, ...options }) => {
    for (const { name, run, skip } of targetConformance(open, options)) {
      it.skipIf(unavailable || skip)(name, run);
    }
  },
);

describe("engineOf", () => {
  it.each<[string, EngineName | undefined]>([
    ["model.gguf", "gguf"],
    ["/models/Q8.GGUF", "gguf"],
    ["http://localhost:8000", "http"],
    ["https://host/v1#name", "http"],
    ["vllm:http://localhost:8000", "vllm"],
    ["sglang:https://host", "sglang"],
    ["echo:http://localhost:8080/v1", "echo"],
    ["vllm:model.gguf", "gguf"],
    ["vllm:", undefined],
    ["default", undefined],
    ["qwen", undefined],
  ])("%s is for %s", (address, name) => {
    expect(engineOf(address)).toBe(name);
  });
});
