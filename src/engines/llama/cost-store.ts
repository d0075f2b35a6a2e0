import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import path from "node:path";
import { cacheFolder } from "../store/folder.ts";
import { calibrationSizes } from "./calibrate.ts";
import { type CostCurve, type CostPoint, costCurve } from "./cost.ts";
import type { ModelInfo } from "./model-info.ts";

/** What a measurement is valid for: this model, on this machine, with this engine and these threads. */
export interface CostKey {
  readonly model: string;
  readonly machine: string;
  readonly engine: string;
  readonly threads: number;
  /** The sizes of passes that are measured. */
  readonly sizes: string;
}

const identitySize = 1 << 20;

/** A hash of the beginning of a model's file: metadata and some weights. Reading all of it would take seconds. */
export async function beginningHash(model: string): Promise<string> {
  const bytes = Buffer.alloc(identitySize);
  const file = await open(model);
  const { bytesRead } = await file.read(bytes, 0, identitySize, 0).finally(() => file.close());
  return createHash("sha256").update(bytes.subarray(0, bytesRead)).digest("hex").slice(0, 16);
}

/** What a model is run by, known before it is loaded. */
export interface CostSubject {
  /** Path of the GGUF file. */
  readonly model: string;
  readonly threads: number;
  /** llama.cpp release and package, as `engineName` says them. */
  readonly engine: string;
  readonly gpu?: boolean;
}

export async function costKey({ model, threads, engine, gpu }: CostSubject): Promise<CostKey> {
  const processors = cpus();
  return {
    model: `${await beginningHash(model)} ${(await stat(model)).size}`,
    machine: `${process.platform}-${process.arch} ${processors.length} x ${processors[0]?.model ?? "?"}${gpu ? " gpu" : ""}`,
    engine,
    threads,
    sizes: calibrationSizes.join(" "),
  };
}

/** The subject of a loaded model. */
export function costSubject(info: ModelInfo, gpu = false): CostSubject {
  const { threads = 0, engine = "" } = info.context ?? {};
  return { model: info.path, threads, engine, gpu };
}

/** Where the points of this key are kept. */
export function costFile(key: CostKey, folder: string = cacheFolder("cost")): string {
  const name = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 24);
  return path.join(folder, `${name}.json`);
}

/** Returns the curve measured earlier for this key, or undefined if there is none that can be read. */
export async function readCost(key: CostKey, folder?: string): Promise<CostCurve | undefined> {
  try {
    const { points } = JSON.parse(await readFile(costFile(key, folder), "utf8")) as {
      points: CostPoint[];
    };
    return costCurve(points);
  } catch {
    return undefined;
  }
}

/** Keeps points for later runs. A cache that cannot be written is no reason to fail. */
export async function writeCost(
  key: CostKey,
  points: readonly CostPoint[],
  folder?: string,
): Promise<string | undefined> {
  const file = costFile(key, folder);
  const part = `${file}.${process.pid}.part`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(part, `${JSON.stringify({ ...key, points }, null, 1)}\n`);
    await rename(part, file);
    return file;
  } catch {
    return undefined;
  }
}
