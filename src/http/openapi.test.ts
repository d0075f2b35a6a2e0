import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ambiguousPrompt, applyPrompt, parrotModel, testApp } from "../../test/support/http-app.ts";
import { openApi } from "./openapi.ts";

interface Content {
  readonly schema: { readonly $ref?: string };
  readonly "x-event"?: { readonly $ref: string };
}
interface Operation {
  readonly requestBody?: { readonly content: { "application/json": { schema: object } } };
  readonly responses: Readonly<Record<string, { readonly content: Record<string, Content> }>>;
}
const document = openApi("0.0.0") as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};

const ajv = new Ajv2020({ strict: false });
ajv.addSchema(document, "doc");
const validates = (ref: string, value: unknown): boolean =>
  ajv.validate({ $ref: `doc${ref}` }, value) as boolean;

/** Holds an answer against the document: its status, its type and its form. */
async function check(method: string, path: string, answer: Response): Promise<void> {
  const documented = Object.keys(document.paths).find((one) =>
    new RegExp(`^${one.replace("{model}", "[^/]+")}$`).test(path),
  );
  const name = `${method} ${path} ${answer.status}`;
  const operation = document.paths[documented ?? ""]?.[method];
  expect(operation, name).toBeDefined();
  const content = operation!.responses[answer.status]?.content;
  expect(content, name).toBeDefined();
  const type = answer.headers.get("content-type")!.split(";")[0]!;
  const form = content![type];
  expect(form, `${name} ${type}`).toBeDefined();
  seen.add(`${method} ${documented} ${answer.status}`);
  const text = await answer.text();
  const event = form!["x-event"]?.$ref;
  if (event === undefined) {
    const value = type === "application/json" ? JSON.parse(text) : text;
    expect(validates(form!.schema.$ref!, value), `${name}: ${ajv.errorsText()}`).toBe(true);
    return;
  }
  for (const [, data] of text.matchAll(/^data: (\{.*)$/gm)) {
    expect(validates(event, JSON.parse(data!)), `${name}: ${ajv.errorsText()}`).toBe(true);
  }
}

const seen = new Set<string>();
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-http-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the OpenAPI document", () => {
  it("is the file in docs", async () => {
    const root = new URL("../../", import.meta.url);
    const read = async (path: string) =>
      JSON.parse(await readFile(fileURLToPath(new URL(path, root)), "utf8"));
    const { version } = await read("package.json");
    // npm run schemas
    expect(await read("docs/schemas/openapi.json")).toEqual(openApi(version));
    expect(await (await testApp().get("/openapi.json")).json()).toEqual(document);
  });

  it("has every route of the app, and no other", () => {
    const routes = testApp()
      .made.app.routes.filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(":id{.+}", "{model}")}`);
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual([...new Set(routes)].sort());
  });

  it("is valid, and every reference in it leads somewhere", () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `doc#/components/schemas/${name}` }), name).not.toThrow();
      expect(schema).toBeTypeOf("object");
    }
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((one) => (one as unknown as { operationId: string }).operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, ref] of JSON.stringify(document).matchAll(/"\$ref":"(#[^"]+)"/g)) {
      const found = ref!
        .slice(2)
        .split("/")
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document);
      expect(found, ref).toBeDefined();
    }
  });

  it("says what the server answers to requests that it takes", async () => {
    await writeFile(join(folder, "a"), "one\n");
    const { get, post } = testApp({ model: parrotModel(), files: { roots: [folder] } });
    const messages = [{ role: "user", content: applyPrompt }];
    const stream = { stream: true, stream_options: { include_usage: true } };
    const edits = [{ path: "a", edit: "two\n", format: "whole" }];
    for (const [path, body] of [
      ["/v1/chat/completions", { messages }],
      ["/v1/chat/completions", { messages, ...stream }],
      ["/v1/chat/completions", { messages: [{ role: "user", content: "abc" }], max_tokens: 3 }],
      ["/v1/apply/chat/completions", { messages }],
      ["/v1/completions", { prompt: applyPrompt, ...stream }],
      ["/v1/completions", { prompt: "abc", max_tokens: 2, echo: true, logprobs: 1 }],
      ["/v1/completions", { prompt: [97, 98], max_tokens: 2, stream: true }],
      ["/v1/responses", { input: applyPrompt }],
      ["/v1/responses", { input: "abc", max_output_tokens: 2, stream: true }],
      ["/v1/code/apply", { initial_code: "a\nb\n", edit_snippet: "a\nc\n" }],
      ["/v1/edits", { edits }],
      ["/v1/edits/undo", {}],
      ["/tokenize", { prompt: "abc" }],
      ["/detokenize", { tokens: [97] }],
    ] as const) {
      const schema = document.paths[path]!.post!.requestBody!.content["application/json"].schema;
      expect(ajv.validate(schema, body), `${path}: ${ajv.errorsText()}`).toBe(true);
      const answer = await post(path, body);
      expect(answer.status, `${path} ${JSON.stringify(body)}`).toBe(200);
      await check("post", path, answer);
    }
    const pieces = '{"path":"a","format":"whole","dry_run":true}\n{"text":"three\\n"}\n';
    await check("post", "/v1/edits/stream", await post("/v1/edits/stream", pieces));
    for (const path of [
      "/v1/models",
      "/v1/models/morph-v3-fast",
      "/v1/apply/models",
      "/v1/apply/models/auto",
      "/v1/edits",
      "/health",
      "/metrics",
      "/openapi.json",
    ]) {
      await check("get", path, await get(path));
    }
    const watched = testApp();
    await watched.post("/v1/chat/completions", { messages });
    const events = await watched.get("/v1/events");
    watched.made.drain();
    await check("get", "/v1/events", events);
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path} 200`),
    );
    expect(operations.filter((one) => !seen.has(one))).toEqual([]);
  });

  it("says what the server answers to requests that it refuses", async () => {
    const { post, get } = testApp();
    const locked = testApp({ apiKeys: ["k"] });
    const strange = testApp({ allowedHosts: ["localhost"] });
    const tiny = testApp({ limits: { maxBodyBytes: 10 } });
    const slow = testApp({ limits: { requestMs: 50 }, model: parrotModel(20) });
    const unreachable = testApp({ fallback: { url: "http://127.0.0.1:1" } });
    const open = testApp({ files: { roots: [folder] } });
    const posts = Object.entries(document.paths).filter(([, methods]) => methods.post);
    for (const [path] of posts) {
      for (const [status, answer] of [
        [400, await open.post(path, "{")],
        [401, await locked.post(path, {})],
        [403, await strange.post(path, {}, { host: "evil.example" })],
        [413, await tiny.post(path, { prompt: "x".repeat(100) })],
        [415, await post(path, {}, { "content-type": "text/plain" })],
      ] as const) {
        expect(answer.status, path).toBe(status);
        await check("post", path, answer);
      }
    }
    const messages = [{ role: "user", content: ambiguousPrompt }];
    const base = { metadata: { base: "0".repeat(16) } };
    const update = '{"old_string":"b","new_string":"c"}';
    const relace = { initial_code: "b\nb\n", edit_snippet: update };
    const absent = [{ path: "none", edit: "x" }];
    for (const [path, body, status, app] of [
      ["/v1/chat/completions", { messages }, 422, { post }],
      ["/v1/chat/completions", { messages }, 502, unreachable],
      ["/v1/chat/completions", { messages, ...base }, 409, { post }],
      ["/v1/completions", { prompt: ambiguousPrompt }, 422, { post }],
      ["/v1/completions", { prompt: "abc", max_tokens: 2000 }, 504, slow],
      ["/v1/responses", { input: ambiguousPrompt }, 422, { post }],
      ["/v1/responses", { input: ambiguousPrompt }, 502, unreachable],
      ["/v1/code/apply", relace, 422, { post }],
      ["/v1/code/apply", { ...relace, ...base }, 409, { post }],
      ["/v1/edits", { edits: absent }, 404, { post }],
      ["/v1/edits", { edits: absent }, 422, open],
      ["/v1/edits", { edits: [{ path: "../x", edit: "x" }] }, 403, open],
      ["/v1/edits/undo", {}, 404, { post }],
    ] as const) {
      const answer = await app.post(path, body);
      expect(answer.status, `${path} ${JSON.stringify(body)}`).toBe(status);
      await check("post", path, answer);
    }
    await check("get", "/v1/models/{model}", await get(`/v1/models/${"x".repeat(300)}`));
    await check("get", "/v1/edits", await get("/v1/edits"));
    await check("get", "/v1/events", await get("/v1/events?after=-1"));
    await check("get", "/v1/events", await locked.get("/v1/events"));
  });
});
