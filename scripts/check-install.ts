/**
 * Installs the packed packages in an empty folder, as a stranger would, and does everything by the library alone: applies a sketch,
 * settles by the ranker, decodes with a GGUF, edits from an instruction, serves, and runs `redraft-edit/merge` in a browser page.
 * Needs a build and the npm registry; the page needs a Chromium (`--browser <path>`, else it is left out and said so).
 *
 *   npm run build && npm run check:install
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { build } from "esbuild";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({ options: { browser: { type: "string" } } });

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function pack(folder: string, to: string): Promise<string> {
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", to];
  const { stdout } = await run("npm", args, { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
  return join(to, (JSON.parse(stdout) as { filename: string }[])[0]!.filename);
}

const program = `
import assert from "node:assert/strict";
import { createRedraft, RedraftError, readTextFile } from "redraft-edit";
import { decode } from "redraft-edit/decode";
import { copyDrafter, createController, spellerOf } from "redraft-edit/drafters";
import { llamaTarget } from "redraft-edit/engines";
import { startServer } from "redraft-edit/http";

const source = "function add(a, b) {\\n  return a + b;\\n}\\n\\nfunction sub(a, b) {\\n  return a - b;\\n}\\n";
const sketch = "function add(a, b) {\\n  return Number(a) + Number(b);\\n}\\n\\n// ... existing code ...\\n";
const redraft = createRedraft({ settle: "ranker" });
const done = await redraft.apply({ path: "math.js", source, edit: sketch });
assert.equal(done.text, source.replace("a + b", "Number(a) + Number(b)"));
assert.equal(done.route, "merge");
console.log("ok   applies a sketch");

const question = JSON.parse(await (await import("node:fs/promises")).readFile("question.json", "utf8"));
await assert.rejects(createRedraft().apply(question), (error) => RedraftError.is(error) && error.code === "ambiguous");
const settled = await redraft.apply(question);
assert.equal(settled.route, "model");
assert.equal(settled.model, "ranker");
console.log("ok   settles by the ranker");

const model = new URL("redraft-apply-6m-q8_0.gguf", import.meta.resolve("redraft-edit-weights/package.json"));
const target = await llamaTarget({ model: model.pathname });
const sequence = await target.open();
const prompt = await target.tokenize("<|file|>" + source + "<|sketch|>" + sketch + "<|apply|>", { special: true });
const planner = createController({ drafters: [copyDrafter({ speller: spellerOf(target) })], cost: target.capabilities.cost });
let passes = 0;
let written = 0;
const steps = decode(sequence, { request: { prompt, source: await target.tokenize(source) }, planner, capabilities: target.capabilities, maxTokens: 40, isEnd: target.isEnd, detokenize: target.detokenize });
for await (const step of steps) {
  passes += 1;
  written += step.tokens.length;
}
await sequence.dispose();
await target.dispose();
assert.ok(written > passes);
console.log("ok   decodes with a GGUF: " + written + " tokens in " + passes + " passes");

const writer = {
  kind: "text", name: "stand-in",
  async *complete() { yield { text: "<edit_file>\\n<target_file>math.js</target_file>\\n<code_edit>\\n" + sketch + "</code_edit>\\n</edit_file>\\n", finish: "stop" }; },
  async dispose() {},
};
const made = await createRedraft({ writer }).edit({ files: [{ path: "math.js", text: source, exists: true }], instruction: "add numbers", via: "cascade" });
assert.equal(made.files[0].result.text, done.text);
console.log("ok   edits from an instruction");

const server = await startServer({ redraft, port: 0, version: "0.0.0" });
const health = await fetch(server.url + "/health");
assert.equal(health.status, 200);
await server.close();
console.log("ok   serves");
await redraft.dispose();
`;

const page = `
import { merge, readEdit, checkProof } from "redraft-edit/merge";
const source = "a();\\nb();\\nc();\\n";
const edit = readEdit("a();\\nx();\\nb();\\n// ... existing code ...\\n", { path: "a.js", source, format: "lazy" });
const outcome = merge(source, edit);
const problems = outcome.kind === "proved" ? checkProof(source, edit, outcome.text, outcome.proof) : ["not proved"];
document.title = outcome.kind + " " + problems.length;
document.body.textContent = outcome.kind === "proved" ? outcome.text : outcome.message;
`;

/** A diff whose context lacks a line: the merge finds two places, and the ranker is confident in one. */
async function question(): Promise<string> {
  const read = (name: string): Promise<string> =>
    readFile(join(root, "examples/edits", name), "utf8");
  return JSON.stringify({
    path: "queue.go",
    source: await read("queue.go"),
    edit: await read("left-out.diff"),
  });
}

const folder = await mkdtemp(join(tmpdir(), "redraft-install-"));
try {
  const tarballs = [await pack(root, folder), await pack(join(root, "weights"), folder)];
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", ...tarballs], { cwd: folder });
  say("ok   npm install of both tarballs in an empty folder");
  await writeFile(join(folder, "question.json"), await question());
  await writeFile(join(folder, "program.mjs"), program);
  const { stdout } = await run(process.execPath, ["program.mjs"], { cwd: folder });
  process.stdout.write(stdout);
  await writeFile(join(folder, "page.mjs"), page);
  const { outputFiles } = await build({
    entryPoints: [join(folder, "page.mjs")],
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  const html = `<!doctype html><meta charset="utf-8"><body><script type="module">${outputFiles[0]!.text.replaceAll("</script", "<\\/script")}</script></body>`;
  await writeFile(join(folder, "page.html"), html);
  const browser =
    values.browser ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
  if (browser === undefined) say("left out: redraft-edit/merge in a page (no Chromium here)");
  else {
    const args = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--dump-dom",
      "--virtual-time-budget=5000",
    ];
    const dom = await run(browser, [...args, `file://${join(folder, "page.html")}`]);
    if (!dom.stdout.includes("<title>proved 0</title>")) throw new Error(dom.stdout.slice(0, 500));
    say("ok   redraft-edit/merge in a browser page");
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
