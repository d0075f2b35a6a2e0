import type { Edit } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { Planner } from "../core/plan.ts";
import type { ModelRoute } from "../core/route.ts";
import type { Capabilities, TokenTarget } from "../core/target.ts";
import { createController } from "../draft/controller.ts";
import { drafters } from "../draft/registry.ts";
import { spellerOf } from "../draft/spelling.ts";
import { readGgufMetadata } from "../engines/gguf.ts";
import type { LlamaOptions, LlamaTarget } from "../engines/llama/target.ts";
import { engines } from "../engines/registry.ts";
import {
  type ApplyFormat,
  type ApplyFormatName,
  applyFormats,
  detectApplyFormat,
} from "../settle/model/apply-formats.ts";
import {
  calibrationFor,
  judgeCalibrationFor,
  modelIdentity,
} from "../settle/model/calibrations.ts";
import {
  type Generate,
  type RegionRouteOptions,
  settleRegion,
} from "../settle/model/region-route.ts";
import {
  editKind,
  type JudgeRouteOptions,
  settleByJudge,
} from "../settle/model/settle-by-judge.ts";
import { settleByRanking } from "../settle/rank/settle-by-rank.ts";
import { decode } from "../verify/decode.ts";

export interface LocalModelOptions extends Pick<LlamaOptions, "threads" | "gpu" | "contextSize"> {
  /** Path of a GGUF file. */
  readonly model: string;
  /** How the model is asked; default: by its vocabulary and metadata. */
  readonly promptFormat?: ApplyFormatName;
  /**
   * Whether a missing native package or model is no error: the route then declines, after one warning. For the
   * default model, which nobody asked for by name.
   */
  readonly optional?: boolean;
  /** The model, where it is loaded already; it stays the caller's. */
  readonly target?: LlamaTarget;
  readonly logger?: Logger;
}

interface OpenModel extends Required<Pick<ModelRoute, "settle">> {
  readonly target: TokenTarget;
}

/** Prompt and answer together that the models of this repository were trained on, in tokens. */
const trainedLength = 1792;
/** What other models are asked at most: a region is small. */
const mostPromptTokens = 8192;

/**
 * The model route on local weights: the ranker first, then the model. An apply model ranks and writes the open region; any other
 * model judges how likely the candidates are. Nothing is loaded before the first edit that needs
 * a model.
 */
export function localModelRoute(options: LocalModelOptions): ModelRoute {
  const { logger = silentLogger } = options;
  let opening: Promise<OpenModel> | undefined;
  let unavailable = false;
  let usable: Promise<Usable> | undefined;

  async function open(): Promise<OpenModel> {
    const { model, threads, gpu, contextSize = 4096, promptFormat } = options;
    const target =
      options.target ??
      (await engines.gguf.openTokens(model, {
        contextSize,
        cost: "measured",
        logger,
        ...(threads !== undefined && { threads }),
        ...(gpu !== undefined && { gpu }),
      }));
    try {
      const format = promptFormat ? applyFormats[promptFormat] : await applyFormatOf(target);
      const longest =
        format.name === "redraft" ? trainedLength : Math.min(mostPromptTokens, contextSize);
      const asked = { target, format, longest, logger };
      if (format.name === "chat") {
        const calibrations = judgeCalibrationFor(modelIdentity(target.info.metadata));
        const options: JudgeRouteOptions = { ...asked, ...(calibrations && { calibrations }) };
        return { target, settle: (task) => settleByJudge(task, options) };
      }
      const calibration = calibrationFor(target.info.name);
      const options: RegionRouteOptions = {
        ...asked,
        calibration,
        generate: generateWith(target),
      };
      return { target, settle: (task) => settleRegion(task, options) };
    } catch (error) {
      if (target !== options.target) await target.dispose();
      throw error;
    }
  }

  return {
    name: options.model,
    ranks: true,
    async settle(task) {
      if (task.outcome?.kind !== "ambiguous") return undefined;
      const ranked = task.ranked ? undefined : settleByRanking(task);
      if (ranked) return ranked;
      try {
        usable ??= usableFor(options.model);
        if (unavailable || !(await usable)(task.edit)) return undefined;
        opening ??= open();
        return await (await opening).settle(task);
      } catch (error) {
        opening = undefined;
        if (!options.optional || !RedraftError.is(error) || error.code !== "model-unavailable") {
          throw error;
        }
        unavailable = true;
        logger.warn(`working without a model: ${error.message}`);
        return undefined;
      }
    },
    async dispose() {
      const opened = await opening?.catch(() => undefined);
      if (opened?.target !== options.target) await opened?.target.dispose();
    },
  };
}

/** How a model is asked; one without a chat template can judge candidates all the same. */
async function applyFormatOf(target: LlamaTarget): Promise<ApplyFormat> {
  try {
    return await detectApplyFormat(target);
  } catch (error) {
    if (!RedraftError.is(error) || error.code !== "model-unavailable") throw error;
    return applyFormats.chat;
  }
}

/** Whether an answer to this edit may be taken from the model: if not, its weights need not be loaded. */
type Usable = (edit: Edit | undefined) => boolean;

async function usableFor(model: string): Promise<Usable> {
  const metadata = await readGgufMetadata(model, { lengths: true });
  const named = Object.fromEntries([...metadata].map(([key, value]) => [key, String(value)]));
  const judges = judgeCalibrationFor(modelIdentity(named));
  if (judges !== undefined) {
    return (edit) => edit !== undefined && judges[editKind(edit)] !== undefined;
  }
  const calibration = calibrationFor(named["general.name"] ?? "");
  const isAny = calibration === "agreement" || Object.keys(calibration).length > 0;
  return () => isAny;
}

/** What edits are drafted from, chosen by the target's own cost curve. For one generation at a time. */
export function editPlanner(
  target: Pick<TokenTarget, "detokenize"> & { readonly capabilities: Capabilities },
): Planner {
  const { cost } = target.capabilities;
  return createController({ drafters: [drafters.copy({ speller: spellerOf(target) })], cost });
}

/** The decode core behind the route's narrow seam. */
export function generateWith(
  target: Pick<TokenTarget, "isEnd" | "detokenize"> & {
    readonly capabilities: Capabilities;
  },
): Generate {
  // A planner keeps learning what this target accepts, but plans one generation at a time.
  const idle: Planner[] = [];
  return async (sequence, { request, maxTokens, stop, onText, signal }) => {
    const planner = idle.pop() ?? editPlanner(target);
    const steps = decode(sequence, {
      request,
      capabilities: target.capabilities,
      planner,
      maxTokens,
      isEnd: target.isEnd,
      detokenize: target.detokenize,
      ...(stop.length > 0 && { stop }),
      ...(signal && { signal }),
    });
    let text = "";
    try {
      for (;;) {
        const step = await steps.next();
        if (step.done) return { text, finish: step.value.finish, stats: step.value.stats };
        text += step.value.text;
        if (step.value.text !== "") onText?.(step.value.text, step.value.origins[0] ?? "target");
      }
    } finally {
      idle.push(planner);
    }
  };
}
