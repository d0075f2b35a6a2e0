import type { Drafter } from "../../core/target.ts";
import { drafters } from "../../draft/registry.ts";
import type { Speller } from "../../draft/spelling.ts";

/** vLLM 0.32's `ngram` with prompt_lookup_min 2, prompt_lookup_max 5 and 64 speculative tokens. */
export function vllmNgram(speller: Speller): Drafter {
  return drafters.lookup({ speller, size: 5, least: 2, length: 64, short: true });
}

/** vLLM 0.32's `suffix` with suffix_decoding_max_tree_depth 64 and suffix_decoding_max_spec_factor 8. */
export function vllmSuffix(speller: Speller): Drafter {
  return drafters.suffix({ speller, alpha: 8, depth: 64 });
}
