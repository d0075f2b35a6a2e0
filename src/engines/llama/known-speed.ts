import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { cacheFolder } from "../store/folder.ts";
import type { CostPoint } from "./cost.ts";

/** Weights below this size, in bytes, are read from the processor's cache: they say nothing of larger ones. */
const largeEnough = 60e6;

/**
 * Bytes of weights that this machine reads per second while it writes text, from the costs measured so far: the median over models;
 * undefined where none was measured. Decoding reads every weight once per token, so a model of n bytes writes about speed / n tokens
 * a second.
 */
export async function knownSpeed(
  folder: string = cacheFolder("cost"),
): Promise<number | undefined> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const speeds: number[] = [];
  for (const name of names.filter((file) => file.endsWith(".json"))) {
    const speed = await speedIn(path.join(folder, name)).catch(() => undefined);
    if (speed !== undefined) speeds.push(speed);
  }
  return speeds.sort((a, b) => a - b)[speeds.length >> 1];
}

/** `model` of a measurement is a hash and the bytes of the weights (cost-store.ts). */
async function speedIn(file: string): Promise<number | undefined> {
  const { model, points } = JSON.parse(await readFile(file, "utf8")) as {
    model: string;
    points: CostPoint[];
  };
  const bytes = Number(model.split(" ")[1]);
  const step = points.find(({ tokens }) => tokens === 1);
  if (!(bytes >= largeEnough) || step === undefined || !(step.ms > 0)) return undefined;
  return (bytes / step.ms) * 1000;
}
