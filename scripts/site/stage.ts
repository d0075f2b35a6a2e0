import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { join as joinUrl, normalize } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { lexer, type Token, type Tokens, walkTokens } from "marked";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Pages outside of `docs/`, and what they are called on the site. */
const otherPages: Readonly<Record<string, string>> = {
  "README.md": "overview.md",
  "CHANGELOG.md": "changelog.md",
  "CONTRIBUTING.md": "contributing.md",
  "SECURITY.md": "security.md",
  "weights/README.md": "weights.md",
  "training/README.md": "training.md",
};

/** Folders that are served as they are: from the repository, on the site. */
const publicFolders: Readonly<Record<string, string>> = {
  "docs/figures": "figures",
  "docs/internals/figures": "internals/figures",
  "docs/schemas": "schemas",
};

/** Files that are served where a page links to them. */
const picture = /\.(?:svg|png)$/u;

/** What the configuration of VitePress reads. */
export interface StagedSite {
  readonly version: string;
  readonly sidebar: readonly SidebarGroup[];
  /** By page of the site, then by the address as written: the address on the site, or null where the site has no such file. */
  readonly links: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
}

interface SidebarGroup {
  readonly text: string;
  readonly collapsed: boolean;
  readonly items: readonly { readonly text: string; readonly link: string }[];
}

/**
 * Lays the Markdown pages of the repository out as the site has them, below `folder`, with figures and schemas in `public/`.
 *
 * @param repository the address of the code, where it is public: links to files that are no pages lead there
 */
export function stageSite(folder: string, repository: string | undefined): StagedSite {
  rmSync(folder, { recursive: true, force: true });
  const pages = sitePages();
  const links: Record<string, Record<string, string | null>> = {};
  for (const [from, to] of pages) {
    const text = readFileSync(join(root, from), "utf8");
    const target = join(folder, to);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, withoutComments(text));
    const found = addressesIn(text).filter((href) => !/^(?:[a-z]+:|#)/u.test(href));
    links[to] = Object.fromEntries(
      found.map((href) => [href, siteAddress(from, href, pages, repository)]),
    );
  }
  cpSync(join(root, "site/home.md"), join(folder, "index.md"));
  cpSync(join(root, "site/icon.svg"), join(folder, "public/icon.svg"));
  for (const [from, to] of Object.entries(publicFolders))
    cpSync(join(root, from), join(folder, "public", to), { recursive: true });
  for (const address of Object.values(links).flatMap((of) => Object.values(of)))
    if (address !== null && picture.test(address) && !existsSync(join(folder, "public", address)))
      cpSync(join(root, address), join(folder, "public", address));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
  };
  return { version, sidebar: sidebarOf(pages), links };
}

/** Every page: its file in the repository, and on the site. */
function sitePages(): Map<string, string> {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".md") && !path.startsWith("api/"))
    .sort();
  const pages = new Map(
    docs.map((path) => [`docs/${path}`, path === "README.md" ? "contents.md" : path]),
  );
  for (const [from, to] of Object.entries(otherPages)) pages.set(from, to);
  return pages;
}

/** Notes for our tests and for editors; the site takes `<` as text. */
function withoutComments(markdown: string): string {
  return lexer(markdown)
    .map(({ type, raw }) => (type === "html" && raw.startsWith("<!--") ? "" : raw))
    .join("");
}

/** The addresses of links and images. */
function addressesIn(markdown: string): string[] {
  const found: string[] = [];
  walkTokens(lexer(markdown), (token: Token) => {
    if (token.type === "link" || token.type === "image")
      found.push((token as Tokens.Link | Tokens.Image).href);
  });
  return found;
}

function siteAddress(
  from: string,
  href: string,
  pages: ReadonlyMap<string, string>,
  repository: string | undefined,
): string | null {
  const [path = "", anchor] = href.split("#");
  const file = normalize(joinUrl(dirname(from), path)).replace(/\/$/u, "");
  const hash = anchor === undefined ? "" : `#${anchor}`;
  const page = pages.get(file);
  if (page !== undefined) return `/${page}${hash}`;
  for (const [folder, to] of Object.entries(publicFolders))
    if (file.startsWith(`${folder}/`)) return `/${to}${file.slice(folder.length)}`;
  if (!existsSync(join(root, file)))
    throw new Error(`${from} links to ${href}, which is not there`);
  if (picture.test(file)) return `/${file}`;
  return repository === undefined ? null : `${repository}/blob/main/${file}${hash}`;
}

/** The groups of the index `docs/README.md`: a heading with a table, whose first column links to pages. */
function sidebarOf(pages: ReadonlyMap<string, string>): SidebarGroup[] {
  const groups: SidebarGroup[] = [];
  let heading = "";
  for (const token of lexer(readFileSync(join(root, "docs/README.md"), "utf8"))) {
    if (token.type === "heading") heading = (token as Tokens.Heading).text.split(":")[0]!;
    if (token.type !== "table") continue;
    const files = (token as Tokens.Table).rows.flatMap(([first]) =>
      addressesIn(first!.text).map((href) => normalize(joinUrl("docs", href))),
    );
    const items = files.map((file) => ({ text: titleOf(file), link: `/${pages.get(file)!}` }));
    groups.push({ text: heading, collapsed: groups.length > 0, items });
  }
  const project = ["overview.md", "contents.md", "changelog.md", "contributing.md", "security.md"];
  const names = new Map([...pages].map(([from, to]) => [to, from]));
  groups.push({
    text: "Project",
    collapsed: true,
    items: project.map((page) => ({ text: titleOf(names.get(page)!), link: `/${page}` })),
  });
  return groups;
}

function titleOf(file: string): string {
  const heading = lexer(readFileSync(join(root, file), "utf8")).find(
    (token) => token.type === "heading",
  ) as Tokens.Heading | undefined;
  if (!heading) throw new Error(`${file} has no heading`);
  return heading.text.replaceAll("`", "");
}
