import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Planner } from "../src/core/plan.ts";
import type { TokenTarget } from "../src/core/target.ts";
import { anchorPlanner } from "../src/engines/openai/anchor-planner.ts";
import { openServerTokens } from "../src/engines/openai/open.ts";
import { decode } from "../src/verify/decode.ts";
import {
  type EchoModel,
  type EchoServer,
  type EchoStyle,
  echoServer,
} from "./support/echo-server.ts";

/** Beginnings of each other among them, so that texts come about that the tokenizer cuts in another way. */
const anyWords = [
  "return",
  " x",
  " =",
  "\n",
  "    ",
  "if",
  " größe",
  " 🙂",
  "🙃",
  "(",
  ")",
  " y",
  "日本",
  "1",
];
const separateWords = [" return", " x", "=", "\n", " if", "(", ")", " y", "1", ":", "."];

/** Words and blanks in one token each, every byte beyond ASCII alone: characters are cut in the middle all the time. */
function split(text: Buffer): Buffer[] {
  const found = text.toString("latin1").match(/ ?[a-z]+| +|\n|[\u0080-\u00ff]|./gs) ?? [];
  return found.map((one) => Buffer.from(one, "latin1"));
}

/** Writes words chosen by a hash of the last bytes, so that any wrong byte of the context changes what follows. */
function hashModel(
  seed: number,
  length: number,
  promptLength: number,
  words: readonly string[] = anyWords,
): EchoModel {
  function next(text: Buffer): Buffer | null {
    const unfinished = incomplete(text);
    if (unfinished) return unfinished;
    // Other texts than the test's own, such as the client's probes, have no end.
    const isOwn = text.subarray(0, 4).toString() === "head";
    if (isOwn && text.length - promptLength >= length) return null;
    let hash = seed;
    for (const byte of text.subarray(-5)) hash = Math.imul(hash ^ byte, 0x85ebca6b) ^ (hash >>> 13);
    return split(Buffer.from(words[(hash >>> 3) % words.length]!))[0]!;
  }
  return { split, next };
}

/** The byte that goes on with a character that the text has begun. */
function incomplete(text: Buffer): Buffer | undefined {
  if ((text.at(-1) ?? 0) < 0x80) return undefined;
  for (const word of ["ö", "ß", "🙂", "🙃", "日", "本"]) {
    const bytes = Buffer.from(word);
    for (let size = bytes.length - 1; size > 0; size--) {
      if (text.subarray(-size).equals(bytes.subarray(0, size)))
        return bytes.subarray(size, size + 1);
    }
  }
  return undefined;
}

async function plain(server: EchoServer, prompt: string): Promise<string> {
  const response = await fetch(`${server.url}/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "echo", prompt, max_tokens: 2000, temperature: 0 }),
  });
  const answer = (await response.json()) as { choices: { text: string }[] };
  return answer.choices[0]!.text;
}

async function drafted(
  target: TokenTarget,
  prompt: string,
  source: string,
  planner: Planner,
  stop?: string,
) {
  const request = {
    prompt: await target.tokenize(prompt, { special: true }),
    source: await target.tokenize(source),
  };
  const sequence = await target.open();
  const steps = decode(sequence, {
    request,
    planner,
    capabilities: target.capabilities,
    maxTokens: 3000,
    isEnd: (token) => target.isEnd(token),
    detokenize: (tokens) => target.detokenize(tokens),
    ...(stop !== undefined && { stop: [stop] }),
  });
  let streamed = "";
  for (;;) {
    const step = await steps.next();
    if (!step.done) streamed += step.value.text;
    if (step.done) {
      const text = Buffer.from(await target.detokenize(step.value.tokens)).toString("utf8");
      return { text, streamed, finish: step.value.finish, tokens: step.value.tokens.length };
    }
  }
}

/** Changes some places of a text, so that it drafts well and not too well. */
function mutate(text: string, seed: number): string {
  const lines = text.split(/(?<=\n)/);
  return lines
    .map((line, i) => (Math.imul(i + seed, 0x9e3779b1) >>> 28 < 3 ? `${line}zz` : line))
    .join("");
}

/** Drafts some stretch of the source, wherever it stands. */
function wildPlanner(seed: number): Planner {
  let source: readonly number[] = [];
  return {
    name: "wild",
    begin(request) {
      source = request.source ?? [];
    },
    plan({ output }, limits) {
      const hash = Math.imul(output.length + seed, 0x9e3779b1) >>> 16;
      const at = hash % Math.max(1, source.length);
      const tokens = source.slice(at, at + Math.min(limits.nodes, hash % 40));
      return {
        nodes: tokens.map((token, i) => ({ token, parent: i - 1 })),
        origins: tokens.map(() => "source" as const),
        draftForwards: 0,
      };
    },
  };
}

describe.each<EchoStyle>(["openai", "llama-cpp-python", "redraft", "vllm", "sglang"])(
  "verifying over a completions API (%s)",
  (style) => {
    it("writes what the server writes by itself, whatever is drafted", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(1_000_000),
          fc.integer({ min: 0, max: 160 }),
          async (seed, length) => {
            const prompt = `head 🙂 ${seed}\n`;
            const model = hashModel(seed, length, Buffer.byteLength(prompt));
            const server = await echoServer(model, style);
            try {
              const expected = await plain(server, prompt);
              for (const planner of [
                anchorPlanner(),
                anchorPlanner({ near: 1, far: 1 }),
                wildPlanner(seed),
              ]) {
                const target = await openServerTokens({ baseUrl: server.url, logprobShift: 0 });
                const result = await drafted(target, prompt, mutate(expected, seed), planner);
                expect(result.text).toBe(expected);
                expect(result.streamed).toBe(expected);
                expect(result.finish).toBe("end");
              }
            } finally {
              await server.close();
            }
          },
        ),
        { numRuns: 3 },
      );
    });

    it("streams characters whole, and ends at a stop string, where tokens cut both", async () => {
      const words = ["ö", "🙂", "y", "🙃", "日", "本", " "];
      const server = await echoServer(hashModel(23, 400, 5, words), style);
      const expected = await plain(server, "head\n");
      // Seven bytes, which stand there for the first time some way in.
      const stop = "日🙂";
      expect(expected.indexOf(stop)).toBeGreaterThan(15);
      const target = await openServerTokens({ baseUrl: server.url, logprobShift: 0 });
      const result = await drafted(target, "head\n", expected, anchorPlanner(), stop);
      expect(result.streamed).toBe(expected.slice(0, expected.indexOf(stop)));
      expect(result.finish).toBe("stop");
      await server.close();
    });

    it("takes few requests where the source is right, and counts them", async () => {
      const prompt = "head\n";
      const server = await echoServer(hashModel(7, 1500, 5, separateWords), style);
      const expected = await plain(server, prompt);
      const target = await openServerTokens({ baseUrl: server.url });
      const before = server.requests.length;
      const result = await drafted(target, prompt, expected, anchorPlanner());
      expect(result.text).toBe(expected);
      const made = server.requests.slice(before);
      expect(made.length).toBe(target.tally.requests);
      expect(target.tally.completionTokens).toBe(
        made.reduce((sum, { written }) => sum + written, 0),
      );
      expect(result.tokens).toBeGreaterThan(500);
      expect(made.length).toBeLessThan(6);
      await server.close();
    });

    it("recovers from an overloaded server", async () => {
      const server = await echoServer(hashModel(3, 300, 5), style);
      const expected = await plain(server, "head\n");
      const shaky = await echoServer(hashModel(3, 300, 5), style, { failFirst: 2 });
      const target = await openServerTokens({
        baseUrl: shaky.url,
        logprobShift: 0,
        wait: async () => {},
      });
      expect((await drafted(target, "head\n", expected, anchorPlanner())).text).toBe(expected);
      await server.close();
      await shaky.close();
    });
  },
);

it("has the rest written by a server that does not tell its context, behind a prompt of any length", async () => {
  const prompt = `head\n${"x = 1\n".repeat(1200)}`;
  // Words that the tokenizer joins: what the model wrote comes back cut in another way.
  const server = await echoServer(hashModel(3, 600, prompt.length), "openai");
  const expected = await plain(server, prompt);
  const target = await openServerTokens({ baseUrl: server.url, logprobShift: 0 });
  const result = await drafted(target, prompt, expected.slice(0, 50), anchorPlanner());
  expect(result.text).toBe(expected);
  await server.close();
});

describe("finding out what a server can", () => {
  const model = (): EchoModel => hashModel(7, 900, 5, separateWords);

  it("sees likelihoods that are laid one off, and reads them right", async () => {
    const server = await echoServer(model(), "llama-cpp-python", { oneOff: true });
    const expected = await plain(server, "head\n");
    const target = await openServerTokens({ baseUrl: server.url });
    const before = server.requests.length;
    const result = await drafted(target, "head\n", mutate(expected, 3), anchorPlanner());
    expect(result.text).toBe(expected);
    expect(server.requests.length - before).toBeLessThan(result.tokens / 8);
    await server.close();
  });

  it("refuses a server that does not repeat the prompt", async () => {
    const server = await echoServer(model(), "openai", { noEcho: true });
    await expect(openServerTokens({ baseUrl: server.url })).rejects.toMatchObject({
      code: "model-unavailable",
      message: expect.stringContaining("does not repeat the prompt"),
    });
    await server.close();
  });

  it("refuses what it was not asked to do well", async () => {
    const server = await echoServer(model());
    const target = await openServerTokens({ baseUrl: server.url });
    const sequence = await target.open();
    await sequence.append(await target.tokenize("head\n"));
    await expect(sequence.verify([], { topK: 3 })).rejects.toMatchObject({ code: "usage" });
    await server.close();
  });
});
