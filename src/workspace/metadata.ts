import type { FileHandle } from "node:fs/promises";
import { RedraftError } from "../core/errors.ts";
import { attributeCopier, type CopyAttributes } from "./attributes.ts";
import { type FileSystem, readingFlags } from "./disk.ts";
import type { TextFile } from "./text-file.ts";

/** Permissions of a file that is to take another's place, until `keepMetadata` has given it the right ones. */
export const privateMode = 0o600;

/** What `keepMetadata` needs to know of the file that is replaced; a `TextFile` fits. */
export type Replaced = Pick<TextFile, "path" | "realPath" | "mode" | "owner">;

/**
 * Gives a new file the owner, the group, the permissions, and on Linux the POSIX ACL and the extended attributes of the file that
 * it is to replace. The new file must have been opened with `privateMode`, so that at no time more people may read it
 * than might read the old one.
 *
 * Never gives more access: where the group cannot be kept it gets no more than everybody has, and the set-id bits go.
 *
 * @throws `file-error` if an ACL or an attribute cannot be kept, or if it is unknown whether there is one.
 */
export async function keepMetadata(
  before: Replaced,
  after: FileHandle,
  fs: FileSystem,
  copier: () => Promise<CopyAttributes | undefined> = attributeCopier,
): Promise<void> {
  if (before.mode === undefined) return;
  const kept = await keepOwner(before, after);
  const copy = await copier();
  if (copy === undefined) {
    throw lost(
      before.path,
      "Redraft cannot see whether it has an access control list or extended attributes",
      "Install the npm package koffi, or GNU coreutils",
    );
  }
  const handle = await fs.open(before.realPath, readingFlags);
  try {
    await copy(handle.fd, after.fd);
  } catch (error) {
    throw lost(
      before.path,
      `its access control list or extended attributes cannot be kept: ${error instanceof Error ? error.message : String(error)}`,
      "Remove them (setfacl -b, setfattr -x), or edit as the owner of the file",
      error,
    );
  } finally {
    await handle.close();
  }
  let mode = before.mode;
  if (!kept.owner) mode &= ~0o4000;
  if (!kept.group) mode = withoutGroup(mode);
  await after.chmod(mode);
}

/** Only root may give a file away; others may give it to a group of theirs. */
async function keepOwner(
  { owner }: Replaced,
  after: FileHandle,
): Promise<{ owner: boolean; group: boolean }> {
  const now = await after.stat();
  if (owner === undefined) return { owner: true, group: true };
  const same = { owner: now.uid === owner.uid, group: now.gid === owner.gid };
  // Systems without owners report the same for every file.
  if (same.owner && same.group) return same;
  const done = (): true => true;
  const failed = (): false => false;
  if (!same.owner && (await after.chown(owner.uid, owner.gid).then(done, failed))) {
    return { owner: true, group: true };
  }
  return { ...same, group: same.group || (await after.chown(-1, owner.gid).then(done, failed)) };
}

/**
 * The permissions of a file whose group changes. The new group gets what everybody has; the members of the old group,
 * who now count as everybody, get no more than that group had. The group bits of an ACL are its mask, so this holds for ACLs too.
 */
function withoutGroup(mode: number): number {
  const common = (mode >> 3) & mode & 0o007;
  return (mode & ~0o2077) | (common << 3) | common;
}

function lost(path: string, why: string, cure: string, cause?: unknown): RedraftError {
  return new RedraftError(
    "file-error",
    `cannot write ${path}: ${why}. Nothing was changed. ${cure}, then try again.`,
    { cause, details: { path } },
  );
}
