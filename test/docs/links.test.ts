import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { anchors, links, pages, root } from "./pages.ts";

const anchorsOf = new Map(pages.map((page) => [page.path, anchors(page)]));

describe("links between pages", () => {
  it.each(pages.map((page) => [page.path, page] as const))("%s", (path, page) => {
    const wrong = links(page)
      .map(({ href }) => href)
      .filter((href) => !/^(https?|mailto):/.test(href) && !leads(path, href));
    expect(wrong).toEqual([]);
  });

  it("lists every page of docs in the index", () => {
    const index = pages.find(({ path }) => path === "docs/README.md")!;
    const listed = new Set(links(index).map(({ href }) => normalize(join("docs", href))));
    const docs = pages.map(({ path }) => path).filter((path) => path.startsWith("docs/"));
    expect(docs.filter((path) => path !== index.path && !listed.has(path))).toEqual([]);
  });
});

/** Whether a relative link leads to a file of the repository, and its anchor to a heading of it. */
function leads(from: string, href: string): boolean {
  const [target = "", anchor] = href.split("#");
  const path = target === "" ? from : normalize(join(dirname(from), target)).replace(/\/$/, "");
  if (path.startsWith("..") || !existsSync(join(root, path))) return false;
  return anchor === undefined || (anchorsOf.get(path)?.has(anchor) ?? false);
}
