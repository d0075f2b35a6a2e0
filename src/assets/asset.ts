import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RedraftError } from "../core/errors.ts";
import { canonicalJson } from "./canonical-json.ts";

/** A JSON file of fitted numbers, as `training/redraft_training/assets.py` writes it. */
export interface Asset {
  readonly name: string;
  /** Of the payload's format; counted up when code that reads it must change. */
  readonly version: number;
  /** Names of the inputs in order, per model that the payload holds. */
  readonly features: Readonly<Record<string, readonly string[]>>;
  /** Where the numbers are from: data, script, date, what was measured. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** SHA-256, in hex, of the payload as canonical JSON (RFC 8785). */
  readonly sha256: string;
  readonly payload: unknown;
}

/** What the code that uses an asset expects it to be. */
export interface AssetExpectation {
  readonly name: string;
  readonly version: number;
  readonly features: Readonly<Record<string, readonly string[]>>;
}

/** A file of `models/`, which is as far above this file in the source tree as in `dist/`. */
export const modelAsset = (file: string): URL => new URL(`../../models/${file}`, import.meta.url);

/**
 * The payload of an asset: read and checked by the first call, then kept. The type is the caller's word for what that version of the
 * format holds; the checksum ensures that it is what was written.
 *
 * @throws `RedraftError` (`model-unavailable`) where the file is missing or damaged, or was fitted for other code.
 */
export function lazyAsset<Payload>(url: URL, expected: AssetExpectation): () => Payload {
  let payload: Payload | undefined;
  return () => {
    payload ??= readAsset(url, expected) as Payload;
    return payload;
  };
}

/** Reads an asset and checks its name, version, feature names and checksum. */
export function readAsset(url: URL, expected: AssetExpectation): unknown {
  const path = fileURLToPath(url);
  let text: string;
  try {
    text = readFileSync(url, "utf8");
  } catch (cause) {
    throw unusable(path, "it cannot be read; install the package again", cause);
  }
  let asset: Asset;
  try {
    asset = JSON.parse(text) as Asset;
  } catch (cause) {
    throw unusable(path, "it is not JSON; install the package again", cause);
  }
  const why = whyUnusable(asset, expected);
  if (why !== undefined) throw unusable(path, why);
  return asset.payload;
}

/** Returns what is wrong with an asset, if anything. */
export function whyUnusable(asset: Asset, expected: AssetExpectation): string | undefined {
  if (asset.name !== expected.name) return `it holds "${asset.name}", not "${expected.name}"`;
  if (asset.version !== expected.version) {
    return `its format is version ${asset.version}; this code reads version ${expected.version}`;
  }
  for (const [model, names] of Object.entries(expected.features)) {
    const own = asset.features?.[model] ?? [];
    const at = names.findIndex((name, index) => own[index] !== name);
    if (at === -1 && own.length === names.length) continue;
    const where = at === -1 ? names.length : at;
    const [found = "nothing", wanted = "nothing"] = [own[where], names[where]];
    return `it was fitted to other features: ${model} feature ${where} is ${found}, the code computes ${wanted}`;
  }
  const sha256 = sha256Of(asset.payload);
  if (asset.sha256 !== sha256) {
    return `its checksum is wrong: the payload has SHA-256 ${sha256}, the file says ${asset.sha256}`;
  }
  return undefined;
}

export const sha256Of = (payload: unknown): string =>
  createHash("sha256").update(canonicalJson(payload)).digest("hex");

function unusable(path: string, why: string, cause?: unknown): RedraftError {
  return new RedraftError("model-unavailable", `${path} cannot be used: ${why}.`, { cause });
}
