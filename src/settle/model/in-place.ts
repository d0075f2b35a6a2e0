import type { Edit } from "../../core/edit.ts";
import type { Candidate } from "../../core/merge.ts";
import type { Token } from "../../core/target.ts";
import { lineTexts } from "../../text/lines.ts";
import { sharedLength } from "../../text/prefix.ts";
import type { LocalTarget } from "./apply-formats.ts";
import { hasRoom, type ScoredQuestion } from "./asked.ts";
import { disputedLines, openRegion } from "./region.ts";

/** Lines shown above the region, and around every disputed line. */
const linesAbove = 10;
const placeContext = 4;

/**
 * The text of every candidate from some lines above the dispute to some lines below it, below the file's path, without
 * what lies far from any disputed line. No instruction and no sketch: any causal model of code can read it. The candidates' tokens are
 * cut where they first differ, so a tokenizer that joins line ends with what follows splits no token.
 *
 * @returns undefined where prompt and longest answer together exceed `longest` tokens, or one candidate is the beginning of another
 */
export async function inPlaceQuestion(
  target: LocalTarget,
  { path, source, edit }: { readonly path: string; readonly source: string; readonly edit: Edit },
  candidates: readonly Candidate[],
  longest: number,
): Promise<ScoredQuestion | undefined> {
  const region = openRegion(source, edit, candidates, { context: placeContext });
  const disputed = disputedLines(region, candidates, { context: placeContext });
  const start = region.source.start;
  const above = [path, ...lineTexts(source).slice(Math.max(0, start - linesAbove), start)];
  const texts = disputed.candidates.map((lines) => `${[...above, ...lines].join("\n")}\n`);
  // A token is at most some dozen characters on average: what is far too long need not be tokenised.
  if (texts.some((text) => text.length > 12 * longest)) return undefined;
  const tokens: Token[][] = [];
  for (const text of texts) tokens.push([...(await target.tokenize(text))]);
  const shared = Math.max(1, Math.min(...tokens.map((all) => sharedLength(tokens[0]!, all))));
  const begin = target.info?.beginToken;
  const prompt = tokens[0]!.slice(0, shared);
  if (begin !== undefined && prompt[0] !== begin) prompt.unshift(begin);
  const answers = tokens.map((all) => all.slice(shared));
  // The beginning of another candidate has nothing of its own to be judged by.
  if (answers.some((answer) => answer.length === 0)) return undefined;
  return hasRoom({ prompt, answers }, target, longest) ? { prompt, answers } : undefined;
}
