/**
 * Writes the grammars that the package carries itself into `dist/grammars`, compressed with brotli, with their licences. The packages they are
 * in are not dependencies of ours: together they are 45 MB, and their install scripts build native modules.
 *
 *   node --import tsx scripts/build-grammars.ts
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { carriedGrammars } from "../src/workspace/grammars.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "dist/grammars");
const { resolve } = createRequire(import.meta.url);

/** The grammars' own licences: MIT, all of them. The text is that of our own licence, which is MIT too. */
const holders: Readonly<Record<string, string>> = {
  html: "tree-sitter-html, Copyright (c) 2014 Max Brunsfeld",
  kotlin: "tree-sitter-kotlin, Copyright (c) 2019 fwcd",
  svelte: "tree-sitter-svelte, Copyright (c) 2024 Amaan Qureshi",
  swift: "tree-sitter-swift, Copyright (c) 2021 alex-pinkus",
  yaml: "tree-sitter-yaml, Copyright (c) 2024 tree-sitter-grammars contributors, Copyright (c) 2019-2021 Ika",
};

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
let bytes = 0;
for (const [grammar, from] of Object.entries(carriedGrammars)) {
  const wasm = await readFile(resolve(from));
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length };
  const packed = brotliCompressSync(wasm, { params });
  await writeFile(join(folder, `${grammar}.wasm.br`), packed);
  bytes += packed.length;
}
const licence = await readFile(join(root, "LICENSE"), "utf8");
const permission = licence.slice(licence.indexOf("Permission is hereby granted"));
await writeFile(
  join(folder, "LICENCES.txt"),
  `The grammars in this folder are under the MIT licence.\n\n${Object.values(holders).join("\n")}\n\n${permission}`,
);
process.stdout.write(`dist/grammars: ${Math.round(bytes / 1024)} KB\n`);
