import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { v0_3 } from "@anthropic-ai/mcpb";
import { expect, it } from "vitest";
import { openMcpSession } from "./support/mcp-session.ts";

const read = (path: string) =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8"));
const own = read("package.json");
const server = read("server.json");
const bundle = read("mcpb/manifest.json");

it("describes the server for registries in the version of the package", () => {
  expect(server).toMatchObject({ name: own.mcpName, version: own.version });
  expect(server.packages).toMatchObject([{ identifier: own.name, version: own.version }]);
  // Limits of the registry: one slash, and a description of 100 characters.
  expect(server.name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
  expect(server.description.length).toBeLessThanOrEqual(100);
});

it("has a valid manifest for the bundle, in the version of the package", () => {
  const parsed = v0_3.McpbManifestSchema.safeParse(bundle);
  expect(parsed.error?.issues ?? []).toEqual([]);
  expect(bundle).toMatchObject({ version: own.version, license: own.license });
  expect(bundle.compatibility.runtimes.node).toBe(own.engines.node);
  // The entry point is the command of the package, where npm installs it.
  const command = `node_modules/${own.name}/${own.bin.redraft}`;
  expect(bundle.server.entry_point).toBe(command);
  expect(bundle.server.mcp_config.args[0]).toBe(`\${__dirname}/${command}`);
});

it("lists the tools of the server in the bundle", async () => {
  const folder = mkdtempSync(join(tmpdir(), "redraft-mcp-"));
  const session = await openMcpSession(folder);
  const names = (await session.tools()).map(({ name }) => name);
  await session.close();
  rmSync(folder, { recursive: true });
  expect(bundle.tools.map(({ name }: { name: string }) => name).sort()).toEqual(names.sort());
});
