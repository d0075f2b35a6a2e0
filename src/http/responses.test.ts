import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { applyPrompt, parrotModel, testApp } from "../../test/support/http-app.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { type RunningServer, startServer } from "./serve.ts";

let running: RunningServer | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function client(): Promise<OpenAI> {
  running = await startServer({
    redraft: createRedraft(),
    model: parrotModel(),
    version: "0.0.0",
    host: "127.0.0.1",
    port: 0,
    graceMs: 200,
  });
  return new OpenAI({ baseURL: `${running.url}/v1`, apiKey: "unused", maxRetries: 0 });
}

describe("/v1/responses with the official SDK", () => {
  it("makes an edit, whole and as a stream", async () => {
    const openai = await client();
    const whole = await openai.responses.create({ model: "auto", input: applyPrompt });
    expect(whole).toMatchObject({ status: "completed", output_text: "a\nc\n", store: false });
    expect(whole.usage!.output_tokens).toBe(4);
    expect(whole.usage!.total_tokens).toBeGreaterThan(whole.usage!.output_tokens);
    const stream = openai.responses.stream({ model: "auto", input: applyPrompt });
    const types: string[] = [];
    for await (const { type, sequence_number } of stream) {
      expect(sequence_number).toBe(types.length);
      types.push(type);
    }
    expect(types).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect((await stream.finalResponse()).output_text).toBe("a\nc\n");
  });

  it("lets the model write, and says that it was cut off", async () => {
    const openai = await client();
    const asked = {
      model: "x",
      instructions: "abc",
      input: [{ role: "user" as const, content: [{ type: "input_text" as const, text: "xyz" }] }],
      max_output_tokens: 5,
    };
    const whole = await openai.responses.create(asked);
    expect(whole).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
      usage: { output_tokens: 5 },
    });
    expect(whole.output_text).toHaveLength(5);
    let text = "";
    let last = "";
    for await (const event of await openai.responses.create({ ...asked, stream: true })) {
      if (event.type === "response.output_text.delta") text += event.delta;
      last = event.type;
    }
    expect(text).toBe(whole.output_text);
    expect(last).toBe("response.incomplete");
  });
});

describe("/v1/responses", () => {
  it("names every event, and ends without [DONE]", async () => {
    const answer = await testApp().post("/v1/responses", { input: applyPrompt, stream: true });
    const text = await answer.text();
    expect(text).toContain('event: response.created\ndata: {"type":"response.created"');
    expect(text).not.toContain("[DONE]");
  });

  it("refuses by name what it cannot do", async () => {
    const { post } = testApp({ model: parrotModel() });
    const format = { type: "json_schema", name: "a", schema: {} };
    for (const [param, value] of [
      ["tools", [{ type: "web_search" }]],
      ["previous_response_id", "resp_1"],
      ["conversation", "conv_1"],
      ["background", true],
      ["store", true],
      ["include", ["message.output_text.logprobs"]],
      ["reasoning", { effort: "high" }],
      ["text", { format }],
      ["tool_choice", "required"],
      ["truncation", "auto"],
      ["prompt", { id: "p" }],
      ["input.0.content", undefined],
    ] as const) {
      const image = [{ role: "user", content: [{ type: "input_image", image_url: "x" }] }];
      const body = value === undefined ? { input: image } : { input: "abc", [param]: value };
      const answer = await post("/v1/responses", body);
      expect(answer.status, param).toBe(400);
      const { error } = (await answer.json()) as { error: { param: string } };
      expect(error.param).toMatch(param.split(".")[0]!);
    }
    for (const input of [undefined, 5, [], [{ role: "tool", content: "x" }], {}]) {
      expect((await post("/v1/responses", { input })).status).toBe(400);
    }
    // Nothing is kept, so nothing is found.
    expect((await testApp().get("/v1/responses/resp_1")).status).toBe(404);
  });

  it("answers a refusal as an error, also before a stream", async () => {
    const refused = { input: applyPrompt.replace("a\nb", "a\nx"), stream: true };
    const answer = await testApp().post("/v1/responses", refused);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ error: { code: "no-match" } });
    const none = await testApp().post("/v1/responses", { input: "hello" });
    expect(await none.json()).toMatchObject({ error: { code: "model-unavailable" } });
  });
});
