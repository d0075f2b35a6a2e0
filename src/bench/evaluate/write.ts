import { RedraftError } from "../../core/errors.ts";
import type { Drafter, Token, TokenTarget } from "../../core/target.ts";
import { fixedPlanner } from "../../draft/fixed-planner.ts";
import { decode } from "../../verify/decode.ts";
import { applyPrompt, regionTokens } from "./prompt.ts";
import type { RegionQuestion } from "./questions.ts";

/** Drafts the expected text, so that a right answer costs few passes. Greedy decoding writes what it would write anyway. */
function expectedDrafter(expected: readonly Token[]): Drafter {
  return {
    name: "expected",
    begin() {},
    draft({ output }, budget) {
      const rest = expected.slice(output.length, output.length + budget);
      return rest.length === 0
        ? []
        : [{ tokens: rest, drafter: "expected", origin: "source" as const }];
    },
  };
}

export interface Written {
  readonly exact: boolean;
  /** Tokens that the model wrote as expected before it first differed. */
  readonly agreed: number;
  readonly expected: number;
}

/** Lets the target write the region greedily through the decode core, up to the first token that is not as expected. */
export async function writeRegion(
  target: TokenTarget,
  question: RegionQuestion,
  signal?: AbortSignal,
): Promise<Written> {
  const prompt = await applyPrompt(target, question.original, question.sketch);
  const expected = await regionTokens(target, question.expected);
  if (prompt.length + expected.length + 1 > target.capabilities.contextSize) {
    throw new RedraftError("usage", `${question.id} is longer than the target's context`);
  }
  const sequence = await target.open();
  try {
    const steps = decode(sequence, {
      request: { prompt },
      planner: fixedPlanner([expectedDrafter(expected)], { budget: 512 }),
      capabilities: target.capabilities,
      maxTokens: expected.length + 1,
      isEnd: (token) => target.isEnd(token),
      ...(signal && { signal }),
    });
    let agreed = 0;
    for (;;) {
      const step = await steps.next();
      if (step.done) {
        const exact = step.value.finish === "end" && agreed === expected.length;
        return { exact, agreed, expected: expected.length };
      }
      for (const token of step.value.tokens) {
        if (token !== expected[agreed]) {
          await steps.return(undefined as never);
          return { exact: false, agreed, expected: expected.length };
        }
        agreed++;
      }
    }
  } finally {
    await sequence.dispose();
  }
}
