/**
 * Packs the MCP server as a bundle that hosts install with one click: `redraft.mcpb`, with the package and its dependencies. Without
 * the engines for local models: the merge needs none.
 *
 *   npm run build && node --import tsx scripts/make-bundle.ts [redraft.mcpb]
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { packExtension } from "@anthropic-ai/mcpb";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = resolve(process.argv[2] ?? "redraft.mcpb");
const folder = mkdtempSync(join(tmpdir(), "redraft-mcpb-"));
try {
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const kept = ["--omit=dev", "--omit=optional", "--omit=peer", "--ignore-scripts", "--no-audit"];
  execFileSync("npm", ["install", ...kept, `./${filename}`], { cwd: folder, stdio: "inherit" });
  rmSync(join(folder, filename));
  cpSync(join(root, "mcpb", "manifest.json"), join(folder, "manifest.json"));
  if (!(await packExtension({ extensionPath: folder, outputPath: out, silent: true }))) {
    throw new Error("the bundle was not packed: see the messages above");
  }
  const { length } = readFileSync(out);
  process.stdout.write(`${out}: ${(length / 1024 / 1024).toFixed(1)} MiB\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
