import { RedraftError } from "../core/errors.ts";
import { gigabytes, type Machine, memoryNeed, modelShape, thisMachine } from "./memory.ts";
import { largestFitting } from "./store/catalogue.ts";

/** llama.cpp's context where none is asked for, in tokens, at most (native-model.ts). */
const defaultContext = 8192;
/** A context that is worth proposing, in tokens. */
const smallestContext = 1024;

/**
 * Refuses a model that does not fit into the memory, before anything of it is loaded: the machine would swap, or end another
 * program. A file whose shape is unknown is not refused.
 *
 * @param contextSize 0 = the trained length, at most 8,192
 * @throws `model-unavailable`
 */
export async function requireMemory(
  path: string,
  { contextSize, outputs }: { readonly contextSize: number; readonly outputs: number },
  machine: Machine = thisMachine(),
): Promise<void> {
  // What is wrong with the file itself is reported by the code that loads it.
  const shape = await modelShape(path).catch(() => undefined);
  if (shape === undefined) return;
  const tokens = contextSize || defaultContext;
  const need = memoryNeed(shape, { contextSize: tokens, outputs });
  if (need.total <= machine.available) return;
  const room = machine.available - need.weights - need.buffers;
  const fitting = Math.floor(room / shape.cachePerToken / 256) * 256;
  const advice =
    fitting >= smallestContext
      ? `A context of ${fitting} tokens fits: --context ${fitting}.`
      : smallerModel(machine);
  const parts = `weights ${gigabytes(need.weights)}, a context of ${tokens} tokens ${gigabytes(need.cache)}, buffers ${gigabytes(need.buffers)}`;
  throw new RedraftError(
    "model-unavailable",
    `${path} needs ${gigabytes(need.total)} of memory (${parts}), and ${gigabytes(machine.available)} are available. Nothing was loaded. ${advice}`,
    { details: { needed: need.total, available: machine.available } },
  );
}

function smallerModel(machine: Machine): string {
  const fitting = largestFitting(machine.available);
  return fitting === undefined
    ? "Free some memory, or name a model server by its URL."
    : `${fitting.alias} fits: redraft models download ${fitting.alias}.`;
}
