/** Serves a target of your own, checked against the conformance suite first. */
import assert from "node:assert/strict";
import { createRedraft } from "redraft-edit";
import { serveModel, startServer } from "redraft-edit/http";
import { fakeTarget, targetConformance } from "redraft-edit/testing";

const vocabSize = 257;
const make = () => fakeTarget({ vocabSize, end: 256 });
for (const { run } of targetConformance(make)) await run();

const server = await startServer({
  redraft: createRedraft(),
  model: serveModel({ target: make() }),
  host: "127.0.0.1",
  port: 0,
  version: "example",
});
const response = await fetch(`${server.url}/v1/completions`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ prompt: "hello", max_tokens: 4, echo: true, logprobs: 1 }),
});
const { choices } = (await response.json()) as { choices: [{ text: string }] };
assert.ok(choices[0].text.startsWith("hello"));
await server.close();
