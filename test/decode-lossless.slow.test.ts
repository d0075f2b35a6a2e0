import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";
import { afterAll, describe, expect, it } from "vitest";
import { decode } from "../src/verify/decode.ts";
import { checkLossless } from "./support/lossless.ts";

describe("decode", () => {
  it("writes what plain decoding writes and leaves the sequence right, whatever is drafted", async () => {
    await checkLossless(decode, 2000);
  });
});

/** Planted bugs: [what goes wrong, file of src/verify, code, code with the bug]. */
const mutants: [string, string, string, string][] = [
  ["the bonus token is dropped", "decode.ts", "await sequence.append([next], signal);", ""],
  [
    "rejected nodes stay",
    "decode.ts",
    "await sequence.commit(path)",
    "await sequence.commit(plan.nodes.map((_, i) => i).filter((i) => plan.nodes[i].parent === i - 1))",
  ],
  [
    "one rejected token is kept",
    "accept.ts",
    "if (best === undefined) return",
    "if (best === undefined && at + 1 < nodes.length && nodes[at + 1].parent === at) { path.push(at + 1); return { path, next: rows.ids[(at + 2) * rows.k] }; }\n    if (best === undefined) return",
  ],
  [
    "the row of the node itself is read, not its parent's",
    "accept.ts",
    "rank(nodes[index]!.token, at + 1)",
    "rank(nodes[index]!.token, index + 1)",
  ],
  [
    "the next token comes from the first row",
    "accept.ts",
    "next: rows.ids[(at + 1) * rows.k]!",
    "next: rows.ids[0]!",
  ],
  [
    "siblings count as children",
    "accept.ts",
    "nodes[index]!.parent !== at",
    "nodes[index]!.parent > at",
  ],
  ["the end token is overrun", "output.ts", "end < 0 ? added.length : end", "added.length"],
  ["the limit is overrun", "output.ts", "count === room", "count > room"],
  [
    "tokens of a stop string are released",
    "output.ts",
    "held.length - possibleStart(held, stops, longest)",
    "held.length",
  ],
  ["tokens of a stop string stay in the output", "output.ts", "tokens.length = released;", ""],
  [
    "nothing is rewound at the end",
    "decode.ts",
    "const rewound = sequence.truncate(Math.min(kept, sequence.length))",
    "const rewound = Promise.resolve()",
  ],
  [
    "the rewind forgets the last step",
    "decode.ts",
    "kept = before + request.prompt.length + output.tokens.length;",
    "kept = before + request.prompt.length + output.tokens.length - path.length;",
  ],
  [
    "the rewind forgets what came before",
    "decode.ts",
    "const before = sequence.length",
    "const before = 0",
  ],
  [
    "drafts run past the context",
    "decode.ts",
    "Math.min(options.maxTokens, room)",
    "options.maxTokens",
  ],
  [
    "the room for the prompt is forgotten",
    "decode.ts",
    "capabilities.contextSize - sequence.length - request.prompt.length",
    "capabilities.contextSize - sequence.length",
  ],
  [
    "plans are not cut to the target's limits",
    "decode.ts",
    "fitPlan(proposed ?? emptyPlan, limits, capabilities.vocabSize)",
    "proposed ?? emptyPlan",
  ],
  [
    "trees go to a target that takes lines",
    "clip-plan.ts",
    "(limits.trees || at === nodes.length - 1)",
    "true",
  ],
];

describe("planted bugs in the loop", () => {
  const root = mkdtempSync(join(tmpdir(), "redraft-mutants-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(mutants)("is caught: %s", async (name, file, code, bug) => {
    const folder = join(root, String(mutants.findIndex((mutant) => mutant[0] === name)));
    const mutated = await plant(folder, file, code, bug);
    // That it fails is the point; the smallest scenario that shows it is of no interest here.
    await expect(checkLossless(mutated, 3000, { shrink: false })).rejects.toThrow();
  });

  it("is not the planting itself that is caught", async () => {
    await checkLossless(await plant(join(root, "none"), "decode.ts", "", ""), 300);
  });
});

const parts = ["core", "verify"];
const compiled = new Map<string, string>();

/** Compiles a file of `src` to JavaScript, once for all mutants that leave it as it is. */
function compile(path: string, text: string): string {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const { outputText } = ts.transpileModule(text, {
    fileName: path,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      rewriteRelativeImportExtensions: true,
    },
  });
  compiled.set(text, outputText);
  return outputText;
}

/** Compiles `src/core` and `src/verify` into `folder` with one piece of code replaced, and loads its `decode`. */
async function plant(
  folder: string,
  file: string,
  code: string,
  bug: string,
): Promise<typeof decode> {
  const source = fileURLToPath(new URL("../src/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  const changed = join(source, "verify", file);
  for (const part of parts) {
    mkdirSync(join(folder, part));
    for (const path of ts.sys.readDirectory(join(source, part), [".ts"], ["**/*.test.ts"])) {
      let text = readFileSync(path, "utf8");
      if (code !== "" && path === changed) {
        expect(text.split(code).length, `"${code}" must stand once in ${file}`).toBe(2);
        text = text.replace(code, () => bug);
      }
      writeFileSync(
        join(folder, relative(source, path).replace(/\.ts$/, ".js")),
        compile(path, text),
      );
    }
  }
  const loaded = await import(
    /* @vite-ignore */ pathToFileURL(join(folder, "verify/decode.js")).href
  );
  return loaded.decode;
}
