import { afterEach, expect, it } from "vitest";
import type { Token } from "../../src/core/target.ts";
import { fakeTarget } from "../../src/engines/fake.ts";
import { anchorPlanner } from "../../src/engines/openai/anchor-planner.ts";
import { openServerTokens } from "../../src/engines/openai/open.ts";
import { type RunningServer, startServer } from "../../src/http/serve.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { serveModel } from "../../src/redraft/serve-model.ts";
import { decode } from "../../src/verify/decode.ts";

let server: RunningServer | undefined;

afterEach(() => server?.close());

const source = Array.from({ length: 9 }, (_, n) => `line ${n} größer = ${n * n};\n`).join("");
const edited = source
  .replace("line 3 ", "line three ")
  .replace("line 6 größer", "line 6 kleiner 🙂")
  .replace("line 8 größer = 64;\n", "the end\n");
const prompt = `Edit this:\n${source}Edited:\n`;

/** A byte model that writes the edited text after the prompt, and something fixed after anything else. */
function editingModel() {
  const expected = [...Buffer.from(prompt + edited)];
  const begins = Buffer.byteLength(prompt);
  return fakeTarget({
    vocabSize: 257,
    end: 256,
    logits: (context: readonly Token[]) => {
      const row = new Float32Array(257);
      const fits = context.length >= begins && context.every((token, at) => token === expected[at]);
      row[fits ? (expected[context.length] ?? 256) : 33 + (context.length % 60)] = 9;
      return row;
    },
    capabilities: { contextSize: 16_384, maxVerify: 512 },
  });
}

const dialects = ["auto", "echo"] as const;

it.each(dialects)(
  "lets a client verify its drafts (%s): the same text, in few requests",
  async (dialect) => {
    server = await startServer({
      redraft: createRedraft(),
      model: serveModel({ target: editingModel() }),
      host: "127.0.0.1",
      port: 0,
      version: "0.0.0",
    });
    const baseUrl = `${server.url}/v1`;
    const plain = await fetch(`${baseUrl}/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt, max_tokens: 4000 }),
    });
    const { choices } = (await plain.json()) as { choices: { text: string }[] };
    expect(choices[0]!.text).toBe(edited);

    const target = await openServerTokens({ baseUrl, model: "fake", dialect });
    expect(target.dialect).toBe(dialect === "echo" ? "echo" : "vllm");
    const sequence = await target.open();
    const steps = decode(sequence, {
      request: {
        prompt: await target.tokenize(prompt, { special: true }),
        source: await target.tokenize(source),
      },
      planner: anchorPlanner(),
      capabilities: target.capabilities,
      maxTokens: 4000,
      isEnd: (token) => target.isEnd(token),
    });
    let step = await steps.next();
    while (step.done !== true) step = await steps.next();
    const text = Buffer.from(await target.detokenize(step.value.tokens)).toString("utf8");
    expect(text).toBe(edited);
    expect(step.value.finish).toBe("end");
    // Some 200 byte tokens: a request per token would be as many.
    expect(target.tally.requests).toBeLessThan(30);
  },
);
