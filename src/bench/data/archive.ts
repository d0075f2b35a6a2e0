import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { RedraftError } from "../../core/errors.ts";
import type { ApplySketch } from "../apply/cases.ts";
import type { EditedSymbol } from "../apply/styles/symbol.ts";

/** The sketches of the apply set, without the files that they edit. */
export interface Sketches {
  readonly sketches: readonly ApplySketch[];
  readonly symbols: readonly EditedSymbol[];
}

/** What `bench-data/apply-archive.json` says of the archive that the figures come from. */
export interface ArchiveSum {
  /** SHA-256, in hex, of the decompressed archive: another gzip does not change it. */
  readonly sha256: string;
  readonly sketches: number;
  readonly symbols: number;
}

const archiveName = "redraft-apply-sketches";
const archiveVersion = 1;

/**
 * Writes the archive: gzipped JSON lines. The first is `{name, version, licences}`, with the licence of each repository whose
 * code the sketches quote; every other line is `{"sketch": {...}}` or `{"symbol": {...}}`.
 */
export function writeArchive(
  { sketches, symbols }: Sketches,
  licences: Readonly<Record<string, string>>,
): { readonly bytes: Buffer; readonly sum: ArchiveSum } {
  const rows = [
    { name: archiveName, version: archiveVersion, licences },
    ...sketches.map((sketch) => ({ sketch })),
    ...symbols.map((symbol) => ({ symbol })),
  ];
  const text = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const sum = { sha256: sha256(text), sketches: sketches.length, symbols: symbols.length };
  return { bytes: gzipSync(text, { level: 9 }), sum };
}

/**
 * Reads an archive and checks its sum.
 *
 * @throws `RedraftError` `file-error` where the file cannot be read, `check-failed` where it is not the archive with that sum.
 */
export function readArchive(path: string, expected: string): Sketches {
  let text: Buffer;
  try {
    text = gunzipSync(readFileSync(path));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RedraftError("file-error", `--archive: ${path} cannot be read: ${why}`, { cause });
  }
  const found = sha256(text);
  if (found !== expected) {
    throw new RedraftError(
      "check-failed",
      `--archive: ${path} is another archive or damaged. The SHA-256 of its decompressed content is ${found}, ` +
        `not ${expected}. Download it again, or name its own sum with --sha256.`,
    );
  }
  const [head, ...rows] = text.toString("utf8").trimEnd().split("\n");
  const about = JSON.parse(head!) as { name?: unknown; version?: unknown };
  if (about.name !== archiveName || about.version !== archiveVersion) {
    throw new RedraftError(
      "check-failed",
      `--archive: ${path} is no ${archiveName} of version ${archiveVersion}.`,
    );
  }
  const sketches: ApplySketch[] = [];
  const symbols: EditedSymbol[] = [];
  for (const row of rows) {
    const { sketch, symbol } = JSON.parse(row) as { sketch?: ApplySketch; symbol?: EditedSymbol };
    if (sketch !== undefined) sketches.push(sketch);
    if (symbol !== undefined) symbols.push(symbol);
  }
  return { sketches, symbols };
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
