import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join, relative } from "node:path";
import { RedraftError } from "../../core/errors.ts";

/** The languages of the bench, by extension. */
const languages: Readonly<Record<string, string>> = {
  ".py": "python",
  ".java": "java",
  ".ts": "typescript",
  ".tsx": "typescript",
};

export interface SourceFile {
  readonly path: string;
  readonly language: string;
  readonly text: string;
}

const skipped = new Set([
  "node_modules",
  "dist",
  "build",
  "coverage",
  "site-packages",
  "__pycache__",
]);
const largestDocument = 200_000;
const mostFiles = 3000;

/** Source files of repositories, in the order of their paths. */
export function readSources(folders: readonly string[]): SourceFile[] {
  const found: SourceFile[] = [];
  for (const folder of folders) {
    const visit = (directory: string): void => {
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        if (found.length >= mostFiles) return;
        const path = join(directory, entry.name);
        if (entry.isDirectory()) {
          if (!skipped.has(entry.name) && !entry.name.startsWith(".")) visit(path);
          continue;
        }
        const language = languages[extname(entry.name).toLowerCase()];
        if (language === undefined || !entry.isFile() || /\.d\.ts$/.test(entry.name)) continue;
        if (statSync(path).size > largestDocument) continue;
        const text = readFileSync(path, "utf8").replaceAll("\r\n", "\n");
        if (text.includes("\u0000")) continue;
        found.push({ path: join(basename(folder), relative(folder, path)), language, text });
      }
    };
    visit(folder);
  }
  if (found.length === 0) {
    throw new RedraftError(
      "usage",
      `no .py, .java or .ts file in ${folders.join(", ")}; name repositories with --repo`,
    );
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Numbers in [0, 1) from a seed: the same cases on every machine. */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
