/**
 * Runs the steps of the Dockerfile without Docker: every stage is an empty folder, COPY copies, RUN runs in the stage's folder, and the
 * server of the last stage is started and asked for its health. What it cannot show: the base image, users, and that nothing else of this
 * machine is used.
 *
 *   node --import tsx scripts/replay-dockerfile.ts [--port 8787]
 */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DockerStage, dockerStages } from "./docker/read.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "redraft-docker-"));
const stages = dockerStages(readFileSync(join(root, "Dockerfile"), "utf8"));
const ignored = new Set(["node_modules", "dist"]);

interface StageState {
  readonly home: string;
  cwd: string;
  env: Record<string, string>;
}

function copy(step: DockerStage["steps"][number], { home, cwd }: StageState): void {
  const from = step.flags.get("from");
  const source = from === undefined ? root : join(folder, from);
  const to = step.args.at(-1)!;
  const target = to.startsWith("/") ? join(home, to) : join(cwd, to);
  for (const path of step.args.slice(0, -1)) {
    const at = join(source, path);
    // A folder is copied by what is in it, a file into a folder that ends with a slash.
    const isFile = statSync(at).isFile();
    cpSync(at, isFile && to.endsWith("/") ? join(target, basename(path)) : target, {
      recursive: true,
      filter: (one) => from !== undefined || !ignored.has(basename(one)),
    });
  }
}

function replay(stage: DockerStage): StageState {
  const home = join(folder, stage.name);
  mkdirSync(home);
  const state: StageState = { home, cwd: home, env: {} };
  for (const step of stage.steps) {
    if (step.keyword === "WORKDIR") {
      state.cwd = join(home, step.text);
      mkdirSync(state.cwd, { recursive: true });
    } else if (step.keyword === "ARG" || step.keyword === "ENV") {
      for (const [, name, quoted, plain] of step.text.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/gu))
        state.env[name!] = quoted ?? plain!;
    } else if (step.keyword === "COPY") copy(step, state);
    else if (step.keyword === "RUN") {
      process.stdout.write(`${stage.name}: ${step.text}\n`);
      execFileSync("sh", ["-c", step.text], {
        cwd: state.cwd,
        env: { ...process.env, ...state.env },
        stdio: ["ignore", "ignore", "inherit"],
      });
    }
  }
  return state;
}

try {
  const last = stages.map(replay).at(-1)!;
  const { steps } = stages.at(-1)!;
  const inside = (value: string): string =>
    /^\/(?:app|home)\//u.test(value) ? join(last.home, value) : value;
  const env = Object.fromEntries(
    Object.entries(last.env).map(([name, value]) => [name, inside(value)]),
  );
  const words = ["ENTRYPOINT", "CMD"].flatMap(
    (keyword) => steps.find((step) => step.keyword === keyword)!.args,
  );
  const at = process.argv.indexOf("--port");
  const port = at < 0 ? "0" : process.argv[at + 1]!;
  const [program, ...args] = [...words.map(inside), "--port", port];
  const bytes = execFileSync("du", ["-sm", last.home], { encoding: "utf8" }).split("\t")[0];
  process.stdout.write(`the last stage without its base: ${bytes} MB\n`);
  const server = spawn(program!, args, {
    cwd: last.cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => server.on("exit", resolve));
  const url = await new Promise<string>((resolve, reject) => {
    server.stdout.once("data", (line) => resolve(String(line).trim()));
    void ended.then((code) => reject(new Error(`the server ended with ${code}`)));
  });
  const address = `http://127.0.0.1:${new URL(url).port}`;
  const health = await fetch(`${address}/health`);
  process.stdout.write(`${url}/health: ${health.status} ${await health.text()}\n`);
  const prompt = "<code>a\nb\n</code>\n<update>a\nc\n</update>";
  const answer = await fetch(`${address}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "redraft", messages: [{ role: "user", content: prompt }] }),
  });
  process.stdout.write(`/v1/chat/completions: ${answer.status}\n`);
  server.kill("SIGTERM");
  const code = await ended;
  if (!health.ok || !answer.ok || code !== 0) throw new Error(`the server ended with ${code}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
