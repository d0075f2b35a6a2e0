import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createIdScanner } from "./message-id.ts";
import { type StdioOptions, stdioTransport } from "./transport.ts";

interface Line {
  readonly id?: string | number | null;
  readonly error?: { readonly code: number; readonly message: string };
}

async function talk(options: Partial<StdioOptions> = {}) {
  const stdin = new PassThrough();
  const answers: Line[] = [];
  const stdout = new Writable({
    write(chunk, _, done) {
      answers.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const transport = stdioTransport({ stdin, stdout, ...options });
  const seen: unknown[] = [];
  transport.onmessage = (message) => void seen.push(message);
  await transport.start();
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
  return { stdin, stdout, answers, seen, transport, settled };
}

const call = (id: unknown, text = "x"): string =>
  `${JSON.stringify({ method: "tools/call", params: { text, id: 7, method: "no" }, jsonrpc: "2.0", id })}\n`;

describe("MCP on two streams", () => {
  it("takes messages in pieces of any size, several at once too", async () => {
    const { stdin, seen, settled } = await talk();
    const text = `${call(1, "ü\u{1f600}")}${call(2)}\r\n\n${call(3)}`;
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7) stdin.write(bytes.subarray(at, at + 7));
    await settled();
    expect(seen.map((message) => (message as { id: number }).id)).toEqual([1, 2, 3]);
    expect(seen[0]).toMatchObject({ params: { text: "ü\u{1f600}" } });
  });

  it.each([1, 'a"b', -3])(
    "answers a message that is too large by its id %j, and goes on",
    async (id) => {
      const { stdin, seen, answers, settled } = await talk({ maxMessageBytes: 1000 });
      const bytes = Buffer.from(call(id, '\\"{[,'.repeat(2000)));
      for (let at = 0; at < bytes.length; at += 500) stdin.write(bytes.subarray(at, at + 500));
      stdin.write(call(2));
      await settled();
      expect(answers).toMatchObject([
        { id, error: { code: -32600, message: expect.stringContaining("smaller parts") } },
      ]);
      expect(seen).toHaveLength(1);
    },
  );

  it("answers what is no message, and goes on", async () => {
    const { stdin, seen, answers, settled } = await talk();
    stdin.write("garbage\n");
    stdin.write(Buffer.from([0xff, 0xfe, 0x00, 0x0a]));
    stdin.write('{"half": \n');
    stdin.write('{"id":4}\n');
    stdin.write("[]\n");
    stdin.write(`${"[".repeat(100_000)}\n`);
    stdin.write(
      `{"jsonrpc":"2.0","id":5,"method":"x","params":${"[".repeat(100)}${"]".repeat(100)}}\n`,
    );
    stdin.write(call(6));
    await settled();
    expect(answers.map(({ id, error }) => [id, error!.code])).toEqual([
      [null, -32700],
      [null, -32700],
      [null, -32700],
      [4, -32600],
      [null, -32600],
      [null, -32600],
      [5, -32600],
    ]);
    expect(seen).toHaveLength(1);
  });

  it("bounds what waits for answers", async () => {
    const { stdin, seen, answers, transport, settled } = await talk({ maxPendingBytes: 1000 });
    stdin.write(call(1, "x".repeat(800)));
    stdin.write(call(2, "x".repeat(800)));
    await settled();
    expect(seen).toHaveLength(1);
    expect(answers).toMatchObject([{ id: 2, error: { code: -32000 } }]);
    await transport.send({ jsonrpc: "2.0", id: 1, result: {} });
    stdin.write(call(3, "x".repeat(800)));
    await settled();
    expect(seen).toHaveLength(2);
  });

  it("ends when the client closes either stream", async () => {
    for (const side of ["stdin", "stdout"] as const) {
      const parts = await talk();
      const closed = new Promise<void>((resolve) => {
        parts.transport.onclose = resolve;
      });
      if (side === "stdin") parts.stdin.end('{"jsonrpc":"2.0","id":1,"met');
      else parts.stdout.destroy(new Error("EPIPE"));
      await closed;
      await expect(parts.transport.send({ jsonrpc: "2.0", id: 1, result: {} })).rejects.toThrow();
    }
  });
});

describe("the id of a message that is not kept", () => {
  it.each([
    ['{"id":12,"method":"x"}', 12, true],
    ['{"method":"x","params":{"id":3,"a":[{"id":4}]},"id":"q"}', "q", true],
    ['{"method":"x","params":{"text":"\\"id\\":9, {[\\\\"}}', undefined, true],
    ['{"id":null,"result":{}}', undefined, false],
    ['{"id":{"id":5},"method":"x"}', undefined, true],
    ["no json", undefined, false],
  ])("%s", (text, id, isCall) => {
    const scanner = createIdScanner();
    for (const byte of Buffer.from(text)) scanner.feed(Uint8Array.of(byte));
    expect(scanner.found).toEqual({ id, isCall });
    const whole = createIdScanner();
    whole.feed(Buffer.from(text));
    expect(whole.found).toEqual({ id, isCall });
  });
});
