/** The HTTP server inside a program, asked through plain fetch; any OpenAI client works the same way. */
import assert from "node:assert/strict";
import { createRedraft } from "redraft-edit";
import { startServer } from "redraft-edit/http";

const server = await startServer({
  redraft: createRedraft(),
  host: "127.0.0.1",
  port: 0,
  version: "example",
});
const content = `<instruction>I make it three.</instruction>
<code>one\ntwo\nfour\n</code>
<update>two\nthree\n</update>`;
const response = await fetch(`${server.url}/v1/chat/completions`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model: "auto", messages: [{ role: "user", content }] }),
});
const answer = (await response.json()) as {
  choices?: [{ message: { content: string } }];
  error?: { code: string };
};
// Is `four` replaced or kept? The update does not say, so whatever comes back is never a silent guess.
if (response.status === 200) assert.match(answer.choices![0].message.content, /^one\ntwo\nthree\n/);
else assert.ok(["ambiguous", "no-match"].includes(answer.error!.code));
await server.close();
