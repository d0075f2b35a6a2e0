import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ListedTool,
  type McpSession,
  openMcpSession,
} from "../../test/support/mcp-session.ts";

let folder = "";
let session: McpSession;
let tools: ReadonlyMap<string, ListedTool>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-mcp-"));
  session = await openMcpSession(folder);
  tools = new Map((await session.tools()).map((tool) => [tool.name, tool]));
});
afterAll(async () => {
  await session.close();
  await rm(folder, { recursive: true, force: true });
});

const ajv = new Ajv2020({
  strict: true,
  allErrors: true,
  strictRequired: false,
  allowUnionTypes: true,
});
const accepts = (name: string, args: unknown): boolean =>
  ajv.validate(tools.get(name)!.inputSchema, args);

/** The first JSON value in a text. */
function jsonIn(text: string): unknown {
  const start = text.search(/[[{]"|\[\{/);
  for (let end = start + 1; start >= 0 && end <= text.length; end += 1) {
    try {
      return JSON.parse(text.slice(start, end));
    } catch {
      // The value goes on.
    }
  }
  return undefined;
}

describe("the schemas of the tools", () => {
  it("are valid JSON Schema, for arguments and for answers", () => {
    for (const { name, inputSchema, outputSchema } of tools.values()) {
      expect(() => ajv.compile(inputSchema), name).not.toThrow();
      expect(() => ajv.compile(outputSchema), name).not.toThrow();
    }
  });

  it("have a plain object at the root: providers refuse `anyOf`, `oneOf` and `allOf` there", () => {
    const plain = ["type", "properties", "required", "additionalProperties", "$schema"];
    for (const { name, inputSchema, outputSchema } of tools.values()) {
      expect(inputSchema, name).toMatchObject({ type: "object", additionalProperties: false });
      expect(outputSchema, name).toMatchObject({ type: "object" });
      expect(Object.keys(inputSchema).filter((key) => !plain.includes(key))).toEqual([]);
    }
  });

  it("say what is needed", () => {
    const edits = [{ oldText: "a", newText: "b" }];
    for (const [name, right, ...wrong] of [
      ["edit_file", { path: "a", code_edit: "x" }, { path: "a" }, { code_edit: "x" }],
      ["replace_text", { path: "a", edits }, { path: "a" }, { path: "a", edits: [] }],
      ["replace_text", { path: "a", edits }, { path: "a", edits: [{ oldText: "a" }] }],
      ["write_file", { path: "a", content: "" }, { path: "a" }, { path: "", content: "" }],
      ["choose_candidate", { id: "a", candidate: 2 }, { id: "a" }, { id: "a", candidate: 0 }],
      ["apply_patch", { patch: "x" }, {}, { patch: "" }],
      [
        "read_file",
        { path: "a", limit: 5 },
        {},
        { path: "a", limit: 0 },
        { path: "a", ranges: [] },
      ],
      ["apply_edits", { edits: [{ path: "a", edit: "" }] }, {}, { edits: [{ path: "a" }] }],
    ] as const) {
      expect(accepts(name, right), name).toBe(true);
      for (const args of wrong) expect(accepts(name, args), JSON.stringify(args)).toBe(false);
    }
  });

  it("are kept to: what they refuse is refused, and nothing is written", async () => {
    for (const [name, args] of [
      ["write_file", { path: "a" }],
      ["write_file", { path: "a", content: 5 }],
      ["replace_text", { path: "a", edits: "x" }],
      ["choose_candidate", { id: 7, candidate: 1 }],
      ["choose_candidate", { id: "x".repeat(1000), candidate: 1 }],
      ["read_file", { path: "a", ranges: Array(51).fill({ first_line: 1 }) }],
      ["edit_file", { path: "a", code_edit: "x", check: "touch b" }],
      ["apply_edits", { edits: [{ path: "a", edit: "x" }], command: "touch b" }],
    ] as const) {
      expect((await session.call(name, args)).isError, JSON.stringify(args)).toBe(true);
    }
    expect((await session.call("read_file", { path: "a" })).text).toContain("file-error");
  });

  it("have no argument that names a command, a model or an address", () => {
    const names = [...tools.values()].flatMap(({ inputSchema }) =>
      Object.keys(inputSchema.properties as object).filter((key) => key !== "dry_run"),
    );
    expect(names.filter((name) => /command|check|run|shell|exec|model|url|key/.test(name))).toEqual(
      [],
    );
  });

  it("have a description with one example, which the schema accepts", () => {
    for (const { name, description } of tools.values()) {
      expect(description.match(/example/gi), name).toHaveLength(1);
      if (name === "edit_file" || name === "apply_patch" || name === "repeat_edit") continue;
      const example = jsonIn(description.slice(description.search(/example/i)));
      const args = Array.isArray(example) ? { path: "a", edits: example } : example;
      expect(accepts(name, args), `${name}: ${JSON.stringify(args)}`).toBe(true);
    }
  });
});
