import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import GithubSlugger from "github-slugger";
import { lexer, type Token, type Tokens, walkTokens } from "marked";

export const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Page {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly tokens: readonly Token[];
}

/** Every Markdown page of the repository that a person reads, parsed. */
export const pages: readonly Page[] = listed()
  .filter((path) => path.endsWith(".md") && !path.startsWith("test/edits/"))
  .filter((path) => existsSync(join(root, path)))
  .map((path) => {
    const tokens: Token[] = [];
    walkTokens(lexer(readFileSync(join(root, path), "utf8")), (token) => {
      tokens.push(token);
    });
    return { path, tokens };
  });

/** Tracked files and new ones that git does not ignore. */
export function listed(): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
  return execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim().split("\n");
}

export const codeBlocks = (page: Page): Tokens.Code[] =>
  page.tokens.filter((token): token is Tokens.Code => token.type === "code");

export const links = (page: Page): Tokens.Link[] =>
  page.tokens.filter((token): token is Tokens.Link => token.type === "link");

/** The anchors that GitHub gives to the headings of a page. */
export function anchors(page: Page): Set<string> {
  const slugger = new GithubSlugger();
  const headings = page.tokens.filter((token) => token.type === "heading");
  return new Set(headings.map((heading) => slugger.slug(plainText(heading as Tokens.Heading))));
}

function plainText(token: Tokens.Generic): string {
  if (token.tokens) return token.tokens.map((inner) => plainText(inner)).join("");
  return String(token.text ?? "");
}
