import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { dockerStages } from "../scripts/docker/read.ts";
import { serveCommand } from "../src/cli/serve.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (name: string): string => readFileSync(join(root, name), "utf8");
const stages = dockerStages(read("Dockerfile"));
const last = stages.at(-1)!;
const argsOf = (keyword: string): readonly string[] | undefined =>
  last.steps.find((step) => step.keyword === keyword)?.args;

it("copies only files that are there and that are sent to the builder", () => {
  const sent = new Set(read(".dockerignore").match(/(?<=^!).+$/gmu));
  const copied = stages
    .flatMap(({ steps }) => steps)
    .filter(({ keyword, flags }) => keyword === "COPY" && !flags.has("from"))
    .flatMap(({ args }) => args.slice(0, -1));
  expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(copied.toSorted()).toEqual([...sent].toSorted());
});

it("runs as a user who is not root, and says whether it is healthy", () => {
  const keywords = last.steps.map(({ keyword }) => keyword);
  expect(argsOf("USER")).toEqual(["1000:1000"]);
  expect(keywords.indexOf("USER")).toBeLessThan(keywords.indexOf("CMD"));
  expect(keywords.slice(keywords.indexOf("USER"))).not.toContain("COPY");
  const port = serveCommand().options.find(({ long }) => long === "--port")!.defaultValue;
  expect(argsOf("EXPOSE")).toEqual([String(port)]);
  expect(last.steps.find(({ keyword }) => keyword === "HEALTHCHECK")!.text).toContain(
    `http://127.0.0.1:${port}/health`,
  );
});

it("starts a command line that the server takes", () => {
  const [program, ...args] = argsOf("CMD")!;
  expect(program).toBe("serve");
  const { unknown, operands } = serveCommand().parseOptions([...args]);
  expect([unknown, operands]).toEqual([[], []]);
});

it("is composed on loopback, without rights, with a key", () => {
  const { services } = parse(read("compose.yaml")) as {
    services: { redraft: Record<string, unknown> };
  };
  const { redraft } = services;
  expect(redraft.ports).toEqual(["127.0.0.1:8787:8787"]);
  expect(redraft).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
  expect(JSON.stringify(redraft.environment)).toMatch(/\$\{REDRAFT_API_KEY:\?/u);
});
