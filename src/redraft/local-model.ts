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
  type ApplyFormatName,
  applyFormats,
  detectApplyFormat,
} from "../settle/model/apply-formats.ts";
import { calibrationFor } from "../settle/model/calibrations.ts";
import {
  type Generate,
  type RegionRouteOptions,
  settleRegion,
} from "../settle/model/region-route.ts";
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

/** Prompt and answer together that the models of this repository were trained on, in tokens. */
const trainedLength = 1792;
/** What other models are asked at most: a region is small. */
const mostPromptTokens = 8192;

/**
 * The model route on local weights: the ranker first, then the model. Nothing is loaded before the first edit that needs
 * a model.
 */
export function localModelRoute(options: LocalModelOptions): ModelRoute {
  const { logger = silentLogger } = options;
  let opening: Promise<RegionRouteOptions & { readonly target: TokenTarget }> | undefined;
  let unavailable = false;
  let usable: Promise<boolean> | undefined;

  async function open(): Promise<RegionRouteOptions & { readonly target: TokenTarget }> {
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
      const format = promptFormat ? applyFormats[promptFormat] : await detectApplyFormat(target);
      const calibration = calibrationFor(target.info.name);
      const longest =
        format.name === "redraft" ? trainedLength : Math.min(mostPromptTokens, contextSize);
      const generate = generateWith(target);
      return { target, format, generate, calibration, longest, logger };
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
        usable ??= mayAnswer(options.model);
        if (unavailable || !(await usable)) return undefined;
        opening ??= open();
        return await settleRegion(task, await opening);
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

/** Whether anything may be taken from this model at all: if not, its weights need not be loaded. */
async function mayAnswer(model: string): Promise<boolean> {
  const name = (await readGgufMetadata(model)).get("general.name");
  const calibration = calibrationFor(typeof name === "string" ? name : "");
  return calibration === "agreement" || Object.keys(calibration).length > 0;
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
