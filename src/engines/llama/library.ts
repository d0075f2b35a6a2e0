import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { RedraftError } from "../../core/errors.ts";
import { packageVersions, releases } from "./releases.ts";

/** Where the native library lies and which llama.cpp release it was built from. */
export interface NativeLibrary {
  readonly directory: string;
  readonly release: string;
  /** Name of the package, such as `@node-llama-cpp/linux-x64`. */
  readonly package: string;
}

/** The library as reports name it. */
export function engineName(library: NativeLibrary): string {
  return `llama.cpp ${library.release} (${library.package})`;
}

/** Packages with a library for this platform: with a GPU first where one is wanted, most special first. */
export function packageNames(platform: string, arch: string, gpu: boolean): readonly string[] {
  const system = { linux: "linux", darwin: "mac", win32: "win" }[platform];
  if (system === undefined || (arch !== "x64" && arch !== "arm64")) return [];
  const base = `${system}-${arch}`;
  if (base === "mac-arm64") return ["@node-llama-cpp/mac-arm64-metal"];
  const withGpu = system === "mac" || arch !== "x64" ? [] : ["cuda", "vulkan"];
  return [...(gpu ? withGpu : []).map((kind) => `${base}-${kind}`), base].map(
    (name) => `@node-llama-cpp/${name}`,
  );
}

/**
 * Finds the optional native package of this platform, and koffi, which calls it.
 * Throws `model-unavailable` that names what to install.
 */
export function findLibrary(
  options: { readonly gpu?: boolean; readonly platform?: string; readonly arch?: string } = {},
): NativeLibrary {
  const { gpu = false, platform = process.platform, arch = process.arch } = options;
  const names = packageNames(platform, arch, gpu);
  if (names.length === 0) {
    throw new RedraftError(
      "model-unavailable",
      `there is no prebuilt llama.cpp for ${platform}-${arch}; use --model none, or --model <url> of a model server`,
    );
  }
  const require = createRequire(import.meta.url);
  for (const name of ["koffi", ...names]) {
    const entry = resolve(require, name);
    if (name === "koffi") {
      if (entry === undefined) throw missing("koffi");
      continue;
    }
    if (entry === undefined) continue;
    const directory = path.join(path.dirname(entry), "..", "bins", name.split("/")[1]!);
    return { directory, release: releaseIn(directory, name), package: name };
  }
  throw missing(names.at(-1)!);
}

function resolve(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

function missing(name: string): RedraftError {
  const install = `npm install ${name}${packageVersions[name] ? `@${packageVersions[name]}` : ""}`;
  return new RedraftError(
    "model-unavailable",
    `the local engine needs the optional package ${name}, which is not installed: run \`${install}\`, or go without a model (--model none)`,
    { details: { missing: name, install } },
  );
}

function releaseIn(directory: string, name: string): string {
  const file = path.join(directory, "_nlcBuildMetadata.json");
  let release: unknown;
  try {
    const metadata = JSON.parse(readFileSync(file, "utf8")) as {
      buildOptions?: { llamaCpp?: { release?: unknown } };
    };
    release = metadata.buildOptions?.llamaCpp?.release;
  } catch (cause) {
    throw new RedraftError(
      "model-unavailable",
      `${name} is damaged: ${file} cannot be read; install it again`,
      { cause },
    );
  }
  if (typeof release !== "string" || !(release in releases)) {
    throw new RedraftError(
      "model-unavailable",
      `${name} holds llama.cpp ${String(release)}, whose data layout is not known here; known: ${Object.keys(releases).join(", ")}. Install a version of the package that this version of redraft names.`,
    );
  }
  return release;
}

/** Path of a shared library by its bare name (`llama`, `ggml`, `ggml-base`), whatever prefix, version and suffix it has. */
export function libraryFile(directory: string, name: string): string {
  const pattern = new RegExp(`^(lib)?${name}(\\.metal)?(\\.v[\\d.]+)?\\.(so|dylib|dll)$`);
  const files = existsSync(directory) ? readdirSync(directory) : [];
  const file = files.find((candidate) => pattern.test(candidate));
  if (file === undefined) {
    throw new RedraftError("model-unavailable", `no library "${name}" in ${directory}`);
  }
  return path.join(directory, file);
}
