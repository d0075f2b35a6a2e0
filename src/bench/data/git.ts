import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RedraftError } from "../../core/errors.ts";

export interface RepositorySource {
  /** A folder with clones that are already there, bare or not; they are only read. */
  readonly mirror?: string;
  /** Address that `/<owner>/<name>.git` is appended to. */
  readonly from: string;
  /** Folder for the clones that are made. */
  readonly clones: string;
  /** Called with a line about what is being done. */
  readonly onProgress?: (line: string) => void;
}

/**
 * Finds or makes a clone of a public repository and returns its folder. A clone that is made has every commit and folder,
 * and no file content (`--filter=blob:none`): `readBlobs` fetches what is asked for.
 *
 * @throws `RedraftError` `usage` where the mirror does not have the repository; `engine-failed` where git fails.
 */
export async function openRepository(name: string, source: RepositorySource): Promise<string> {
  if (source.mirror !== undefined) {
    const forms = [name, `${name}.git`, name.replace("/", "+"), name.split("/").at(-1)!];
    const found = forms
      .flatMap((form) => [join(source.mirror!, form), join(source.mirror!, form, "repo")])
      .find((folder) => existsSync(join(folder, "objects")) || existsSync(join(folder, ".git")));
    if (found !== undefined) return found;
    throw new RedraftError(
      "usage",
      `--mirror: ${source.mirror} has no clone of ${name}; looked for ${forms.join(", ")}.`,
    );
  }
  const folder = join(source.clones, `${name}.git`);
  if (existsSync(folder)) return folder;
  const address = `${source.from.replace(/\/$/, "")}/${name}.git`;
  source.onProgress?.(`clones ${address}`);
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await runGit(dirname(folder), [
    "clone",
    "--quiet",
    "--bare",
    "--filter=blob:none",
    address,
    part,
  ]);
  await rename(part, folder);
  return folder;
}

/** A file of a commit. */
export interface BlobName {
  /** As git reads it: a hash, or `<hash>^` for its first parent. */
  readonly commit: string;
  readonly path: string;
}

/**
 * Returns the contents of files, in the order of their names.
 *
 * @throws `RedraftError` `engine-failed` where a commit or a file is missing, or git fails.
 */
export async function readBlobs(folder: string, names: readonly BlobName[]): Promise<Buffer[]> {
  const ids: string[] = [];
  // In portions: a command line has a limit.
  for (let start = 0; start < names.length; start += 100) {
    const portion = names.slice(start, start + 100);
    const words = portion.map(({ commit, path }) => `${commit}:${path}`);
    ids.push(
      ...(await runGit(folder, ["rev-parse", ...words])).toString("utf8").trim().split("\n"),
    );
  }
  if (await isPartial(folder)) await fetchBlobs(folder, ids);
  return readObjects(
    await runGit(folder, ["cat-file", "--batch"], `${ids.join("\n")}\n`),
    ids.length,
  );
}

async function isPartial(folder: string): Promise<boolean> {
  const config = await runGit(folder, [
    "config",
    "--get",
    "--default",
    "false",
    "remote.origin.promisor",
  ]);
  return config.toString("utf8").trim() === "true";
}

/** Fetches many objects in one request; `cat-file` alone would make one request for each. */
async function fetchBlobs(folder: string, ids: readonly string[]): Promise<void> {
  const words = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "origin"];
  const options = ["--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--stdin"];
  await runGit(folder, [...words, ...options], `${[...new Set(ids)].join("\n")}\n`);
}

/** Reads the output of `git cat-file --batch`: a line `<id> blob <bytes>`, the content, a newline. */
function readObjects(output: Buffer, count: number): Buffer[] {
  const contents: Buffer[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const end = output.indexOf(10, at);
    const head = output.toString("utf8", at, end);
    const size = / blob (\d+)$/.exec(head)?.[1];
    if (size === undefined) throw new RedraftError("engine-failed", `git has no file ${head}.`);
    const start = end + 1;
    contents.push(output.subarray(start, start + Number(size)));
    at = start + Number(size) + 1;
  }
  return contents;
}

/** What git prints; `input` is its standard input. */
export function runGit(cwd: string, words: readonly string[], input = ""): Promise<Buffer> {
  // Variables that git sets for its hooks would lead to another repository.
  const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn("git", [...words], { cwd, env: { ...env, GIT_TERMINAL_PROMPT: "0" } });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    child.stdin.on("error", () => {});
    child.once("error", (cause) => {
      reject(new RedraftError("engine-failed", `git did not start: ${cause.message}`, { cause }));
    });
    child.once("close", (code) => {
      if (code === 0) return resolve(Buffer.concat(out));
      const said = Buffer.concat(errors).toString("utf8").trim();
      reject(new RedraftError("engine-failed", `git ${words.slice(0, 4).join(" ")}...: ${said}`));
    });
    child.stdin.end(input);
  });
}
