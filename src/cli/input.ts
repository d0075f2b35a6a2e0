import { readFile } from "node:fs/promises";
import { RedraftError } from "../core/errors.ts";
import { fileError } from "../workspace/disk.ts";
import { decodeText } from "../workspace/encoding.ts";

/**
 * The edit from a file, or from standard input (`-` or nothing). `keepMark`: a byte order mark belongs to the text, and not only to
 * the file that it comes in.
 */
export async function readEditText(
  path: string | undefined,
  { keepMark = false }: { readonly keepMark?: boolean } = {},
): Promise<string> {
  const decode = (bytes: Buffer, name: string): string => {
    const { text, bom } = decodeText(bytes, name);
    return bom && keepMark ? `\uFEFF${text}` : text;
  };
  if (path !== undefined && path !== "-") {
    const bytes = await readFile(path).catch((error: unknown) => {
      throw fileError("read", path, error);
    });
    return decode(bytes, path);
  }
  if (process.stdin.isTTY && path === undefined) {
    throw new RedraftError(
      "usage",
      "no edit given: name a file with --edit <path>, or pipe the edit in (--edit - reads the terminal).",
    );
  }
  return decode(await readStdin(), "standard input");
}

/** All bytes of standard input. */
export async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
