import { longestNote } from "../instruct/attempts.ts";
import type { InstructRequest } from "../instruct/edit-files.ts";
import { namedRegion, symbolRegion } from "../instruct/region.ts";
import { namedPartsOf } from "./named-parts.ts";

/** Characters per token at least, in code that tokenises badly. */
const leastPerToken = 3;
/** Rules, tags and the chat template. */
const promptOverhead = 700;
/** A context that is allocated in any case where the way is not decided yet, in tokens. */
const usualContext = 8192;

/**
 * Tokens that prompt and answer of a request need at most, by which a local model's context is sized before it is loaded.
 *
 * @param repeats whether a failed attempt becomes a part of the prompt
 */
export function expectedTokens(request: InstructRequest, repeats = false): number {
  const { files, instruction, via = "auto", symbol } = request;
  const note = repeats ? longestNote : 0;
  const asked = (instruction.length + note) / leastPerToken + promptOverhead;
  const all = files.reduce((sum, { text }) => sum + text.length, 0) / leastPerToken;
  // Read once and written once, some more for what is added.
  const whole = asked + 2.2 * all;
  if (via !== "auto" && via !== "region") return Math.ceil(whole);
  const region =
    symbol === undefined
      ? namedRegion(files, instruction, namedPartsOf)
      : symbolRegion(files, symbol, namedPartsOf);
  if (region === undefined) return Math.ceil(whole);
  const lines = region.file.text.split("\n").slice(region.start, region.end);
  const part = asked + (2.5 * lines.join("\n").length) / leastPerToken;
  return Math.ceil(via === "region" ? part : Math.max(part, Math.min(whole, usualContext)));
}
