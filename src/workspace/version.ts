import { readFileSync } from "node:fs";

let version: string | undefined;

/** The version in package.json, found from the sources and from `dist` alike. */
export function packageVersion(): string {
  const url = new URL("../../package.json", import.meta.url);
  version ??= (JSON.parse(readFileSync(url, "utf8")) as { version: string }).version;
  return version;
}
