import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { Client as OlderClient } from "@modelcontextprotocol/sdk/client/index.js";
import { ListRootsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tinyEngine } from "../../test/support/tiny-engine.ts";
import { createRedraft } from "../engine.ts";
import { createMcpServer, type McpServerOptions } from "./server.ts";

let folder: string;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-mcp-"));
  await writeFile(join(folder, "a.ts"), "const a = 1;\nconst b = 2;\n");
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  isError?: boolean | undefined;
  content: { type: string; text?: string }[];
  structuredContent?: Record<string, unknown>;
}

interface AnyClient {
  call(
    name: string,
    args: Record<string, unknown>,
    options?: { onprogress?: (progress: { message?: string | undefined }) => void },
  ): Promise<Answer>;
  listTools(): Promise<{ tools: { name: string; annotations?: unknown }[] }>;
}

type Generation = "2026-07-28" | "2025 by client v2" | "2025 by client v1";
const generations: Generation[] = ["2026-07-28", "2025 by client v2", "2025 by client v1"];

function startServer(options: Partial<McpServerOptions> = {}): InMemoryTransport {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const handle = serveStdio(
    () =>
      createMcpServer({
        redraft: tinyEngine(),
        cwd: folder,
        version: "0.0.0",
        ...options,
      }),
    { transport: serverSide },
  );
  closing.push(() => handle.close());
  return clientSide;
}

async function connect(
  generation: Generation,
  options: Partial<McpServerOptions> = {},
  roots?: readonly string[],
): Promise<AnyClient> {
  const transport = startServer(options);
  const list = async () => ({
    roots: (roots ?? []).map((root) => ({ uri: pathToFileURL(root).href })),
  });
  const capabilities = roots === undefined ? {} : { roots: { listChanged: true } };
  const about = { name: "test", version: "1" };
  if (generation === "2025 by client v1") {
    const client = new OlderClient(about, { capabilities });
    if (roots !== undefined) client.setRequestHandler(ListRootsRequestSchema, list);
    await client.connect(transport as never);
    closing.push(() => client.close());
    return {
      call: (name, args, more) =>
        client.callTool({ name, arguments: args }, undefined, more) as Promise<Answer>,
      listTools: () => client.listTools() as never,
    };
  }
  const client = new Client(about, {
    capabilities,
    versionNegotiation: { mode: generation === "2026-07-28" ? { pin: generation } : "legacy" },
  });
  if (roots !== undefined) client.setRequestHandler("roots/list", list);
  await client.connect(transport);
  closing.push(() => client.close());
  return {
    call: (name, args, more) => client.callTool({ name, arguments: args }, more) as Promise<Answer>,
    listTools: () => client.listTools() as never,
  };
}

describe.each(generations)("MCP server with a client of %s", (generation) => {
  it("lists its tools with honest annotations", async () => {
    const { tools } = await (await connect(generation)).listTools();
    const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]));
    expect(Object.keys(hints).sort()).toEqual([
      "apply_edits",
      "apply_patch",
      "edit_file",
      "edit_log",
      "read_file",
      "undo_edit",
    ]);
    expect(hints.read_file).toMatchObject({ readOnlyHint: true, openWorldHint: false });
    expect(hints.edit_file).toMatchObject({ readOnlyHint: false, destructiveHint: true });
  });

  it("edits a file and answers with the diff and the route", async () => {
    const client = await connect(generation);
    const answer = await client.call("edit_file", {
      path: "a.ts",
      old_string: "const b = 2;",
      new_string: "const b = 3;",
    });
    expect(answer.isError ?? false).toBe(false);
    expect(answer.content[0]!.text).toContain("-const b = 2;\n+const b = 3;");
    expect(answer.structuredContent).toMatchObject({ route: "merge", written: true, added: 1 });
    expect(await readFile(join(folder, "a.ts"), "utf8")).toBe("const a = 1;\nconst b = 3;\n");
  });

  it("writes nothing on a dry run", async () => {
    const client = await connect(generation);
    const answer = await client.call("edit_file", {
      path: "a.ts",
      old_string: "1",
      new_string: "7",
      dry_run: true,
    });
    expect(answer.structuredContent).toMatchObject({ written: false, changed: true });
    expect(await readFile(join(folder, "a.ts"), "utf8")).toContain("const a = 1;");
  });

  it("answers a refusal as a tool error with its code", async () => {
    const client = await connect(generation);
    const answer = await client.call("edit_file", {
      path: "a.ts",
      old_string: "const",
      new_string: "let",
    });
    expect(answer.isError).toBe(true);
    expect(answer.content[0]!.text).toMatch(/^ambiguous: /);
    expect(answer.structuredContent).toMatchObject({ error: { code: "ambiguous" } });
  });

  it("refuses what lies outside of the root", async () => {
    await symlink("/etc", join(folder, "link"));
    const client = await connect(generation);
    for (const path of ["../x", "/etc/passwd", "link/passwd", "~/x", "%2e%2e/x"]) {
      for (const [tool, rest] of [
        ["edit_file", { code_edit: "x" }],
        ["read_file", {}],
      ] as const) {
        const answer = await client.call(tool, { path, ...rest });
        expect(answer.isError, `${tool} ${path}`).toBe(true);
        expect(answer.structuredContent).toMatchObject({ error: { code: "outside-root" } });
      }
    }
  });

  it("works in the client's roots, not in its own folder", async () => {
    const other = join(folder, "other");
    await mkdir(other);
    await writeFile(join(other, "b.ts"), "b\n");
    const client = await connect(generation, {}, [other]);
    const answer = await client.call("read_file", { path: "b.ts" });
    expect(answer.structuredContent).toMatchObject({ text: "b\n", totalLines: 1 });
    const outside = await client.call("read_file", { path: join(folder, "a.ts") });
    expect(outside.structuredContent).toMatchObject({ error: { code: "outside-root" } });
  });

  it("lets no client widen the folders it was started with", async () => {
    const narrow = join(folder, "narrow");
    await mkdir(narrow);
    const client = await connect(generation, { roots: [narrow] }, [folder]);
    const answer = await client.call("read_file", { path: join(folder, "a.ts") });
    expect(answer.structuredContent).toMatchObject({ error: { code: "outside-root" } });
  });

  it("sends progress to those who ask", async () => {
    const client = await connect(generation);
    const seen: string[] = [];
    await client.call(
      "edit_file",
      { path: "a.ts", old_string: "1", new_string: "2" },
      { onprogress: ({ message }) => seen.push(message ?? "") },
    );
    expect(seen).toContain("read the edit as search-replace");
    expect(seen).toContain("merge: exact");
  });
});

describe("edit_file", () => {
  it("gives the hash that expected_hash takes, and refuses an older one", async () => {
    const client = await connect("2026-07-28");
    const read = await client.call("read_file", { path: "a.ts" });
    const expected_hash = read.structuredContent!.hash;
    const args = { path: "a.ts", old_string: "1", new_string: "9", expected_hash };
    const first = await client.call("edit_file", args);
    expect(first.structuredContent).toMatchObject({ written: true });
    const second = await client.call("edit_file", { ...args, old_string: "2" });
    expect(second.structuredContent).toMatchObject({ error: { code: "stale-file" } });
    const hash = (await client.call("read_file", { path: "a.ts" })).structuredContent!.hash;
    expect(first.structuredContent!.hash).toBe(hash);
  });

  it("carries an edit over that was written for an earlier version", async () => {
    const client = await connect("2026-07-28", { redraft: createRedraft() });
    const lines = Array.from({ length: 9 }, (_, i) => `const line${i} = ${i};\n`);
    await writeFile(join(folder, "long.ts"), lines.join(""));
    const read = await client.call("read_file", { path: "long.ts" });
    const base = read.structuredContent!.hash as string;
    const other = ["// new\n", ...lines];
    await writeFile(join(folder, "long.ts"), other.join(""));
    const wanted = lines.with(5, "const line5 = 55;\n");
    const args = { path: "long.ts", code_edit: wanted.join("") };
    const done = await client.call("edit_file", { ...args, base });
    expect(done.isError).toBeFalsy();
    const text = await readFile(join(folder, "long.ts"), "utf8");
    expect(text).toBe(["// new\n", ...wanted].join(""));
    // The hash of an earlier answer is a base as well; what both changed is refused.
    const patch = [
      "*** Begin Patch",
      "*** Update File: long.ts",
      "@@",
      "-const line5 = 55;",
      "+const line5 = 56;",
      "*** End Patch",
    ].join("\n");
    await writeFile(join(folder, "long.ts"), text.replace("55", "57"));
    const clash = await client.call("apply_patch", { patch, base: done.structuredContent!.hash });
    expect(clash.content[0]!.text).toContain(
      "stale-file: long.ts changed where the edit changes it",
    );
    expect(clash.content[0]!.text).toContain('"const line5 = 57;"');
  });

  it("says to read a file again whose base it does not know", async () => {
    const client = await connect("2026-07-28", { redraft: createRedraft() });
    const args = { path: "a.ts", old_string: "1", new_string: "5", base: "0123456789abcdef" };
    const answer = await client.call("edit_file", args);
    expect(answer.content[0]!.text).toContain(
      "stale-file: The text of `a.ts` with the hash 0123456789abcdef",
    );
    expect(answer.content[0]!.text).toContain("Read the file again");
    const patch =
      "--- a/a.ts\n+++ b/a.ts\n@@\n-const a = 1;\n+const a = 2;\n--- a/b.ts\n+++ b/b.ts\n@@\n-b\n+c\n";
    await writeFile(join(folder, "b.ts"), "b\n");
    const several = await client.call("apply_patch", { patch, base: "0123456789abcdef" });
    expect(several.content[0]!.text).toContain("usage: The patch is about 2 files");
  });

  it("lets no whole file overwrite what changed while it was made", async () => {
    const engine = createRedraft();
    let calls = 0;
    const file = join(folder, "whole.ts");
    const lines = Array.from({ length: 9 }, (_, i) => `const line${i} = ${i};\n`);
    await writeFile(file, lines.join(""));
    const redraft: typeof engine = {
      ...engine,
      async *events(request, options) {
        for await (const event of engine.events(request, options)) {
          const isFirst = event.type === "result" && calls++ === 0;
          if (isFirst) await writeFile(file, ["// new\n", ...lines].join(""));
          yield event;
        }
      },
    };
    const client = await connect("2026-07-28", { redraft });
    const code_edit = lines.with(5, "const line5 = 55;\n").join("");
    await client.call("edit_file", { path: "whole.ts", code_edit });
    expect(await readFile(file, "utf8")).toBe(`// new\n${code_edit}`);
  });

  it("edits a cell of a notebook by its number", async () => {
    const client = await connect("2026-07-28", { redraft: createRedraft() });
    const cell = (source: string): object => ({
      cell_type: "code",
      metadata: {},
      source: [source],
    });
    const notebook = { cells: [cell("x = 1"), cell("x = 1")], metadata: {}, nbformat: 4 };
    await writeFile(join(folder, "n.ipynb"), JSON.stringify(notebook, null, 1));
    const args = { path: "n.ipynb", old_string: "x = 1", new_string: 'x = "2"' };
    const open = await client.call("edit_file", args);
    expect(open.content[0]!.text).toContain("ambiguous: Ambiguous: the edit fits 2 cells");
    await client.call("edit_file", { ...args, cell: 2 });
    notebook.cells[1] = cell('x = "2"');
    const text = await readFile(join(folder, "n.ipynb"), "utf8");
    expect(text).toBe(JSON.stringify(notebook, null, 1));
  });

  it("creates a file from a sketch without stand-ins", async () => {
    const client = await connect("2026-07-28");
    const answer = await client.call("edit_file", { path: "new/c.ts", code_edit: "c\n" });
    expect(answer.structuredContent).toMatchObject({ action: "create", written: true });
    expect(await readFile(join(folder, "new/c.ts"), "utf8")).toBe("c\n");
  });

  it("says which arguments belong together", async () => {
    const client = await connect("2026-07-28");
    for (const args of [
      {},
      { old_string: "1" },
      { code_edit: "x", old_string: "1", new_string: "2" },
      { code_edit: "x", replace_all: true },
    ]) {
      const answer = await client.call("edit_file", { path: "a.ts", ...args });
      expect(answer.structuredContent).toMatchObject({ error: { code: "usage" } });
    }
  });

  it("does many edits of one file sent at once, one after the other", async () => {
    const client = await connect("2026-07-28");
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}.\n`);
    await writeFile(join(folder, "many.txt"), lines.join(""));
    const answers = await Promise.all(
      lines.map((_, index) =>
        client.call("edit_file", {
          path: "many.txt",
          old_string: `line ${index}.`,
          new_string: `row ${index}.`,
        }),
      ),
    );
    expect(answers.filter(({ isError }) => isError)).toEqual([]);
    const text = await readFile(join(folder, "many.txt"), "utf8");
    expect(text).toBe(lines.join("").replaceAll("line", "row"));
  });

  it("makes the edit again when the file changes meanwhile", async () => {
    let times = 0;
    const redraft = tinyEngine({
      beforeResult: async () => {
        times += 1;
        if (times === 1) await writeFile(join(folder, "a.ts"), "// new\nconst a = 1;\n");
      },
    });
    const client = await connect("2026-07-28", { redraft });
    await client.call("edit_file", { path: "a.ts", old_string: "1", new_string: "5" });
    expect(await readFile(join(folder, "a.ts"), "utf8")).toBe("// new\nconst a = 5;\n");
  });

  it("keeps what went wrong inside to itself", async () => {
    const redraft = tinyEngine({
      beforeResult: () => Promise.reject(new Error("secret at /home/somebody")),
    });
    const client = await connect("2026-07-28", { redraft });
    const answer = await client.call("edit_file", { path: "a.ts", code_edit: "x" });
    expect(answer.isError).toBe(true);
    expect(JSON.stringify(answer)).not.toContain("somebody");
  });
});
