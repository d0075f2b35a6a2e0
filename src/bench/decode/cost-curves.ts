import { RedraftError } from "../../core/errors.ts";
import { type CostCurve, costCurve } from "../../engines/llama/cost.ts";
import { costKey, costSubject, readCost, writeCost } from "../../engines/llama/cost-store.ts";
import { calibrate, type LlamaTarget, storedCost } from "../../engines/llama/target.ts";
import { readCostPoints } from "../calibrate.ts";

export interface CurveOptions {
  /** A file as `bench calibrate --json` prints it; absent = as measured on this machine. */
  readonly cost?: string;
  readonly threads?: number;
}

/** The curve that a file names, or this machine's for so many threads. */
export async function knownCurve(
  model: string,
  { cost, threads }: CurveOptions,
): Promise<CostCurve> {
  if (cost !== undefined) return costCurve(await readCostPoints(cost));
  const stored = await storedCost(model, threads === undefined ? {} : { threads });
  if (stored !== undefined) return stored;
  throw new RedraftError(
    "usage",
    `the cost of passes of ${model} on this machine is not known; measure it once by redraft bench calibrate with the same --model and --threads, or name a file with --cost`,
  );
}

/** The same for a model that is open: measured now where it is not known. */
export async function measuredCurve(
  target: LlamaTarget,
  { cost }: CurveOptions,
  note: (text: string) => void,
): Promise<CostCurve> {
  if (cost !== undefined) return costCurve(await readCostPoints(cost));
  const key = await costKey(costSubject(target.info));
  const stored = await readCost(key);
  if (stored) return stored;
  note("measuring the cost of passes\n");
  const points = await calibrate(target);
  await writeCost(key, points);
  return costCurve(points);
}
