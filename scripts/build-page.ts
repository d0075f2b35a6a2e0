/**
 * Builds the inspector page of `inspector/` with esbuild: for `redraft inspect` into `dist/inspect/page`, and with --playground <folder>
 * as a page without a server, which works from any static host and from a file.
 *
 *   node --import tsx scripts/build-page.ts [--playground <folder>]
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { exampleEvents, pageExamples } from "./page-examples.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "inspector");

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  // A file may load no module of another file, so these are classic scripts.
  format: "iife",
  platform: "browser",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  write: false,
};

/** Modules that the script of the languages takes from the page: two copies of them do not know each other. */
const shared = [
  "@codemirror/state",
  "@codemirror/view",
  "@codemirror/language",
  "@lezer/common",
  "@lezer/highlight",
];

/** Modules that are made here, by name. */
function virtualModules(texts: Readonly<Record<string, string>>): Plugin {
  return {
    name: "virtual-modules",
    setup(setup) {
      setup.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: "virtual" }));
      setup.onLoad({ filter: /.*/, namespace: "virtual" }, ({ path }) => ({
        contents: texts[path]!,
        loader: "js",
        resolveDir: root,
      }));
    },
  };
}

const sharedModules: Plugin = {
  name: "shared-modules",
  setup(setup) {
    const names = new RegExp(`^(?:${shared.join("|")})$`);
    setup.onResolve({ filter: names }, ({ path }) => ({ path, namespace: "shared" }));
    setup.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => ({
      contents: `module.exports = globalThis.redraftModules[${JSON.stringify(path)}];`,
    }));
  },
};

async function bundle(options: BuildOptions): Promise<{ text: string; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({ ...common, ...options });
  return { text: outputFiles![0]!.text, metafile: metafile! };
}

interface Built {
  readonly script: string;
  readonly style: string;
  readonly languages: string;
  readonly licences: string;
}

async function buildPage(): Promise<Built> {
  const worker = await bundle({ entryPoints: ["inspector/worker.ts"] });
  const exported = shared.map(
    (name, index) => `import * as shared${index} from ${JSON.stringify(name)};`,
  );
  const table = shared.map((name, index) => `${JSON.stringify(name)}: shared${index}`);
  const plugin = virtualModules({
    "virtual:worker": `export const script = ${JSON.stringify(worker.text)};`,
    "virtual:examples": `export const examples = ${JSON.stringify(await pageExamples(root))};
      export const exampleEvents = ${JSON.stringify(await exampleEvents(root))};`,
    "virtual:page": `${exported.join("\n")}\nglobalThis.redraftModules = { ${table.join(", ")} };\nimport "./inspector/main.ts";`,
  });
  const [main, style, languages] = await Promise.all([
    bundle({ stdin: { contents: 'import "virtual:page";', resolveDir: root }, plugins: [plugin] }),
    bundle({ entryPoints: ["inspector/page.css"] }),
    bundle({ entryPoints: ["inspector/languages.ts"], plugins: [sharedModules] }),
  ]);
  const inputs = [worker, main, languages].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const licences = await licencesOf(inputs);
  return { script: main.text, style: style.text, languages: languages.text, licences };
}

/** The licence of every package that the page contains. */
async function licencesOf(inputs: readonly string[]): Promise<string> {
  const names = new Set(
    inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  const parts = [...names].sort().map(async (name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(
      await readFile(join(folder, "package.json"), "utf8"),
    ) as {
      readonly version: string;
      readonly license: string;
    };
    const file = ["LICENSE", "LICENSE.md", "LICENCE"].find((one) => existsSync(join(folder, one)));
    const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  const texts = await Promise.all(parts);
  return `The inspector page contains these packages.\n\n${texts.join(`\n${"-".repeat(72)}\n\n`)}`;
}

async function writePage(folder: string, built: Built, served: boolean): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const html = await readFile(join(page, "index.html"), "utf8");
  await Promise.all([
    writeFile(
      join(folder, "index.html"),
      served ? html : html.replace('content="served"', 'content="static"'),
    ),
    writeFile(join(folder, "page.js"), built.script),
    writeFile(join(folder, "languages.js"), built.languages),
    writeFile(join(folder, "licences.txt"), built.licences),
    writeFile(join(folder, "page.css"), built.style),
  ]);
}

const started = performance.now();
const flag = process.argv.indexOf("--playground");
const target = flag < 0 ? undefined : resolve(process.argv[flag + 1] ?? "playground");
const folder = target ?? join(root, "dist/inspect/page");
const built = await buildPage();
await writePage(folder, built, target === undefined);
const kilobytes = Math.round((built.script.length + built.languages.length) / 1024);
process.stdout.write(
  `${target ?? "dist/inspect/page"}: ${kilobytes} KB of scripts in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
);
