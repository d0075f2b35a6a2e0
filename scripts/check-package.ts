/**
 * Packs the package as it would be published and uses it: the listing is what it should be, publint and attw
 * find nothing, and every program in `examples/` compiles and runs against the packed files. Needs a fresh
 * build (`npm run build`).
 *
 *   node --import tsx scripts/check-package.ts [--node <path of another node>]
 */
import { execFile } from "node:child_process";
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string): string => join(root, "node_modules/.bin", name);
const tsc = join(root, "node_modules/typescript-native/bin/tsc");
const nodeAt = process.argv.indexOf("--node");
const node = nodeAt === -1 ? process.execPath : process.argv[nodeAt + 1]!;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs a program and shows its output only when it fails. */
async function quietly(
  what: string,
  program: string,
  args: readonly string[],
  cwd = root,
): Promise<string> {
  try {
    const { stdout } = await run(program, [...args], { cwd, maxBuffer: 64 * 1024 * 1024 });
    say(`ok   ${what}`);
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    process.stderr.write(`FAIL ${what}\n${stdout ?? ""}${stderr ?? ""}\n`);
    process.exit(1);
  }
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Our declarations, and what they import, in a project that does not say `skipLibCheck`. Those of `ai` need it. */
async function checkDeclarations(folder: string, compilerOptions: object): Promise<void> {
  const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    exports: Record<string, unknown>;
  };
  const entries = Object.keys(exports).filter((name) => !/json$|^\.\/ai$/.test(name));
  const imports = entries.map((name, index) => {
    return `export * as entry${index} from "redraft-edit${name.slice(1)}";\n`;
  });
  await writeFile(join(folder, "entries.mts"), imports.join(""));
  await writeFile(
    join(folder, "tsconfig.entries.json"),
    JSON.stringify({
      // The default libraries of TypeScript: web-tree-sitter needs those of a browser.
      compilerOptions: { ...compilerOptions, skipLibCheck: false, noEmit: true, lib: undefined },
      include: ["entries.mts"],
    }),
  );
  const words = [tsc, "-p", join(folder, "tsconfig.entries.json")];
  await quietly("the packed types compile without skipLibCheck", process.execPath, words);
}

function checkListing({ files }: Packed): void {
  const wrong = files
    .map(({ path }) => path)
    .filter(
      (path) =>
        !/^(dist\/|models\/[a-z-]+\.json$|bench-data\/acceptance-folds\.json$|(README\.md|LICENSE|package\.json)$)/.test(
          path,
        ),
    )
    .concat(
      files.map(({ path }) => path).filter((path) => /\.test\.|\.test-d\.|tsbuildinfo/.test(path)),
    );
  if (wrong.length > 0) {
    process.stderr.write(
      `FAIL the package has files that do not belong into it: ${wrong.join(", ")}\n`,
    );
    process.exit(1);
  }
  const size = files.reduce((sum, file) => sum + file.size, 0);
  say(`ok   ${files.length} files, ${(size / 1024 / 1024).toFixed(1)} MB unpacked`);
}

/** A folder in which the packed package is installed beside its dependencies, as npm would lay it out. */
async function install(tarball: string, folder: string): Promise<void> {
  const modules = join(folder, "node_modules");
  await mkdir(modules, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", folder]);
  await cp(join(folder, "package"), join(modules, "redraft-edit"), { recursive: true });
  await rm(join(folder, "package"), { recursive: true });
  for (const name of await readdir(join(root, "node_modules"))) {
    if (name !== "redraft-edit")
      await symlink(join(root, "node_modules", name), join(modules, name));
  }
}

/** The package of the trial weights is packed as well, and the packed command line finds them beside it. */
async function checkWeights(folder: string): Promise<void> {
  const options = ["--ignore-scripts", "--json", "--pack-destination", folder];
  const listing = await quietly(
    "npm pack weights",
    "npm",
    ["pack", ...options],
    join(root, "weights"),
  );
  const { filename, files } = (JSON.parse(listing) as Packed[])[0]!;
  const wrong = files.filter(
    ({ path }) =>
      !/^([\w.-]+\.(gguf|svg)|checksums\.txt|README\.md|LICENSE|package\.json)$/.test(path),
  );
  if (wrong.length > 0) throw new Error(`weights: ${wrong.map(({ path }) => path).join(", ")}`);
  const modules = join(folder, "node_modules");
  await run("tar", ["-xzf", join(folder, filename), "-C", folder]);
  await cp(join(folder, "package"), join(modules, "redraft-edit-weights"), { recursive: true });
  const main = join(modules, "redraft-edit/dist/cli/main.js");
  const list = ["models", "list", "--verify", "--json"];
  const answer = JSON.parse(await quietly("redraft models", node, [main, ...list])) as {
    readonly models: readonly { readonly name: string; readonly path: string }[];
  };
  const found = answer.models.filter(({ path }) => path.includes("redraft-edit-weights"));
  if (found.map(({ name }) => name).join() !== "apply,draft") {
    throw new Error(`the installed weights are not found: ${JSON.stringify(answer)}`);
  }
}

const folder = await mkdtemp(join(tmpdir(), "redraft-package-"));
try {
  const listing = await quietly("npm pack", "npm", [
    "pack",
    "--ignore-scripts",
    "--json",
    "--pack-destination",
    folder,
  ]);
  const packed = (JSON.parse(listing) as Packed[])[0]!;
  const tarball = join(folder, packed.filename);
  checkListing(packed);
  await stat(join(root, "dist/index.js"));
  await quietly("publint", bin("publint"), ["run", tarball, "--strict"]);
  await quietly("attw", bin("attw"), [tarball, "--profile", "esm-only"]);

  await install(tarball, folder);
  await cp(join(root, "examples"), join(folder, "examples"), { recursive: true });
  const config = JSON.parse(await readFile(join(root, "tsconfig.json"), "utf8")) as {
    compilerOptions: Record<string, unknown>;
  };
  // A user's project: no paths of ours.
  const { paths: _, ...compilerOptions } = config.compilerOptions;
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: { ...compilerOptions, noEmit: false },
      include: ["examples"],
    }),
  );
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
  await quietly("examples compile against the packed types", process.execPath, [tsc, "-p", folder]);
  await checkDeclarations(folder, compilerOptions);
  const programs = (await readdir(join(folder, "examples"))).filter((name) => name.endsWith(".ts"));
  for (const name of programs.sort()) {
    const program = join(folder, "examples", name);
    await quietly(`examples/${name}`, node, [program.replace(/\.ts$/, ".js")], folder);
  }
  const help = await quietly("redraft --help", node, [
    join(folder, "node_modules/redraft-edit/dist/cli/main.js"),
    "--help",
  ]);
  // What `bench decode --replay` and `bench traces` read.
  await stat(join(folder, "node_modules/redraft-edit/bench-data/acceptance-folds.json"));
  if (!help.includes("redraft")) throw new Error("the packed command line says nothing");
  await checkWeights(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
