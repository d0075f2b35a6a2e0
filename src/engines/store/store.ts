import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { RedraftError } from "../../core/errors.ts";
import { modelAddress } from "./address.ts";
import { type Downloaded, type DownloadOptions, digest, download } from "./download.ts";
import { modelFolder } from "./folder.ts";

export interface InstalledModel {
  /** What `--model` takes: `apply`, `draft`, or the file's name without `.gguf`. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly from: "shipped" | "downloaded";
  /** From `checksums.txt` for shipped models. */
  readonly sha256?: string;
}

export interface StoreOptions {
  /** Where downloads are kept; default: `modelFolder()`. */
  readonly folder?: string;
  /** The folder of the trial weights. */
  readonly shipped?: string;
}

/**
 * The trial weights: the package `redraft-edit-weights` where it is installed, else `weights/` of a checkout, which is as far above this
 * file in the source tree as in `dist/`.
 */
export const shippedFolder: string = fileURLToPath(weightsUrl());

function weightsUrl(): URL {
  try {
    return new URL("./", import.meta.resolve("redraft-edit-weights/package.json"));
  } catch {
    return new URL("../../../weights/", import.meta.url);
  }
}

/** Names of shipped models and the file of each, as `weights/checksums.txt` lists them. */
const shippedName = /^redraft-([a-z]+)-.*\.gguf$/;

/** Every model at hand: the shipped ones first, then the downloaded ones by name. */
export async function installedModels(options: StoreOptions = {}): Promise<InstalledModel[]> {
  const shipped = options.shipped ?? shippedFolder;
  const folder = options.folder ?? modelFolder();
  const sums = await readChecksums(shipped);
  const found: InstalledModel[] = [];
  for (const file of await ggufFiles(shipped)) {
    const path = join(shipped, file);
    const name = shippedName.exec(file)?.[1] ?? file.slice(0, -5);
    const sha256 = sums.get(file);
    found.push({
      name,
      path,
      size: (await stat(path)).size,
      from: "shipped",
      ...(sha256 && { sha256 }),
    });
  }
  for (const file of await ggufFiles(folder)) {
    const path = join(folder, file);
    found.push({
      name: file.slice(0, -5),
      path,
      size: (await stat(path)).size,
      from: "downloaded",
    });
  }
  return found;
}

/** The file that a model's name or path means. A name wins over nothing else: paths hold a separator or end in `.gguf`. */
export async function modelPath(name: string, options: StoreOptions = {}): Promise<string> {
  const isPath = isAbsolute(name) || name.includes("/") || name.includes(sep);
  const models = isPath ? [] : await installedModels(options);
  const known = models.find(
    (model) => model.name === name || model.name === name.replace(/\.gguf$/i, ""),
  );
  if (known) return known.path;
  if (isPath || name.toLowerCase().endsWith(".gguf")) {
    const exists = await stat(name).then(
      (entry) => entry.isFile(),
      () => false,
    );
    if (exists) return name;
    throw new RedraftError("model-unavailable", `there is no model file ${name}`);
  }
  const names = models.map((model) => model.name).join(", ") || "none";
  throw new RedraftError(
    "model-unavailable",
    `no model is called "${name}" (installed: ${names}). Give the path of a .gguf file, or download one with "redraft models download"`,
  );
}

/**
 * Downloads a model by URL or hub name into the folder.
 *
 * @throws RedraftError `usage` for a name that means nothing, `model-unavailable` when a shipped model has that name,
 *   and what `download` throws.
 */
export async function downloadModel(
  name: string,
  options: StoreOptions & DownloadOptions & { readonly hub?: string } = {},
): Promise<Downloaded & { readonly name: string; readonly already: boolean }> {
  const address = modelAddress(name, options.hub);
  const folder = options.folder ?? modelFolder();
  const path = join(folder, address.file);
  const short = address.file.replace(/\.gguf$/i, "");
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new RedraftError("file-error", `cannot make the folder ${folder}`, { cause: error });
  });
  const present = await stat(path).catch(() => undefined);
  if (present) {
    const sha256 = await digest(path, options.signal);
    if (options.sha256 && options.sha256.toLowerCase() !== sha256) {
      throw new RedraftError(
        "file-error",
        `${path} already exists with SHA-256 ${sha256}, not ${options.sha256}; remove it first ("redraft models remove ${short}")`,
      );
    }
    const verified = options.sha256 !== undefined;
    return { path, size: present.size, sha256, verified, name: short, already: true };
  }
  return { ...(await download(address.url, path, options)), name: short, already: false };
}

/** Removes a downloaded model, and what is left of an unfinished download of that name. */
export async function removeModel(name: string, options: StoreOptions = {}): Promise<string> {
  const folder = options.folder ?? modelFolder();
  const file = name.toLowerCase().endsWith(".gguf") ? name : `${name}.gguf`;
  const names = await readdir(folder).catch(() => [] as string[]);
  const hits = [file, `${file}.part`, `${file}.part.json`].filter((entry) => names.includes(entry));
  if (hits.length === 0) {
    const shipped = (await installedModels(options)).some(
      (model) => model.name === name && model.from === "shipped",
    );
    throw new RedraftError(
      shipped ? "usage" : "model-unavailable",
      shipped
        ? `"${name}" is part of the package and cannot be removed`
        : `no downloaded model is called "${name}" in ${folder}`,
    );
  }
  for (const hit of hits) await rm(join(folder, hit));
  return join(folder, file);
}

/** Compares a shipped model with its published digest; a mismatch means a damaged installation. */
export async function verifyModel(model: InstalledModel, signal?: AbortSignal): Promise<void> {
  if (!model.sha256) return;
  const actual = await digest(model.path, signal);
  if (actual !== model.sha256) {
    throw new RedraftError(
      "model-unavailable",
      `${model.path} is damaged: its SHA-256 is ${actual}, ${model.sha256} was expected. Install the package again`,
    );
  }
}

async function ggufFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names.filter((name) => name.toLowerCase().endsWith(".gguf")).sort();
}

/** `checksums.txt` as `sha256sum` writes it. */
async function readChecksums(folder: string): Promise<Map<string, string>> {
  const text = await readFile(join(folder, "checksums.txt"), "utf8").catch(() => "");
  const rows = [...text.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)];
  return new Map(rows.map((row) => [row[2]!, row[1]!]));
}
