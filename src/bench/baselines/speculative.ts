import type { Drafter, Token } from "../../core/target.ts";
import type { StandIn } from "./stand-in.ts";

/** Plain speculative decoding (Leviathan et al. 2023): the draft model's `length` greedy tokens, every time. */
export function speculativeDrafter(model: StandIn, length = 7): Drafter {
  return {
    name: "sd",
    begin() {},
    draft({ output }, budget) {
      const tokens: Token[] = [];
      while (tokens.length < Math.min(length, budget))
        tokens.push(model.next(output.length, tokens));
      return [{ tokens, drafter: "sd", origin: "draft-model", forwards: tokens.length }];
    },
  };
}
