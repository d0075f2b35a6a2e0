import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../src/", import.meta.url));

/** What the files of each folder may import, besides their own folder. The order is the way of the data. */
const stages = [
  "edit",
  "merge",
  "notebook",
  "draft",
  "verify",
  "target",
  "session",
  "cascade",
  "orchestrate",
  "workspace",
];
const faces = ["cli", "http", "mcp", "ai", "bench", "testing", "threads"];
const top = ["index.ts", "engine.ts", "local-model.ts"];

function allowed(from: string, to: string): boolean {
  if (from === to) return true;
  if (to === "core") return true;
  if (from === "core") return false;
  if (stages.includes(from)) return false;
  // Composition: the engine of its stages, the local model of target, drafters, decode core and route.
  if (from === "engine.ts" || from === "local-model.ts") return stages.includes(to);
  if (from === "index.ts") return true;
  // Faces and the bench may use stages for what the engine has no word for (a diff to print, a drafter to measure).
  return faces.includes(from) && (stages.includes(to) || top.includes(to) || faces.includes(to));
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
    const known = ["core", ...stages, ...faces, ...top];
    const unknown = [...new Set(files.map(folderOf))].filter((folder) => !known.includes(folder));
    expect(unknown).toEqual([]);
  });

  it("lets data flow one way: core <- stages <- engine <- faces", () => {
    const wrong: string[] = [];
    for (const file of files.filter((file) => !isTest(file))) {
      for (const target of importsOf(file).filter((path) => path.startsWith(root))) {
        if (!allowed(folderOf(file), folderOf(target))) {
          wrong.push(`${relative(root, file)} -> ${relative(root, target)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it("keeps source files readable: median under 200 lines, none past 600", () => {
    const sizes = files
      .filter((file) => !isTest(file))
      .map((file) => ({
        file: relative(root, file),
        lines: readFileSync(file, "utf8").split("\n").length,
      }))
      .sort((a, b) => a.lines - b.lines);
    expect(sizes[Math.floor(sizes.length / 2)]!.lines).toBeLessThan(200);
    expect(sizes.filter(({ lines }) => lines > 600)).toEqual([]);
  });
});
