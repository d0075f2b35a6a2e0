import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AttributeCalls, attributeCalls } from "../../src/workspace/attributes.ts";

/** The calls of libc, and why attributes cannot be tested here; undefined = they can. */
export async function attributeSupport(): Promise<{ calls: AttributeCalls; missing?: string }> {
  const none = { calls: undefined as unknown as AttributeCalls };
  if (process.platform !== "linux") return { ...none, missing: "not Linux" };
  const calls = await attributeCalls();
  if (calls === undefined) return { ...none, missing: "koffi is not installed" };
  const folder = mkdtempSync(join(tmpdir(), "redraft-attributes-"));
  try {
    const path = join(folder, "a");
    writeFileSync(path, "");
    setOn(calls, path, "user.redraft", Buffer.from("x"));
    setOn(calls, path, aclName, accessList(6));
    return { calls };
  } catch {
    return { calls, missing: "this file system has no extended attributes or no ACLs" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const aclName = "system.posix_acl_access";
export const defaultAclName = "system.posix_acl_default";

/** `user::rw-, user:1234:rw-, group::---, mask::<mask>, other::---` in the kernel's form. */
export function accessList(mask: number): Buffer {
  const entry = (tag: number, bits: number, id = 0xffff_ffff): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt16LE(tag, 0);
    bytes.writeUInt16LE(bits, 2);
    bytes.writeUInt32LE(id, 4);
    return bytes;
  };
  const version = Buffer.from([2, 0, 0, 0]);
  return Buffer.concat([
    version,
    entry(1, 6),
    entry(2, 6, 1234),
    entry(4, 0),
    entry(0x10, mask),
    entry(0x20, 0),
  ]);
}

export function setOn(calls: AttributeCalls, path: string, name: string, value: Buffer): void {
  const fd = openSync(path, "r");
  try {
    calls.set(fd, name, value);
  } finally {
    closeSync(fd);
  }
}

/** Names and values of all attributes of a file. */
export function attributesOf(calls: AttributeCalls, path: string): Record<string, string> {
  const fd = openSync(path, "r");
  try {
    const names = calls.list(fd).sort();
    return Object.fromEntries(names.map((name) => [name, calls.get(fd, name)!.toString("hex")]));
  } finally {
    closeSync(fd);
  }
}
