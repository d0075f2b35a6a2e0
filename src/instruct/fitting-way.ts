import type { LocalModelFacts } from "../core/target.ts";
import type { CascadeOptions } from "./apply-written.ts";
import { canBeFenced, fileQuestion } from "./by-fence.ts";
import { partQuestion } from "./by-region.ts";
import { type ChosenWay, isSmall } from "./choose-way.ts";
import type { Forecast } from "./costs.ts";
import { blockPrompt, type PromptMessage, rewritePrompt, sketchPrompt } from "./prompt.ts";
import { type InstructRegion, namedRegion } from "./region.ts";
import type { InstructRequest, Way } from "./request.ts";

/** What a way asks first, and how many tokens its answer is expected to have. */
interface FirstQuestion {
  readonly messages: readonly PromptMessage[];
  readonly outputTokens: number;
}

/** Tried in this order where the chosen way has no room: the region reads least, and a file is asked for alone. */
const otherWays: readonly Way[] = ["region", "rewrite", "cascade"];

/**
 * The chosen way, if its question and the expected answer fit into the context of a model on this machine; else the first other way
 * that does. Where none fits it stays as it is, and asking says what would be needed.
 */
export async function fittingWay(
  chosen: ChosenWay,
  request: InstructRequest,
  options: CascadeOptions,
): Promise<ChosenWay> {
  const { local } = options.large;
  if (local === undefined || (await questionFits(chosen, request, options, local))) return chosen;
  const { files, instruction } = request;
  const region = options.namedPartsOf && namedRegion(files, instruction, options.namedPartsOf);
  // A sketch has no use for the draft of a whole file.
  const hasDraft = files.some(({ expected }) => expected !== undefined);
  const why = `${chosen.via} needs more than the context of ${local.contextSize} tokens`;
  for (const via of otherWays) {
    if (via === chosen.via || (via === "region" && region === undefined)) continue;
    if (via === "cascade" && hasDraft) continue;
    const { region: _, ...decision } = chosen;
    const other = { ...decision, via, why, ...(via === "region" && region && { region }) };
    if (await questionFits(other, request, options, local)) return other;
  }
  return chosen;
}

async function questionFits(
  way: ChosenWay,
  request: InstructRequest,
  options: CascadeOptions,
  local: LocalModelFacts,
): Promise<boolean> {
  for (const { messages, outputTokens } of firstQuestions(way, way.region, request, options)) {
    if ((await local.count(messages)) + Math.ceil(outputTokens) > local.contextSize) return false;
  }
  return true;
}

/** One, or one for each file where files are asked for one by one. */
function firstQuestions(
  { via, cascade, rewrite }: Pick<Forecast, "cascade" | "rewrite"> & { readonly via: Way },
  region: InstructRegion | undefined,
  { files, instruction }: InstructRequest,
  { large, example = isSmall(large.local), fenced = isSmall(large.local) }: CascadeOptions,
): FirstQuestion[] {
  const { outputTokens } = cascade;
  switch (via) {
    case "cascade":
      return [{ messages: sketchPrompt(files, instruction, example), outputTokens }];
    case "search-replace":
      return [{ messages: blockPrompt(files, instruction, example), outputTokens }];
    case "region":
      return region ? [partQuestion(region, instruction)] : [];
    case "rewrite":
      return fenced && canBeFenced(files)
        ? files.map((file) => fileQuestion(file, files, instruction))
        : [
            {
              messages: rewritePrompt(files, instruction),
              outputTokens: rewrite.outputTokens,
            },
          ];
  }
}
