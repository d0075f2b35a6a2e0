import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { brokenLinks } from "../../scripts/site/check-links.ts";
import { stageSite } from "../../scripts/site/stage.ts";
import { pages } from "./pages.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-site-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the pages of the site", () => {
  const staged = join(folder, "pages");
  const site = stageSite(staged, undefined);

  it("are those of docs, all in the sidebar", () => {
    const docs = pages.map(({ path }) => path).filter((path) => /^docs\/.+\.md$/u.test(path));
    const shown = new Set(site.sidebar.flatMap(({ items }) => items.map(({ link }) => link)));
    const wanted = docs.map((path) => path.replace(/^docs/u, "").replace("/README", "/contents"));
    expect(wanted.filter((path) => !existsSync(join(staged, path)))).toEqual([]);
    expect(wanted.filter((path) => !shown.has(path))).toEqual([]);
  });

  it("link to each other, and to no file that the site does not have", () => {
    const links = site.links["guide/stream.md"]!;
    expect(links["../internals/benchmarks.md"]).toBe("/internals/benchmarks.md");
    expect(site.links["overview.md"]!.examples).toBeNull();
    expect(site.links["overview.md"]!["docs/figures/inspector-merge.png"]).toBe(
      "/figures/inspector-merge.png",
    );
  });

  it("link to the code where it is public", () => {
    const { links } = stageSite(join(folder, "public"), "https://code.example/a/b");
    expect(links["overview.md"]!.examples).toBe("https://code.example/a/b/blob/main/examples");
  });

  it("have no notes for tests in them", () => {
    expect(readFileSync(join(staged, "guide/stream.md"), "utf8")).not.toContain("<!-- ts:");
  });
});

describe("the link check", () => {
  const built = join(folder, "built");
  mkdirSync(join(built, "a"), { recursive: true });
  const write = (name: string, html: string): void => writeFileSync(join(built, name), html);

  it("names what leads nowhere", () => {
    write(
      "index.html",
      '<a href="/a/b.html#there">x</a><a href="a/b#not">y</a><img src="/c.png"><a href="https://other.example/z">z</a>',
    );
    write(
      "a/b.html",
      '<h1 id="there">b</h1><a href="../">home</a><a href="missing.html">m</a><script>"<a href=\'q\'>"</script>',
    );
    expect(brokenLinks(built)).toEqual({
      checked: 5,
      broken: ["index.html: a/b#not", "index.html: /c.png", "a/b.html: missing.html"],
    });
  });

  it("knows the path under which a site is served", () => {
    write("index.html", '<a href="/name/a/b.html">x</a><a href="/a/b.html">y</a>');
    write("a/b.html", "");
    expect(brokenLinks(built, "/name/").broken).toEqual(["index.html: /a/b.html"]);
  });
});
