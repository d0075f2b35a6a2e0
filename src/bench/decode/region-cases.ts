import { RedraftError } from "../../core/errors.ts";
import type { LlamaVocabulary } from "../../engines/llama/target.ts";
import { regionSet } from "./case-sets.ts";
import type { ChosenCases, DecodeCase } from "./cases.ts";
import { readRegions } from "./regions.ts";

type RegionVocabulary = Pick<LlamaVocabulary, "tokenize" | "info">;

/** A line of a region takes about so many tokens: as original, in the sketch where it changes, and as output. */
const tokensPerLine = 16;

/**
 * Regions in the prompt form of the apply models, in the order of the data: the first `limit` whose prompt and expected
 * output fit into `length` tokens, which is also the longest output.
 */
export async function regionCases(
  target: RegionVocabulary,
  data: string,
  { length, limit }: { readonly length: number; readonly limit: number },
): Promise<ChosenCases> {
  const [file, sketchMark, apply] = await roles(target);
  const cases: DecodeCase[] = [];
  let tooLong = 0;
  for (const region of readRegions(data, Math.floor(length / tokensPerLine))) {
    if (cases.length === limit) break;
    const source = await target.tokenize(region.original);
    const sketch = await target.tokenize(region.sketch);
    const prompt = [file, ...source, sketchMark, ...sketch, apply];
    const output = region.expected
      ? (await target.tokenize(region.expected)).length
      : source.length;
    if (prompt.length + output > length) {
      tooLong++;
      continue;
    }
    const request = { prompt, source, sketch };
    const { id, task } = region;
    cases.push({ id, set: regionSet, task, request, maxTokens: length, fenced: false });
  }
  return { cases, tooLong };
}

/** The role tokens of the apply models' prompt form. */
async function roles({ tokenize, info }: RegionVocabulary): Promise<[number, number, number]> {
  const marks = await tokenize("<|file|><|sketch|><|apply|>", { special: true });
  if (marks.length !== 3) {
    throw new RedraftError(
      "usage",
      `${info.name} is not an apply model (its vocabulary lacks <|file|>, <|sketch|>, <|apply|>), so it cannot be asked for regions; name other sets with --cases`,
    );
  }
  return [marks[0]!, marks[1]!, marks[2]!];
}
