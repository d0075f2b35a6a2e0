import {
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { RedraftError } from "../../core/errors.ts";
import { modelAddress } from "./address.ts";
import { catalogue, catalogued, hubName } from "./catalogue.ts";
import { type Downloaded, type DownloadOptions, digest, download, isGguf } from "./download.ts";
import { modelFolder } from "./folder.ts";

export interface InstalledModel {
  /** What `--model` takes: `apply`, `draft`, an alias, or the file's name without `.gguf`. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** `added`: a link to a file elsewhere. */
  readonly from: "shipped" | "downloaded" | "added";
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
    const [entry, self] = await Promise.all([stat(path).catch(() => undefined), lstat(path)]);
    // A link whose file was removed or whose disk is not mounted is no model at hand.
    if (entry === undefined) continue;
    found.push({
      name: file.slice(0, -5),
      path,
      size: entry.size,
      from: self.isSymbolicLink() ? "added" : "downloaded",
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
  if (catalogued(name)) {
    throw new RedraftError(
      "model-unavailable",
      `the model ${name} is not installed. Download it (redraft models download ${name}), or add a file that you have (redraft models add ${name} <file.gguf>).`,
    );
  }
  const names = models.map((model) => model.name).join(", ") || "none";
  throw new RedraftError(
    "model-unavailable",
    `no model is called "${name}" (installed: ${names}). Give the path of a .gguf file, or download one with "redraft models download"`,
  );
}

/** Whether a name is an alias of the catalogue or an installed model. */
export async function isModelName(name: string, options: StoreOptions = {}): Promise<boolean> {
  if (catalogued(name)) return true;
  return (await installedModels(options)).some((model) => model.name === name);
}

/** A name under which a file can be kept in the folder. */
const storableName = /^[\w][\w.+-]*$/;

/**
 * Makes a file of the user's own available under a name, by a link. Under an alias of the catalogue it must have the
 * sum that the catalogue has.
 *
 * @returns whether a sum was compared
 * @throws `usage` for a name that cannot be one, `file-error` for a file that is none, another one, or a name that is taken.
 */
export async function addModel(
  name: string,
  file: string,
  options: StoreOptions & { readonly signal?: AbortSignal } = {},
): Promise<Downloaded & { readonly name: string }> {
  const folder = options.folder ?? modelFolder();
  const short = name.replace(/\.gguf$/i, "");
  const shipped = (await installedModels(options)).some(
    (model) => model.name === short && model.from === "shipped",
  );
  if (!storableName.test(short) || shipped) {
    const why = shipped
      ? "it is the name of a shipped model"
      : "use letters, digits, ., -, + and _";
    throw new RedraftError(
      "usage",
      `${JSON.stringify(name)} cannot be the name of a model: ${why}.`,
    );
  }
  const source = await realpath(file).catch((cause: unknown) => {
    throw new RedraftError("file-error", `there is no file ${file}.`, { cause });
  });
  if (!(await isGguf(source).catch(() => false))) {
    throw new RedraftError("file-error", `${file} is not a GGUF model.`);
  }
  const sha256 = await digest(source, options.signal);
  const entry = catalogued(short);
  if (entry?.sha256 !== undefined && entry.sha256 !== sha256) {
    const other = catalogue().find((one) => one.sha256 === sha256);
    throw new RedraftError(
      "file-error",
      `${file} is not ${short}: its SHA-256 is ${sha256}, and ${short} has ${entry.sha256}. ${other ? `It is ${other.alias}.` : "Add it under another name."}`,
    );
  }
  const path = join(folder, `${short}.gguf`);
  const present = await realpath(path).catch(() => undefined);
  if (present !== source) {
    if (present !== undefined) {
      throw new RedraftError(
        "file-error",
        `there is another model ${short}: ${present}. Remove it first (redraft models remove ${short}).`,
      );
    }
    await mkdir(folder, { recursive: true });
    await rm(path, { force: true }); // a link that leads nowhere
    // Windows allows symbolic links to few; a hard link does the same within a disk.
    await symlink(source, path).catch(() => link(source, path));
  }
  const { size } = await stat(source);
  return { path, size, sha256, verified: entry?.sha256 !== undefined, name: short };
}

/**
 * Downloads a model by alias, URL or hub name into the folder. What has an alias is kept under it.
 *
 * @throws RedraftError `usage` for a name that means nothing, `model-unavailable` when a shipped model has that name,
 *   and what `download` throws.
 */
export async function downloadModel(
  name: string,
  options: StoreOptions & DownloadOptions & { readonly hub?: string } = {},
): Promise<Downloaded & { readonly name: string; readonly already: boolean }> {
  const entry = catalogued(name);
  const hub = entry && hubName(entry);
  if (entry && hub === undefined) {
    throw new RedraftError(
      "model-unavailable",
      `${name} cannot be downloaded as one file: get it another way and add it (redraft models add ${name} <file.gguf>).`,
    );
  }
  const address = modelAddress(hub ?? name, options.hub);
  const folder = options.folder ?? modelFolder();
  const short = entry ? name : address.file.replace(/\.gguf$/i, "");
  const path = join(folder, `${short}.gguf`);
  const expected = options.sha256 ?? entry?.sha256;
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new RedraftError("file-error", `cannot make the folder ${folder}`, { cause: error });
  });
  const present = await stat(path).catch(() => undefined);
  if (present) {
    const sha256 = await digest(path, options.signal);
    if (expected && expected.toLowerCase() !== sha256) {
      throw new RedraftError(
        "file-error",
        `${path} already exists with SHA-256 ${sha256}, not ${expected}; remove it first ("redraft models remove ${short}")`,
      );
    }
    const verified = expected !== undefined;
    return { path, size: present.size, sha256, verified, name: short, already: true };
  }
  const checked = { ...options, ...(expected && { sha256: expected }) };
  return { ...(await download(address.url, path, checked)), name: short, already: false };
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
