import { open as openFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { RedraftError } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import type { Capabilities, TokenTarget } from "../../core/target.ts";
import { modelShape } from "../memory.ts";
import { requireMemory } from "../require-memory.ts";
import { type CalibrateOptions, measureCost } from "./calibrate.ts";
import { type CostCurve, type CostPoint, costCurve, createCrowd, typicalCost } from "./cost.ts";
import { costKey, costSubject, readCost, writeCost } from "./cost-store.ts";
import { engineName, findLibrary, type NativeLibrary } from "./library.ts";
import type { CacheType, LoadOptions, ModelInfo } from "./model-info.ts";
import { type EngineProcess, type StartOptions, startEngine } from "./process.ts";
import { llamaSequence, type PassReport } from "./sequence.ts";
import { createShiftCost } from "./shift-cost.ts";
import { createVocabulary, type Vocabulary } from "./vocabulary.ts";

export interface LlamaOptions {
  /** Path of a GGUF file. */
  readonly model: string;
  /** Tokens that all open sequences together can hold; default: the trained length, at most 8,192. */
  readonly contextSize?: number;
  /** Default: one less than the cores. With all of them, spinning barriers collapse when anything else runs. */
  readonly threads?: number;
  /** Nodes one forward pass may score (default 64): their rows take 8 bytes per token of the vocabulary each. */
  readonly outputs?: number;
  /** Use a GPU package and put all layers there; default false. */
  readonly gpu?: boolean;
  readonly flashAttention?: "auto" | "on" | "off";
  /** How keys and values are stored; default `f16`. With `q8_0` edits of the cache are off: each rotation rounds the keys again. */
  readonly cacheType?: CacheType;
  /**
   * Cost of passes: `stored` (default) takes what was measured earlier for this model, machine and thread count,
   * else a typical curve of CPUs; `measured` measures where nothing is stored, for at most a second or so.
   */
  readonly cost?: CostCurve | "stored" | "measured";
  /** Called once if drafts are off because the model cannot rewind. */
  readonly logger?: Logger;
  readonly onPass?: (report: PassReport) => void;
  /** What the opening is at, with the share of it that is done (0 to 1). */
  readonly onOpening?: (step: OpeningStep, share: number) => void;
  readonly signal?: AbortSignal;
}

/** `measure`: what passes cost on this machine; once per model, where `cost` asks for it. */
export type OpeningStep = "load" | "measure";

/** A GGUF model on this machine, run by llama.cpp in a child process. */
export interface LlamaTarget extends TokenTarget {
  readonly info: ModelInfo;
  /** What passes cost, as measured and as observed since. */
  readonly cost: CostCurve;
  lastPass(): PassReport | undefined;
  /** Of the engine's process; undefined when none runs. */
  processId(): number | undefined;
  /** The messages as this model's own chat template writes them, the answer's beginning included. */
  chat(messages: readonly { readonly role: string; readonly content: string }[]): Promise<string>;
}

/** Nodes that one verification may have at all: more than any draft that pays. */
const largestVerify = 512;

/**
 * Loads the model. Rejects with `model-unavailable` where the native package is missing or the file is no model
 * it can run, with `engine-failed` where memory does not suffice. If the process dies later, the call that
 * notices rejects with `engine-failed`, sequences of that process stay closed, and the next call starts afresh.
 */
export async function llamaTarget(options: LlamaOptions): Promise<LlamaTarget> {
  const { signal, onOpening } = options;
  const asked = loadOptions(options);
  if (!options.gpu) await requireMemory(asked.model, asked);
  const engine = await engineKeeper(asked, options.gpu ?? false, {
    signal,
    onProgress: onOpening && ((share) => onOpening("load", share)),
  });
  const { info } = await engine.get();
  const { context } = info;
  let curve = typeof options.cost === "object" ? options.cost : typicalCost();
  let last: PassReport | undefined;
  const crowd = createCrowd();
  const shift = createShiftCost(await modelShape(asked.model), context!.size);
  /** Of one decoding step by the latest passes, in ms. */
  let step: number | undefined;
  const onPass = (report: PassReport): void => {
    const { passes, passTokens, passWorks, positions, rotated } = report;
    // As the curve was measured: with one thread by processor time, which other programs do not falsify.
    const spent = context!.threads === 1 ? report.cpuMs : report.ms;
    if (passes === 1) {
      const took = (spent * passTokens) / positions;
      const steps = curve.at(passTokens);
      if (rotated && step !== undefined) shift.observe(took / step, steps);
      if (!rotated) {
        step = step === undefined ? took / steps : step + 0.2 * (took / steps - step);
        curve.observe(passTokens, took);
      }
    }
    crowd.observe(passWorks);
    last = report;
    options.onPass?.(report);
  };
  if (!info.rewind) {
    options.logger?.warn(
      "this model keeps a recurrent state and cannot forget rejected tokens: speculation is off",
      { model: info.name, architecture: info.architecture },
    );
  }
  const capabilities: Capabilities = {
    vocabSize: info.vocabSize,
    contextSize: context!.size,
    maxVerify: info.rewind ? Math.min(largestVerify, context!.size) : 0,
    trees: info.rewind,
    kvEdit: context!.kvEdit,
    stateful: true,
    exactNormalizer: true,
    rewind: info.rewind,
    cost: (n) => crowd.cost(curve, n),
    shiftCost: () => shift.steps,
  };
  let sequences = 0;
  const nextId = (): number => ++sequences;
  const ends = new Set(info.endTokens);
  const target: LlamaTarget = {
    kind: "token",
    name: info.name,
    info,
    get cost() {
      return curve;
    },
    capabilities,
    ...createVocabulary(engine.get),
    isEnd: (token) => ends.has(token),
    lastPass: () => last,
    chat: chatOf(engine),
    async open() {
      const process = await engine.get();
      const id = nextId();
      process.send("open", { sequence: id });
      return llamaSequence({ engine: process, id, nextId, onPass });
    },
    processId: engine.processId,
    dispose: engine.dispose,
  };
  if (typeof options.cost !== "object") {
    try {
      curve = (await knownCost(target, options)) ?? curve;
    } catch (error) {
      await target.dispose();
      throw error;
    }
  }
  return target;
}

/** How long a start may take for measuring, in ms: no size and no round begins after it. */
const startBudgetMs = { small: 300, large: 4000 } as const;
/** From this many bytes of weights on, a pass takes tens of milliseconds: few sizes, once. */
const largeModel = 60e6;
const fewSizes: readonly number[] = [1, 2, 4, 8, 16, 32];

async function knownCost(
  target: LlamaTarget,
  options: LlamaOptions,
): Promise<CostCurve | undefined> {
  const key = await costKey(costSubject(target.info, options.gpu));
  const stored = await readCost(key);
  if (stored !== undefined || options.cost !== "measured") return stored;
  const { onOpening, signal } = options;
  const isLarge = target.info.size > largeModel;
  const points = await calibrate(target, {
    ...(isLarge ? { sizes: fewSizes, rounds: 1, context: 16, warmUp: false } : { rounds: 5 }),
    budgetMs: startBudgetMs[isLarge ? "large" : "small"],
    ...(onOpening && { onProgress: (done, of) => onOpening("measure", done / of) }),
    ...(signal && { signal }),
  });
  await writeCost(key, points);
  return costCurve(points);
}

/** Measures the cost of passes of a running target; see `measureCost`. */
export async function calibrate(
  target: LlamaTarget,
  options: Partial<Omit<CalibrateOptions, "target" | "lastPass">> = {},
): Promise<CostPoint[]> {
  const metric = target.info.context?.threads === 1 ? "cpu" : "wall";
  return measureCost({ metric, ...options, target, lastPass: target.lastPass });
}

/** A vocabulary without its model's weights: for counting, and for replaying recorded edits. */
export interface LlamaVocabulary extends Vocabulary {
  readonly info: ModelInfo;
  chat: LlamaTarget["chat"];
  isEnd(token: number): boolean;
  dispose(): Promise<void>;
}

/** Loads only the vocabulary of a GGUF file, with or without weights in it. */
export async function llamaVocabulary(
  model: string,
  signal?: AbortSignal,
): Promise<LlamaVocabulary> {
  const engine = await engineKeeper({ ...loadOptions({ model }), vocabOnly: true }, false, {
    signal,
  });
  const { info } = await engine.get();
  const ends = new Set(info.endTokens);
  return {
    info,
    ...createVocabulary(engine.get),
    chat: chatOf(engine),
    isEnd: (token) => ends.has(token),
    dispose: engine.dispose,
  };
}

function chatOf(engine: EngineKeeper): LlamaTarget["chat"] {
  return async (messages) => {
    const { header } = await (await engine.get()).request("chat", { messages });
    return header.text as string;
  };
}

/** One less than the cores: with all of them, spinning barriers collapse when anything else runs. */
function defaultThreads(): number {
  return Math.max(1, availableParallelism() - 1);
}

/** The curve measured earlier for a model on this machine, without loading it; undefined where there is none. */
export async function storedCost(
  model: string,
  {
    threads = defaultThreads(),
    gpu = false,
  }: { readonly threads?: number; readonly gpu?: boolean },
): Promise<CostCurve | undefined> {
  const engine = engineName(findLibrary({ gpu }));
  return readCost(await costKey({ model: path.resolve(model), threads, engine, gpu }));
}

function loadOptions(options: LlamaOptions): LoadOptions {
  return {
    model: path.resolve(options.model),
    vocabOnly: false,
    contextSize: options.contextSize ?? 0,
    threads: options.threads ?? defaultThreads(),
    outputs: options.outputs ?? 64,
    gpuLayers: options.gpu ? -1 : 0,
    flashAttention: options.flashAttention ?? "auto",
    cacheType: options.cacheType ?? "f16",
  };
}

interface EngineKeeper {
  /** The running process; started anew when the last one died. */
  get(): Promise<EngineProcess>;
  processId(): number | undefined;
  dispose(): Promise<void>;
}

async function engineKeeper(
  options: LoadOptions,
  gpu: boolean,
  start: StartOptions,
): Promise<EngineKeeper> {
  const library: NativeLibrary = findLibrary({ gpu });
  await requireModelFile(options.model);
  let starting: Promise<EngineProcess> | undefined = startEngine(library, options, start);
  let running: EngineProcess | undefined = await starting;
  starting = undefined;
  let closed = false;
  return {
    async get() {
      if (closed) throw new RedraftError("engine-failed", "this target was closed");
      if (running?.alive) return running;
      starting ??= startEngine(library, options).finally(() => {
        starting = undefined;
      });
      running = await starting;
      return running;
    },
    processId: () => (running?.alive ? running.processId : undefined),
    async dispose() {
      closed = true;
      await (await (starting ?? running))?.dispose();
    },
  };
}

/** Says what is wrong with the file before llama.cpp gets it: its own messages name neither file nor cause. */
async function requireModelFile(file: string): Promise<void> {
  const magic = Buffer.alloc(4);
  try {
    const handle = await openFile(file);
    await handle.read(magic, 0, 4, 0).finally(() => handle.close());
  } catch (cause) {
    throw new RedraftError(
      "model-unavailable",
      `the model ${file} cannot be read: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  if (magic.toString("latin1") !== "GGUF") {
    throw new RedraftError(
      "model-unavailable",
      `${file} is not a GGUF model; redraft runs models in that format`,
    );
  }
}
