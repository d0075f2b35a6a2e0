/**
 * Builds the documentation site into `site/dist`: the pages of the repository, the reference of the library, and the inspector as a
 * playground. Fails on a link that leads nowhere. Needs the packages of `site/`: `npm run site` installs them first.
 *
 *   node --import tsx scripts/build-site.ts [--base /redraft/]
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brokenLinks } from "./site/check-links.ts";
import { stageSite } from "./site/stage.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const site = join(root, "site");
const staged = join(site, ".pages");
const at = process.argv.indexOf("--base");
const base = at < 0 ? "/" : process.argv[at + 1]!;

function step(what: string, args: readonly string[], cwd = root): void {
  const started = performance.now();
  execFileSync(process.execPath, args, {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, SITE_BASE: base },
  });
  process.stdout.write(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

const { repository } = JSON.parse(readFileSync(join(root, "scripts/publication.json"), "utf8")) as {
  readonly repository: string | null;
};
const described = stageSite(staged, repository ?? undefined);
writeFileSync(join(staged, "site.json"), JSON.stringify(described));
step("reference", [
  "node_modules/typedoc/bin/typedoc",
  "--out",
  join(staged, "public/api"),
  "--logLevel",
  "Warn",
]);
step("playground", [
  "--import",
  "tsx",
  "scripts/build-page.ts",
  "--playground",
  join(staged, "public/playground"),
]);
step("pages", [join(site, "node_modules/vitepress/bin/vitepress.js"), "build"], site);

const { checked, broken } = brokenLinks(join(site, "dist"), base);
for (const link of broken) process.stderr.write(`leads nowhere: ${link}\n`);
process.stdout.write(`site/dist: ${checked} links, ${broken.length} of them lead nowhere\n`);
if (broken.length > 0) process.exit(1);
