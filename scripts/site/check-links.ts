import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Links and sources of a built site that lead nowhere, as `page: address`: a file that is not there, or an anchor that its page
 * does not have. Addresses of other hosts are not asked.
 *
 * @param base the path under which the site is served, `/` or `/name/`
 */
export function brokenLinks(
  folder: string,
  base = "/",
): { readonly checked: number; readonly broken: string[] } {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".html"));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), "utf8")]));
  const anchors = new Map([...texts].map(([page, text]) => [page, anchorsIn(text)]));
  const broken: string[] = [];
  let checked = 0;
  for (const [page, text] of texts) {
    for (const address of addressesOf(text)) {
      const url = new URL(address, `http://site${base}${page}`);
      if (url.host !== "site" || !/^https?:$/u.test(url.protocol)) continue;
      checked += 1;
      const target = url.pathname.startsWith(base)
        ? fileAt(folder, decodeURIComponent(url.pathname.slice(base.length)))
        : undefined;
      const anchor = decodeURIComponent(url.hash.slice(1));
      const known = target === undefined ? undefined : anchors.get(target);
      if (target === undefined || (anchor !== "" && known && !known.has(anchor)))
        broken.push(`${page}: ${address}`);
    }
  }
  return { checked, broken };
}

/** The file that a static host sends for a path. */
function fileAt(folder: string, path: string): string | undefined {
  const tries = [path, `${path}.html`, join(path, "index.html").replaceAll("\\", "/")];
  return tries.find((one) => {
    const full = join(folder, one);
    return one !== "" && existsSync(full) && statSync(full).isFile();
  });
}

const attribute = /\s(href|src|id|name)="([^"]*)"/gu;

function* attributesOf(html: string): Generator<[string, string]> {
  // Scripts hold markup as text.
  const markup = html.replace(/<script\b[^>]*>[\s\S]*?<\/script>/gu, "");
  for (const [, name, value] of markup.matchAll(attribute))
    yield [
      name!,
      value!.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&quot;", '"'),
    ];
}

function addressesOf(html: string): Set<string> {
  const found = new Set<string>();
  for (const [name, value] of attributesOf(html))
    if (name === "href" || name === "src") found.add(value);
  return found;
}

function anchorsIn(html: string): Set<string> {
  const found = new Set<string>();
  for (const [name, value] of attributesOf(html))
    if (name === "id" || name === "name") found.add(value);
  return found;
}
