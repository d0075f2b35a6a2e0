/**
 * Writes a model in other quantisations, to compare what their passes cost (`redraft bench calibrate`). From an already
 * quantised file this loses quality: such files are for cost curves and not for edits. Keep them outside of the repository.
 *
 *   node --import tsx scripts/quantise.ts --model qwen-0.5b.gguf --out folder [--types Q4_0,Q8_0,F16] [--threads 1]
 */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import koffi from "koffi";
import { readGgufMetadata } from "../src/engines/gguf.ts";
import { bind } from "../src/engines/llama/binding.ts";
import { findLibrary, libraryFile } from "../src/engines/llama/library.ts";
import { modelPath } from "../src/engines/store/store.ts";

/** Numbers of `llama_ftype`; each is also what the file then says as `general.file_type`. */
const fileTypes: Readonly<Record<string, number>> = {
  F16: 1,
  Q4_0: 2,
  Q8_0: 7,
  Q4_K_M: 15,
  BF16: 32,
};

/** The release whose parameters lie as `params` says; read from what its own defaults hold. */
const knownRelease = "v0.5.0";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    out: { type: "string" },
    types: { type: "string", default: "Q4_0,Q8_0,F16" },
    threads: { type: "string", default: "1" },
  },
});
if (!values.model || !values.out) throw new Error("needs --model <gguf> and --out <folder>");
const types = values.types.split(",");
const unknown = types.find((type) => fileTypes[type] === undefined);
if (unknown !== undefined) {
  throw new Error(`no type ${unknown}; known: ${Object.keys(fileTypes).join(", ")}`);
}

const library = findLibrary();
if (library.release !== knownRelease) {
  throw new Error(`llama.cpp ${library.release} has other parameters than ${knownRelease}`);
}
bind(library);
const llama = koffi.load(libraryFile(library.directory, "llama"));
koffi.struct("quantise_params", {
  nthread: "int32_t",
  ftype: "int32_t",
  output_tensor_type: "int32_t",
  token_embedding_type: "int32_t",
  allow_requantize: "bool",
  quantize_output_tensor: "bool",
  only_copy: "bool",
  pure: "bool",
  keep_split: "bool",
  dry_run: "bool",
  imatrix: "void *",
  kv_overrides: "void *",
  tt_overrides: "void *",
  prune_layers: "void *",
  // Not in the header that the names above are from; left as the library sets it.
  last: "uint64_t",
});
const defaults = llama.func("quantise_params llama_model_quantize_default_params()");
const quantise = llama.func(
  "uint32_t llama_model_quantize(const char *from, const char *to, const quantise_params *params)",
);

const params = defaults() as Record<string, unknown>;
const expected = { nthread: 0, ftype: 7, output_tensor_type: 43, token_embedding_type: 43 };
const flags = { allow_requantize: false, quantize_output_tensor: true, only_copy: false };
for (const [field, value] of Object.entries({ ...expected, ...flags, dry_run: false })) {
  // A wrong struct fails silently: the file would be something else than asked for.
  if (params[field] !== value) throw new Error(`the default of ${field} is ${params[field]}`);
}

const model = resolve(await modelPath(values.model));
const name = basename(model).replace(/\.gguf$/i, "");
mkdirSync(values.out, { recursive: true });
for (const type of types) {
  const file = join(resolve(values.out), `${name}-${type.toLowerCase()}.gguf`);
  const part = `${file}.part`;
  const failed = quantise(model, part, {
    ...params,
    nthread: Number(values.threads),
    ftype: fileTypes[type],
    allow_requantize: true,
  });
  const written = failed ? undefined : (await readGgufMetadata(part)).get("general.file_type");
  if (written !== fileTypes[type]) {
    rmSync(part, { force: true });
    throw new Error(`llama.cpp did not write ${type}: ${failed || `file type ${written}`}`);
  }
  renameSync(part, file);
  process.stdout.write(`${file}\n`);
}
