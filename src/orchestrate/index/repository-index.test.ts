import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { memoryRepository } from "../../../test/support/memory-repository.ts";
import { repositoryFiles } from "../../workspace/repository-files.ts";
import { parserFor } from "../../workspace/syntax.ts";
import { createRepositoryIndex, type RepositoryIndex } from "./repository-index.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function makeFolder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "redraft-index-"));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) write(root, path, text);
  return root;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function git(root: string, ...args: string[]): void {
  const who = ["-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false"];
  execFileSync("git", [...who, ...args], { cwd: root, stdio: "pipe" });
}

/** Everything that an index answers. */
async function contents(index: RepositoryIndex, words: readonly string[]): Promise<unknown> {
  const outlines: Record<string, unknown> = {};
  for (const path of index.paths()) outlines[path] = await index.outline(path);
  const found = words.map((word) => [word, index.mentions(word)]);
  const definitions = await Promise.all(words.map((word) => index.definitions(word)));
  return {
    paths: index.paths(),
    outlines,
    found,
    definitions,
    stars: [...index.reexporting()].sort(),
  };
}

async function indexed(root: string): Promise<RepositoryIndex> {
  const index = createRepositoryIndex(repositoryFiles(root), parserFor);
  await index.update();
  return index;
}

describe("the index of a repository", () => {
  it("knows definitions, imports and mentions in three languages", async () => {
    const files = new Map([
      [
        "a.ts",
        "import { b } from './b';\nexport class A { m() {} p = 1 }\nfunction f() { const local = 1; }\ntype T = 1;\n",
      ],
      ["b.js", "const x = require('./c'); export * from './d';\nclass B { #q; n = 1 }\n"],
      [
        "c.py",
        "import os.path\nfrom .d import e\nX = 1\nclass C:\n    y = 2\n    def g(self): z = 3\n",
      ],
      [
        "d.go",
        'package d\n\nimport "fmt"\n\ntype D struct{ F int }\n\nfunc (d D) M() {}\n\nvar V, W = 1, 2\n',
      ],
      ["readme.md", "class A and f\n"],
    ]);
    const index = createRepositoryIndex(memoryRepository(files), parserFor);
    await index.update();
    const named = async (path: string): Promise<string[]> =>
      (await index.outline(path)).definitions.map(({ name, kind }) => `${kind} ${name}`).sort();
    expect(await named("a.ts")).toEqual([
      "class A",
      "function f",
      "member m",
      "member p",
      "type T",
    ]);
    expect(await named("b.js")).toEqual(["class B", "member n", "value x"]);
    expect(await named("c.py")).toEqual(["class C", "function g", "member y", "value X"]);
    expect(await named("d.go")).toEqual(["member F", "member M", "type D", "value V", "value W"]);
    const imports = async (path: string): Promise<string[]> =>
      (await index.outline(path)).imports.map(({ specifier }) => specifier).sort();
    expect(await imports("a.ts")).toEqual(["./b"]);
    expect(await imports("b.js")).toEqual(["./c", "./d"]);
    expect(await imports("c.py")).toEqual([".d", "os.path"]);
    expect(await imports("d.go")).toEqual(["fmt"]);
    expect(index.mentions("A")).toEqual(["a.ts", "readme.md"]);
    expect(index.mentions("nowhere")).toEqual([]);
    expect(index.reexporting()).toEqual(["b.js"]);
    expect(await index.definitions("A")).toEqual([
      { path: "a.ts", name: "A", kind: "class", line: 2 },
    ]);
  });

  it("equals one that is made anew, whatever is written, moved and removed", async () => {
    const name = fc.constantFrom("a.ts", "b.py", "c.go", "d/e.js", "d/f.ts");
    const text = fc.constantFrom(
      "export class One {}\n",
      "export class Two {}\n",
      "export * from './x';\n",
      "def one(): pass\n",
      "package p\n\nfunc One() {}\n",
      "",
    );
    const step = fc.oneof(
      fc.record({ kind: fc.constant("write" as const), name, text }),
      fc.record({ kind: fc.constant("remove" as const), name }),
      fc.record({ kind: fc.constant("move" as const), name, to: name }),
      fc.record({ kind: fc.constant("look" as const), only: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const files = new Map<string, string>();
        const index = createRepositoryIndex(memoryRepository(files), parserFor);
        let touched = new Set<string>();
        for (const one of [...steps, { kind: "look" as const, only: true }]) {
          if (one.kind === "look") {
            await index.update(one.only ? [...touched] : undefined);
            touched = new Set();
            continue;
          }
          touched.add(one.name);
          if (one.kind === "write") files.set(one.name, one.text);
          else if (one.kind === "remove") files.delete(one.name);
          else {
            touched.add(one.to);
            const moved = files.get(one.name);
            files.delete(one.name);
            if (moved !== undefined) files.set(one.to, moved);
          }
        }
        const anew = createRepositoryIndex(memoryRepository(files), parserFor);
        await anew.update();
        const words = ["One", "Two", "one", "class", "x"];
        expect(await contents(index, words)).toEqual(await contents(anew, words));
      }),
      { numRuns: 60 },
    );
  });

  it("follows renames, deletions, branch switches and changes within one tick of the clock", async () => {
    const root = makeFolder({
      ".gitignore": "built/\n",
      "a.ts": "export const alpha = 1;\n",
      "b.ts": "export const beta = 1;\n",
      "built/c.ts": "export const gamma = 1;\n",
    });
    git(root, "init", "-q");
    git(root, "add", ".");
    git(root, "commit", "-qm", "one");
    const index = await indexed(root);
    const same = async (): Promise<void> => {
      await index.update();
      const words = ["alpha", "beta", "gamma", "delta", "omega"];
      expect(await contents(index, words)).toEqual(await contents(await indexed(root), words));
    };
    expect(index.paths()).toEqual([".gitignore", "a.ts", "b.ts"]);
    expect(index.mentions("gamma")).toEqual([]);

    // The same size, at once.
    write(root, "a.ts", "export const omega = 1;\n");
    await same();
    expect(index.mentions("omega")).toEqual(["a.ts"]);
    expect(index.mentions("alpha")).toEqual([]);

    git(root, "checkout", "-qb", "other");
    renameSync(join(root, "b.ts"), join(root, "moved.ts"));
    write(root, "d.ts", "export const delta = 1;\n");
    git(root, "add", "-A");
    git(root, "commit", "-qm", "two");
    await same();
    expect(index.mentions("beta")).toEqual(["moved.ts"]);

    git(root, "checkout", "-q", "-");
    await same();
    expect(index.mentions("alpha")).toEqual(["a.ts"]);
    rmSync(join(root, "a.ts"));
    await same();
    expect(index.paths()).toEqual([".gitignore", "b.ts"]);
  });

  it("runs no program that a repository names", async () => {
    const root = makeFolder({ "a.ts": "export const alpha = 1;\n" });
    git(root, "init", "-q");
    git(root, "config", "core.fsmonitor", "touch ran #");
    expect((await indexed(root)).paths()).toEqual(["a.ts"]);
  });

  it("works outside of git, and leaves out installed files", async () => {
    const root = makeFolder({
      "a.ts": "export const alpha = 1;\n",
      "node_modules/m/a.ts": "export const alpha = 1;\n",
      ".cache/a.ts": "export const alpha = 1;\n",
    });
    expect((await indexed(root)).mentions("alpha")).toEqual(["a.ts"]);
  });

  it("skips what is no text", async () => {
    const root = makeFolder({ "a.ts": "alpha\0alpha", "b.ts": "alpha" });
    expect((await indexed(root)).mentions("alpha")).toEqual(["b.ts"]);
  });
});
