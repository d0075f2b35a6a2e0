import type { Drafter, Token } from "../../core/target.ts";
import type { TokenPredictor } from "../../draft/draft-model.ts";

/** Plain speculative decoding (Leviathan et al. 2023): the draft model's `length` greedy tokens, every time. */
export function speculativeDrafter(model: TokenPredictor, length = 7): Drafter {
  return {
    name: "sd",
    begin: (request) => model.begin(request),
    async draft({ output }, budget, signal) {
      const tokens: Token[] = [];
      while (tokens.length < Math.min(length, budget)) {
        tokens.push((await model.next(output, tokens, signal)).token);
      }
      return [{ tokens, drafter: "sd", origin: "draft-model", forwards: tokens.length }];
    },
  };
}
