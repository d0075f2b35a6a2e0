import { readFile } from "node:fs/promises";
import { RedraftError } from "../core/errors.ts";
import { fileError } from "../workspace/disk.ts";
import { decodeText } from "../workspace/encoding.ts";

/** The edit from a file, or from standard input (`-` or nothing). */
export async function readEditText(path: string | undefined): Promise<string> {
  if (path !== undefined && path !== "-") {
    const bytes = await readFile(path).catch((error: unknown) => {
      throw fileError("read", path, error);
    });
    return decodeText(bytes, path).text;
  }
  if (process.stdin.isTTY && path === undefined) {
    throw new RedraftError(
      "usage",
      "no edit: name a file with --edit <path>, or pipe the edit in (--edit - reads the terminal).",
    );
  }
  return decodeText(await readStdin(), "standard input").text;
}

/** All bytes of standard input. */
export async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
