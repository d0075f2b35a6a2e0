import { describe, expect, it } from "vitest";
import { testApp } from "../../test/support/http-app.ts";

const code = "function a() {\n  return 1;\n}\n\nfunction b() {\n  return 2;\n}\n";
const sketch = "// ... existing code ...\n\nfunction b() {\n  return 3;\n}\n";
const merged = code.replace("return 2", "return 3");

describe("POST /v1/code/apply", () => {
  it("answers as Relace does, in both spellings of the fields", async () => {
    const { post } = testApp();
    for (const body of [
      { model: "relace-apply-3", initial_code: code, edit_snippet: sketch, stream: false },
      { initialCode: code, editSnippet: sketch, instruction: "I change b." },
      { initial_code: code, edit_snippet: sketch, relace_metadata: { file_path: "/x/a.ts" } },
    ]) {
      const answer = await post("/v1/code/apply", body);
      expect(answer.status).toBe(200);
      const json = (await answer.json()) as { usage: Record<string, number> };
      expect(json).toMatchObject({ mergedCode: merged, redraft: { route: "merge" } });
      const { prompt_tokens, completion_tokens, total_tokens } = json.usage;
      expect(completion_tokens).toBe(Math.ceil(merged.length / 4));
      expect(prompt_tokens).toBeGreaterThan(completion_tokens!);
      expect(total_tokens).toBe(prompt_tokens! + completion_tokens!);
    }
  });

  it("takes a base, as every apply request", async () => {
    const now = `// new\n${code}`;
    const body = { initial_code: now, edit_snippet: merged, metadata: { base: code } };
    const answer = await testApp().post("/v1/code/apply", body);
    expect(await answer.json()).toMatchObject({ mergedCode: `// new\n${merged}` });
  });

  it("is the base path of the OpenAI API too", async () => {
    const { post, get } = testApp();
    const content = `<code>${code}</code>\n<update>${sketch}</update>`;
    const body = { model: "auto", messages: [{ role: "user", content }] };
    const answer = await post("/v1/apply/chat/completions", body);
    expect(await answer.json()).toMatchObject({ choices: [{ message: { content: merged } }] });
    expect((await get("/v1/apply/models/auto")).status).toBe(200);
  });

  it("refuses what is wrong by its name", async () => {
    const { post } = testApp();
    const both = { initial_code: code, edit_snippet: sketch };
    for (const [body, status, error] of [
      [{ edit_snippet: sketch }, 400, { param: "initial_code", code: "usage" }],
      [{ initial_code: code }, 400, { param: "edit_snippet", code: "usage" }],
      [{ ...both, initialCode: code }, 400, { param: "initialCode", code: "usage" }],
      [{ ...both, stream: true }, 400, { param: "stream", code: "unsupported_parameter" }],
      [{ ...both, initial_code: [code] }, 400, { param: "initial_code", code: "usage" }],
      [{ ...both, relace_metadata: "x" }, 400, { param: "relace_metadata", code: "usage" }],
      [[], 400, { code: "usage" }],
      [{ ...both, edit_snippet: "@@ -1 +1 @@\n-no\n+yes\n" }, 422, { code: "no-match" }],
      [{ ...both, metadata: { base: "0".repeat(16) } }, 409, { code: "stale-file" }],
    ] as const) {
      const answer = await post("/v1/code/apply", body);
      expect(answer.status, JSON.stringify(body).slice(0, 80)).toBe(status);
      expect(await answer.json()).toMatchObject({ error });
    }
    const small = testApp({ limits: { maxBodyBytes: 1000 } });
    const large = await small.post("/v1/code/apply", { ...both, instruction: "x".repeat(2000) });
    expect(large.status).toBe(413);
  });
});
