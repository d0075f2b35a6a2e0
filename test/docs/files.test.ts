import type { Tokens } from "marked";
import { describe, expect, it } from "vitest";
import { listed, pages } from "./pages.ts";

/** Pages that speak about the sources, not about a user's files. */
const aboutSources = pages.filter(
  ({ path }) => path.startsWith("docs/internals/") || path === "CONTRIBUTING.md",
);
const files = listed();

/** Files that a page has its reader make, and files of users. */
const made = /my-format|<name>|^(?:before|after)\.|^(?:tsconfig|edit|case|record)\.(?:json|txt)$/;

describe("files that the pages name", () => {
  it.each(aboutSources.map((page) => [page.path, page] as const))("%s", (_path, page) => {
    const wrong = page.tokens
      .filter((token): token is Tokens.Codespan => token.type === "codespan")
      .map(({ text }) => text)
      .filter((text) => /^[\w./<>-]+\.(?:ts|mjs|py|c|json)$/.test(text) && !made.test(text))
      .filter((text) => !files.some((file) => file === text || file.endsWith(`/${text}`)));
    expect(wrong).toEqual([]);
  });
});
