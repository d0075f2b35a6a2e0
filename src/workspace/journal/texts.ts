import { randomUUID } from "node:crypto";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createTextStore, type TextStore } from "../../core/text-store.ts";
import { decodeText } from "../encoding.ts";
import { sha256 } from "../sha256.ts";
import { fileMode, folderMode } from "./private-files.ts";

/** Larger texts are not kept beyond the process: in bytes. */
const largestText = 16 * 1024 * 1024;
const storeLimit = 256 * 1024 * 1024;

const textsFolder = (home: string): string => join(home, "texts");

/** Puts a text of the journal into the store of texts as well: a second name, no copy. */
export function shareText(home: string, blob: string, hash: string): void {
  const folder = join(textsFolder(home), hash.slice(0, 2));
  try {
    mkdirSync(folder, { recursive: true, mode: folderMode });
    linkSync(blob, join(folder, hash));
  } catch {
    // It is there already, or the file system has no links: then it is not found by its hash, only by its entry.
  }
}

/**
 * A store of texts by hash that outlives the process: what is handed out a hash is kept in the state folder, bounded there, and found
 * by every face. What is not found in memory is looked for there. Nothing fails where the folder cannot be written.
 */
export function persistentTextStore(
  home: string,
  memory: TextStore = createTextStore(),
): TextStore {
  const written = new Set<string>();
  return {
    add(text, hash) {
      memory.add(text, hash);
      // Texts that were handed out no hash are never asked for by another process.
      if (hash === undefined || hash === "" || written.has(hash)) return;
      written.add(hash);
      try {
        writeStored(home, text, hash);
      } catch {
        // The text is still known to this process.
      }
    },
    find(hash) {
      return memory.find(hash) ?? readStored(home, hash);
    },
  };
}

function writeStored(home: string, text: string, hash: string): void {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length > largestText) return;
  const own = sha256(bytes);
  // A hash of other bytes (a byte order mark, another encoding) comes before that of the text.
  const name = own.startsWith(hash) ? own : `${hash}-${own}`;
  const folder = join(textsFolder(home), name.slice(0, 2));
  const path = join(folder, name);
  const now = new Date();
  try {
    utimesSync(path, now, now);
    return;
  } catch {
    // It is not there yet.
  }
  mkdirSync(folder, { recursive: true, mode: folderMode });
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  writeFileSync(temporary, bytes, { mode: fileMode });
  renameSync(temporary, path);
}

function readStored(home: string, asked: string): string | undefined {
  const wanted = asked
    .trim()
    .replace(/^sha256:/i, "")
    .toLowerCase();
  if (!/^[0-9a-f]{8,64}$/.test(wanted)) return undefined;
  const folder = join(textsFolder(home), wanted.slice(0, 2));
  let found: string | undefined;
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  for (const name of names) {
    const [first = "", second] = name.split("-");
    if (!first.startsWith(wanted) && !(second !== undefined && wanted.startsWith(first))) continue;
    const text = textWithHash(join(folder, name), second ?? first, second !== undefined);
    if (text === undefined) continue;
    if (found !== undefined && found !== text) return undefined;
    found = text;
  }
  return found;
}

function textWithHash(path: string, hash: string, isText: boolean): string | undefined {
  try {
    const bytes = readFileSync(path);
    if (sha256(bytes) !== hash) {
      // A power cut: the name is there and the bytes are not.
      rmSync(path, { force: true });
      return undefined;
    }
    const now = new Date();
    utimesSync(path, now, now);
    return isText ? bytes.toString("utf8") : decodeText(bytes, path).text;
  } catch {
    return undefined;
  }
}

/** Removes the texts that were not used for the longest time, until `limit` bytes are left. */
export async function pruneTexts(home: string, limit: number = storeLimit): Promise<void> {
  const all: { path: string; size: number; time: number }[] = [];
  for (const part of await readdir(textsFolder(home)).catch(() => [])) {
    const folder = join(textsFolder(home), part);
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found) all.push({ path, size: found.size, time: found.mtimeMs });
    }
  }
  all.sort((a, b) => b.time - a.time);
  let bytes = 0;
  for (const { path, size } of all) {
    bytes += size;
    if (bytes > limit) await rm(path, { force: true }).catch(() => {});
  }
}

export async function clearTexts(home: string): Promise<void> {
  await rm(textsFolder(home), { recursive: true, force: true });
}

/** Bytes of all texts; for `redraft log`. */
export function textBytes(home: string): number {
  let bytes = 0;
  try {
    for (const part of readdirSync(textsFolder(home))) {
      for (const name of readdirSync(join(textsFolder(home), part))) {
        bytes += statSync(join(textsFolder(home), part, name)).size;
      }
    }
  } catch {
    return bytes;
  }
  return bytes;
}
