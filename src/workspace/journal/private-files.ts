import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";

/** Only the user may read the state folder: it contains the texts of their files. */
export const folderMode = 0o700;
export const fileMode = 0o600;

export async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: folderMode });
}

export interface PrivateWrite {
  /** Wait until the bytes are on the disk. */
  readonly sync?: boolean;
}

/** Writes a file whole or not at all. */
export async function writePrivate(
  path: string,
  bytes: Uint8Array | string,
  { sync = false }: PrivateWrite = {},
): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const handle = await open(temporary, "wx", fileMode);
    try {
      await handle.writeFile(bytes);
      if (sync) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}
