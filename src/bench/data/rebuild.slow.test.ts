import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "./archive.ts";
import { type CaseOrigin, rebuildCases } from "./rebuild.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-data-"));
/** `owner/name.git`, as a host has it below its address. */
const repository = join(folder, "host/owner/name.git");
const path = "src/a file.ts";
// A byte order mark, a carriage return and a missing final newline are what a careless reader loses.
const texts = ["\uFEFFone\r\ntwo\n", "\uFEFFone\r\ntwo\nthrée"];
let origin: CaseOrigin;

const git = (...words: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...words], {
    cwd: repository,
    encoding: "utf8",
  }).trim();

beforeAll(() => {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  git("init", "--quiet");
  git("config", "core.autocrlf", "false");
  // What a public host allows: partial clones, and objects asked for by their names.
  git("config", "uploadpack.allowFilter", "true");
  git("config", "uploadpack.allowAnySHA1InWant", "true");
  for (const text of texts) {
    writeFileSync(join(repository, path), text);
    git("add", ".");
    git("commit", "--quiet", "--message", "x");
  }
  const [beforeSha256, afterSha256] = texts.map((text) => sha256(Buffer.from(text)));
  origin = {
    id: "a",
    repo: "owner/name",
    license: "MIT",
    commit: git("rev-parse", "HEAD"),
    path,
    language: "typescript",
    beforeSha256: beforeSha256!,
    afterSha256: afterSha256!,
  };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("rebuilding cases", () => {
  const rebuilt = { repo: "owner/name", path, before: texts[0], after: texts[1] };
  const from = pathToFileURL(join(folder, "host")).href;

  it("clones without contents, fetches the two files and gives their bytes", async () => {
    const clones = join(folder, "clones");
    const said: string[] = [];
    const source = { from, clones, onProgress: (line: string) => said.push(line) };
    const cases = await rebuildCases([origin], source);
    expect(cases).toMatchObject([rebuilt]);
    expect(cases[0]).not.toHaveProperty("beforeSha256");
    expect(said).toEqual([`clones ${from}/owner/name.git`, "owner/name: 1 cases"]);
    expect(readdirSync(join(clones, "owner"))).toEqual(["name.git"]);
    // The clone is used again: another run needs no host.
    expect(await rebuildCases([origin], { from: "file:///nowhere", clones })).toEqual(cases);
  });

  it("takes a clone that is there, by any of its usual names", async () => {
    const source = {
      from: "file:///nowhere",
      clones: join(folder, "none"),
      mirror: join(folder, "host"),
    };
    expect(await rebuildCases([origin], source)).toMatchObject([rebuilt]);
    const missing = rebuildCases([{ ...origin, repo: "owner/other" }], source);
    await expect(missing).rejects.toMatchObject({ code: "usage" });
    await expect(missing).rejects.toThrow("no clone of owner/other");
  });

  it("refuses a text that is not the measured one, byte for byte", async () => {
    const source = { from, clones: join(folder, "clones"), mirror: join(folder, "host") };
    const lost = sha256(Buffer.from(texts[0]!.replace("\r\n", "\n")));
    const rebuilding = rebuildCases([{ ...origin, beforeSha256: lost }], source);
    await expect(rebuilding).rejects.toMatchObject({ code: "check-failed" });
    await expect(rebuilding).rejects.toThrow(`${path} before commit ${origin.commit}`);
  });

  it("says what git says of a commit that is not there", async () => {
    const source = { from, clones: join(folder, "none"), mirror: join(folder, "host") };
    const rebuilding = rebuildCases([{ ...origin, commit: "f".repeat(40) }], source);
    await expect(rebuilding).rejects.toMatchObject({ code: "engine-failed" });
  });
});
