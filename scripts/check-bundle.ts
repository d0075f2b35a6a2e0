/**
 * Uses a bundle as a host does: unpacks it, starts the server of its manifest in a folder, and makes an edit. Says what is in it.
 *
 *   node --import tsx scripts/check-bundle.ts [redraft.mcpb]
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { unpackExtension } from "@anthropic-ai/mcpb";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

interface Manifest {
  readonly server: {
    readonly entry_point: string;
    readonly mcp_config: { readonly command: string; readonly args: readonly string[] };
  };
  readonly tools: readonly { readonly name: string }[];
}

const bundle = resolve(process.argv[2] ?? "redraft.mcpb");
const folder = mkdtempSync(join(tmpdir(), "redraft-bundle-"));
const out = join(folder, "unpacked");
const root = join(folder, "project");

function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new Error(`the bundle is wrong: ${what}`);
  process.stdout.write(`ok   ${what}\n`);
}

try {
  if (!(await unpackExtension({ mcpbPath: bundle, outputDir: out, silent: true })))
    throw new Error(`${bundle} cannot be unpacked`);
  const files = readdirSync(out, { recursive: true, encoding: "utf8" }).map((path) =>
    path.replaceAll("\\", "/"),
  );
  const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as Manifest;
  expectThat("it has its entry point", files.includes(manifest.server.entry_point));
  expectThat(
    "it has no native code",
    !files.some((path) => /\.(?:node|so|dylib|dll)$/u.test(path)),
  );
  expectThat(
    "it has no development dependency",
    !files.some((path) => /^node_modules\/(?:vitest|typescript|esbuild)\//u.test(path)),
  );
  const carried = "node_modules/redraft-edit/dist/grammars/swift.wasm.br";
  expectThat("it has the grammars that the package carries", files.includes(carried));

  mkdirSync(root);
  const source = "struct A {\n  func one() -> Int { 1 }\n\n  func two() -> Int { 2 }\n}\n";
  writeFileSync(join(root, "a.swift"), source);
  const { command, args } = manifest.server.mcp_config;
  const filled = args.map((arg) =>
    // biome-ignore lint/suspicious/noTemplateCurlyInString: these are the host's variables.
    arg.replace("${__dirname}", out).replace("${user_config.root}", root),
  );
  const client = new Client({ name: "check-bundle", version: "1" });
  const env = { PATH: process.env.PATH ?? "", REDRAFT_STATE_HOME: join(folder, "state") };
  await client.connect(new StdioClientTransport({ command, args: filled, env }));
  const { tools } = await client.listTools();
  const names = (all: readonly { readonly name: string }[]): string =>
    all
      .map(({ name }) => name)
      .toSorted()
      .join(" ");
  expectThat("its server has the tools of the manifest", names(tools) === names(manifest.tools));
  const replace = async (old_string: string, new_string: string): Promise<boolean> => {
    const call = { name: "edit_file", arguments: { path: "a.swift", old_string, new_string } };
    return (await client.callTool(call)).isError !== true;
  };
  expectThat("its server refuses an ambiguous edit", !(await replace("() -> Int", "()")));
  expectThat("the file is as it was", readFileSync(join(root, "a.swift"), "utf8") === source);
  expectThat("its server makes an edit", await replace("{ 1 }", "{ 10 }"));
  expectThat(
    "the file is edited",
    readFileSync(join(root, "a.swift"), "utf8") === source.replace("{ 1 }", "{ 10 }"),
  );
  await client.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
