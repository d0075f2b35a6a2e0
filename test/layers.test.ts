import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../src/", import.meta.url));

/** Each does one thing to the data and imports `core` and `text` only: they meet in the types of `core` and in `redraft`. */
const stages = [
  "edit",
  "merge",
  "notebook",
  "settle",
  "instruct",
  "draft",
  "verify",
  "session",
  "engines",
  "workspace",
  "diagnostics",
  "orchestrate",
];
/** What outsiders see: they parse, call the composer and print. */
const faces = ["cli", "http", "mcp", "lsp", "ai", "threads", "inspect"];
/** What judges and tests the others. */
const tools = ["bench", "testing"];

function isAllowed(from: string, to: string): boolean {
  if (from === to || to === "core") return true;
  if (from === "core") return false;
  if (to === "text") return true;
  if (from === "assets") return false;
  // Fitted numbers are data of a stage: each reads its own.
  if (to === "assets") return from !== "text";
  if (from === "text" || stages.includes(from)) return false;
  if (from === "redraft") return stages.includes(to);
  if (tools.includes(from)) return true;
  // A face may use a stage for what the composer has no word for: a diff to print, a journal to open.
  return stages.includes(to) || to === "redraft" || faces.includes(to) || tools.includes(to);
}
const isTest = (file: string): boolean => /\.test(-d)?\.ts$/.test(file);

function folderOf(file: string): string {
  const path = relative(root, file).split(/[\\/]/);
  return path[0]!;
}

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => join(root, file));

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((m) => m[1]!);
  return specifiers.map((specifier) => resolve(dirname(file), specifier));
}

describe("layers", () => {
  it("knows every folder", () => {
    const known = ["core", "text", "assets", "redraft", "index.ts", ...stages, ...faces, ...tools];
    const unknown = [...new Set(files.map(folderOf))].filter((folder) => !known.includes(folder));
    expect(unknown).toEqual([]);
  });

  it("lets data flow one way: core <- text <- stages <- redraft <- faces", () => {
    const wrong: string[] = [];
    for (const file of files.filter((file) => !isTest(file))) {
      for (const target of importsOf(file).filter((path) => path.startsWith(root))) {
        if (!isAllowed(folderOf(file), folderOf(target))) {
          wrong.push(`${relative(root, file)} -> ${relative(root, target)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
