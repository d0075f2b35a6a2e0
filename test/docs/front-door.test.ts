import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { obstacles, publicationFields } from "../../scripts/publication.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { unifiedDiff } from "../../src/workspace/diff.ts";
import { listed, pages, root } from "./pages.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const manifest = JSON.parse(read("package.json")) as Record<string, unknown>;

describe("the front door", () => {
  it.each(listed().filter((path) => path.startsWith(".github/") && path.endsWith(".yml")))(
    "%s is YAML",
    (path) => {
      expect(parse(read(path), { strict: true })).toBeTypeOf("object");
    },
  );

  it("asks for the output of apply --json in the bug form", () => {
    expect(read(".github/ISSUE_TEMPLATE/bug.yml")).toContain("redraft apply --json");
  });

  it("tests on three systems and three versions of Node", () => {
    const { jobs } = parse(read(".github/workflows/ci.yml"));
    expect(jobs.test.strategy.matrix).toEqual({
      os: ["ubuntu-latest", "macos-latest", "windows-latest"],
      node: [20, 22, 24],
    });
  });

  it("names every action by its commit, beside the version", () => {
    for (const path of [".github/workflows/ci.yml", ".github/workflows/release.yml"]) {
      const uses = read(path).match(/uses: .*/g) ?? [];
      expect(uses.length, path).toBeGreaterThan(0);
      for (const line of uses) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it("publishes with provenance, after the tests", () => {
    const { jobs } = parse(read(".github/workflows/release.yml"));
    expect(jobs.publish.permissions["id-token"]).toBe("write");
    const runs = (jobs.publish.steps as { run?: string }[]).flatMap(({ run }) => run ?? []);
    const publishes = runs.filter((run) => run.startsWith("npm publish"));
    expect(publishes).toEqual(Array(2).fill("npm publish --provenance --access public"));
    expect(runs.indexOf("npm test")).toBeLessThan(runs.indexOf(publishes[0]!));
  });

  it("documents every entry point of the package", () => {
    const api = JSON.parse(read("typedoc.json")) as { entryPoints: string[] };
    const sources = Object.values(manifest.exports as Record<string, string | { default: string }>)
      .filter((entry) => typeof entry === "object")
      .map((entry) => entry.default.replace("./dist/", "src/").replace(/\.js$/, ".ts"));
    expect([...api.entryPoints].sort()).toEqual(sources.sort());
    const library = pages.find(({ path }) => path === "docs/guide/library.md")!;
    const named = JSON.stringify(library.tokens);
    for (const key of Object.keys(manifest.exports as object)) {
      const name = key.replace(/^\.(?=\/|$)/, "redraft-edit");
      if (!name.endsWith(".json")) expect(named).toContain(`\`${name}\``);
    }
  });

  it("names no page that only some can see", () => {
    const own = listed().filter((path) =>
      /^(docs|README|[A-Z]+\.md|\.github|src|test\/docs)/.test(path),
    );
    const hidden = ["algorithms", "architecture/product"].map((name) => `${name}.md`);
    const wrong = own.filter((path) => hidden.some((name) => read(path).includes(name)));
    expect(wrong.filter((path) => path !== "test/docs/front-door.test.ts")).toEqual([]);
  });
});

describe("publication", () => {
  it("is held back while there is no repository, and by a tag of another version", () => {
    expect(obstacles(null, { a: "0.1.0" }, "v0.1.0")).toHaveLength(1);
    expect(obstacles("https://example.org/o/n", { a: "0.1.0", b: "0.2.0" }, "v0.1.0")).toEqual([
      "the tag is v0.1.0, and b has version 0.2.0",
    ]);
    expect(obstacles("https://example.org/o/n", { a: "0.1.0" }, "v0.1.0")).toEqual([]);
  });

  it("writes repository, bugs and homepage from one address", () => {
    expect(publicationFields("https://example.org/owner/name", "weights")).toEqual({
      repository: {
        type: "git",
        url: "git+https://example.org/owner/name.git",
        directory: "weights",
      },
      bugs: { url: "https://example.org/owner/name/issues" },
      homepage: "https://example.org/owner/name#readme",
    });
    expect(() => publicationFields("example.org/name")).toThrow("of the form");
  });

  it("is nowhere else", () => {
    for (const field of ["repository", "bugs", "homepage"])
      expect(manifest).not.toHaveProperty(field);
  });
});

describe("the first example of the README", () => {
  it("gives the diff that it shows", async () => {
    const readme = read("README.md");
    const command = /\$ npm run -s redraft -- apply (\S+) --edit (\S+) --dry-run\n/.exec(readme);
    const [, path, edit] = command ?? [];
    const source = read(path!);
    const { text } = await createRedraft().apply({
      path: path!,
      source,
      edit: read(edit!),
    });
    const diff = unifiedDiff({ path: path!, text: source }, { path: path!, text: text! });
    const shown = readme.slice(command!.index + command![0].length).split("```")[0]!;
    expect(diff.slice(diff.indexOf("@@"))).toBe(shown);
    expect(readme).toContain(read(edit!).split("\n")[2]!);
  });
});
