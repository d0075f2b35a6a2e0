/**
 * Where the packages are published from: `repository` in `publication.json`, null until there is such a place. `repository`,
 * `bugs` and `homepage` of both packages are made of it at release, and nowhere else.
 *
 *   node --import tsx scripts/publication.ts [--tag v0.1.0] [--write]
 */
import { readFileSync, writeFileSync } from "node:fs";

/** The fields of a package.json that name where the code is. */
export function publicationFields(repository: string, directory?: string): Record<string, unknown> {
  if (!/^https:\/\/[a-z0-9.-]+\/[\w.-]+\/[\w.-]+$/i.test(repository) || repository.endsWith(".git"))
    throw new Error(`"${repository}" is not an address of the form https://host/owner/name`);
  return {
    repository: { type: "git", url: `git+${repository}.git`, ...(directory && { directory }) },
    bugs: { url: `${repository}/issues` },
    homepage: `${repository}#readme`,
  };
}

/** What keeps a release back, in words; empty = nothing. */
export function obstacles(
  repository: unknown,
  versions: Readonly<Record<string, string>>,
  tag: string | undefined,
): string[] {
  const found: string[] = [];
  if (typeof repository !== "string") {
    found.push('scripts/publication.json names no repository; set "repository" to its address');
  }
  for (const [name, version] of Object.entries(versions)) {
    if (tag !== undefined && tag !== `v${version}`) {
      found.push(`the tag is ${tag}, and ${name} has version ${version}`);
    }
  }
  return found;
}

interface Manifest extends Record<string, unknown> {
  readonly name: string;
  readonly version: string;
}

if (process.argv[1]?.endsWith("publication.ts")) main(process.argv.slice(2));

function main(argv: readonly string[]): void {
  const at = (path: string): URL => new URL(`../${path}`, import.meta.url);
  const read = (path: string): unknown => JSON.parse(readFileSync(at(path), "utf8"));
  const { repository } = read("scripts/publication.json") as { repository: unknown };
  const packages = [undefined, "weights"].map((directory) => {
    const path = directory === undefined ? "package.json" : `${directory}/package.json`;
    return { directory, path, manifest: read(path) as Manifest };
  });
  const versions = Object.fromEntries(packages.map(({ manifest: m }) => [m.name, m.version]));
  const tag = argv.includes("--tag") ? argv[argv.indexOf("--tag") + 1] : undefined;
  const found = obstacles(repository, versions, tag);
  for (const line of found) process.stderr.write(`publication: ${line}.\n`);
  if (found.length > 0) {
    process.exitCode = 1;
    return;
  }
  for (const { directory, path, manifest } of packages) {
    if (!argv.includes("--write")) continue;
    const fields = publicationFields(repository as string, directory);
    writeFileSync(at(path), `${JSON.stringify({ ...manifest, ...fields }, null, 2)}\n`);
  }
}
