import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RedraftError } from "../core/errors.ts";

export interface OpenedFile {
  readonly text: string;
  readonly hash: string;
}

export interface FileChange {
  readonly absolute: string;
  /** What was read; absent = the file must not exist. */
  readonly before?: OpenedFile;
  /** The new text; null = delete. */
  readonly after: string | null;
  readonly moveTo?: string;
}

/** Reads and writes files; all changes of one `write` happen, or none. */
export interface FileStore {
  read(absolute: string): Promise<OpenedFile>;
  write(changes: readonly FileChange[]): Promise<readonly { readonly hash?: string }[]>;
}

const hashOf = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 16);

/** The store over the real file system. */
export function diskFiles(): FileStore {
  return {
    async read(absolute): Promise<OpenedFile> {
      const bytes = await readFile(absolute).catch((cause: unknown) => {
        throw new RedraftError("file-error", `Cannot read the file: ${(cause as Error).message}.`, {
          cause,
        });
      });
      try {
        return {
          text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
          hash: hashOf(bytes),
        };
      } catch (cause) {
        throw new RedraftError("not-text", "The file is not UTF-8 text.", { cause });
      }
    },
    async write(changes): Promise<readonly { hash?: string }[]> {
      for (const change of changes) {
        const exists = await stat(change.absolute).then(
          () => true,
          () => false,
        );
        if (exists !== (change.before !== undefined))
          throw new RedraftError("stale-file", "The file changed.", { retryable: true });
        if (change.before && (await this.read(change.absolute)).hash !== change.before.hash) {
          throw new RedraftError("stale-file", "The file changed.", { retryable: true });
        }
      }
      const results: { hash?: string }[] = [];
      for (const change of changes) {
        if (change.after === null) {
          await rm(change.absolute);
          results.push({});
          continue;
        }
        const to = change.moveTo ?? change.absolute;
        await mkdir(dirname(to), { recursive: true });
        const temporary = join(dirname(to), `.redraft-${randomUUID()}`);
        await writeFile(temporary, change.after);
        await rename(temporary, to);
        if (change.moveTo) await rm(change.absolute);
        results.push({ hash: hashOf(Buffer.from(change.after)) });
      }
      return results;
    },
  };
}
