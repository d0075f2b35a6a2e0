import type { RegionCalibration } from "./region-route.ts";

/**
 * Measured confidences, by the model's name in its file. Made by scripts/judge-questions.ts and
 * training/confidence.py on repositories that no stage of training has seen.
 */
const calibrations: Readonly<Record<string, Exclude<RegionCalibration, "agreement">>> = {};

/** Our own models settle nothing before they are measured; what a user brings must agree with itself. */
export function calibrationFor(name: string): RegionCalibration {
  return calibrations[name] ?? (/^redraft-/.test(name) ? {} : "agreement");
}
