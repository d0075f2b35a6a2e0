import type { ApplyFormatName } from "./apply-formats.ts";
import type { RegionCalibration } from "./region-route.ts";

/**
 * Measured confidences, by the model's name in its file. Made by scripts/judge-questions.ts and
 * scripts/fit-confidence.ts on repositories that no stage of training has seen.
 */
const calibrations: Readonly<Record<string, Exclude<RegionCalibration, "agreement">>> = {};

/** What may be taken from a model. */
export function calibrationFor(name: string, _format: ApplyFormatName): RegionCalibration {
  return calibrations[name] ?? "agreement";
}
