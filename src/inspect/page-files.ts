import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RedraftError } from "../core/errors.ts";

/** The files of the page and their types; nothing else is served. */
const pageTypes: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "languages.js": "text/javascript; charset=utf-8",
  "licences.txt": "text/plain; charset=utf-8",
};

export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The folder that `npm run build` writes the page to: beside this module in `dist`, and in `dist` of a checkout. */
export function pageFolder(): string {
  const beside = fileURLToPath(new URL("page", import.meta.url));
  const built = fileURLToPath(new URL("../../dist/inspect/page", import.meta.url));
  const found = [beside, built].find((folder) => existsSync(join(folder, "index.html")));
  if (found !== undefined) return found;
  throw new RedraftError(
    "usage",
    "the inspector page is not built in this checkout: run `npm run build:page` once, and call this again.",
  );
}

/** Answers the file of a name, or undefined where the page has none. */
export async function readPageFile(folder: string, name: string): Promise<PageFile | undefined> {
  const type = Object.hasOwn(pageTypes, name) ? pageTypes[name] : undefined;
  if (type === undefined) return undefined;
  const bytes = await readFile(join(folder, name));
  return { type, bytes: new Uint8Array(bytes) };
}
