import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { RedraftError } from "../core/errors.ts";
import { disk } from "./disk.ts";
import { isInside } from "./inside.ts";
import { realPathOf } from "./real-path.ts";

/** A path that is inside a root, with every symbolic link resolved. */
export interface RootedPath {
  /** Where reading and writing happens: no component of it is a symbolic link. */
  readonly absolute: string;
  /** Relative to its root, with `/`: what answers and diffs show. */
  readonly display: string;
  readonly root: string;
  readonly exists: boolean;
}

/**
 * Resolves a path that a caller names against the folders it may touch, and refuses everything else with
 * `outside-root`. Links are resolved before the comparison, so neither `..` nor a link leads out; a link
 * that points nowhere is refused too, because writing would follow it.
 *
 * `.git` and what is in it is refused as well, wherever it is below a root.
 *
 * Forms that only some shells, hosts or systems would expand (`~/x`, `..\x`, `%2e%2e/x`, `C:\x`) are
 * refused rather than taken literally: a caller that writes them means a place outside.
 *
 * @param roots absolute folders; a relative path is looked up in each, the first that has it wins.
 */
export async function resolveInRoots(path: string, roots: readonly string[]): Promise<RootedPath> {
  if (roots.length === 0) throw outside(path, roots, "no folder is open to this server");
  const plain = fromFileUrl(path, roots);
  const reason = suspicious(plain);
  if (reason !== undefined) throw outside(path, roots, reason);

  const real = await Promise.all(roots.map((root) => realRoot(root)));
  const found: RootedPath[] = [];
  let loop: unknown;
  for (const [index, root] of real.entries()) {
    if (root === undefined) continue;
    // An absolute path may be written with the root as given (a link) or as resolved.
    const lexical = isAbsolute(plain) ? resolve(plain) : resolve(root, plain);
    const named = rebase(lexical, resolve(roots[index]!), root);
    if (!isInside(named, root)) continue;
    const target = await realPathOf(named, disk).catch((error: unknown) => {
      loop = error;
      return undefined;
    });
    if (target === undefined || !isInside(target.path, root)) continue;
    const display = relative(root, target.path).split(sep).join("/");
    found.push({ absolute: target.path, display, root, exists: target.exists });
  }
  const chosen = found.find(({ exists }) => exists) ?? found[0];
  if (chosen !== undefined) {
    if (chosen.display.split("/").some(isGitFolder)) throw gitsOwn(path);
    if (chosen.display !== "") return chosen;
    throw new RedraftError("file-error", `\`${path}\` is the folder itself; name a file in it.`);
  }
  const why =
    loop === undefined
      ? "it leads outside the open folders"
      : "a link on its path cannot be followed";
  throw outside(path, roots, why);
}

function outside(path: string, roots: readonly string[], why: string): RedraftError {
  const open = roots.length === 0 ? "none" : roots.map((root) => `\`${root}\``).join(", ");
  return new RedraftError(
    "outside-root",
    `\`${printable(path)}\` was not touched: ${why}. Open folders: ${open}. Send a path relative to one of them.`,
    { details: { path, roots: [...roots] } },
  );
}

/** `.git`, also as file systems that know neither case nor short names, or that skip some characters, spell it. */
const isGitFolder = (name: string): boolean =>
  /^(?:\.git|git~1)[. ]*(?::|$)/iu.test(name.replaceAll(/\p{Cf}/gu, ""));

/** Git runs what its settings and hooks say, so an edit there runs a command later. `git apply` refuses these paths, too. */
function gitsOwn(path: string): RedraftError {
  return new RedraftError(
    "outside-root",
    `\`${printable(path)}\` was not touched: it belongs to git, whose settings and hooks run commands. Change it by git itself.`,
    { details: { path } },
  );
}

function printable(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const shown = path.replaceAll(/[\u0000-\u001f\u007f]/g, "\ufffd");
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
}

function fromFileUrl(path: string, roots: readonly string[]): string {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) return path;
  try {
    return fileURLToPath(path);
  } catch (cause) {
    if (/^file:/i.test(path)) throw outside(path, roots, "its URL names no local file");
    const error = outside(path, roots, "it is a URL, not a path");
    throw new RedraftError("outside-root", error.message, { details: error.details, cause });
  }
}

/** Why this text is no honest path below a folder; undefined when nothing speaks against it. */
function suspicious(path: string): string | undefined {
  if (path.trim() === "") return "the path is empty";
  if (path.includes("\0")) return "it contains a NUL character";
  if (/\p{Surrogate}/u.test(path)) return "it contains half of a surrogate pair";
  if (/^~([^/\\]*[/\\]|$)/.test(path)) return "`~` is not expanded";
  if (/^[a-z]:([/\\]|$)/i.test(path) && sep === "/") return "it names a drive";
  if (sep === "/" && path.startsWith("\\")) return "it names a network or device path";
  // What a decoder on the way might make of it must not climb either.
  let decoded = path;
  for (let round = 0; round < 3; round += 1) {
    if (round > 0 && climbs(decoded)) return "it climbs out of the folder";
    try {
      decoded = decodeURIComponent(decoded).replaceAll("\\", "/");
    } catch {
      break;
    }
  }
  return undefined;
}

/** Whether the `..` of a relative path lead above where it starts. */
function climbs(path: string): boolean {
  if (path.includes("\0")) return true;
  if (isAbsolute(path)) return false;
  let depth = 0;
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    depth += part === ".." ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

async function realRoot(root: string): Promise<string | undefined> {
  return disk.realpath(root).catch(() => undefined);
}

function rebase(path: string, from: string, to: string): string {
  if (from === to || !isInside(path, from)) return path;
  return join(to, relative(from, path));
}
