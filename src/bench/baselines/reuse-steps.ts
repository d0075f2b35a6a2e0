import type { Drafter, Token } from "../../core/target.ts";
import { type IndexedText, indexText } from "../../draft/indexed-text.ts";
import { lineStart, nextLine } from "../../draft/lines.ts";

/** One step on the way from EfficientEdit's Reuse to copies of everything (the ablation). */
export interface ReuseStep {
  /** Shortest match that re-anchors. */
  readonly match: number;
  /** Where a match may be: ahead of the pointer, nearest first, or anywhere in the source. */
  readonly where: "ahead" | "anywhere";
  /** At line starts without a match: the next source line, or the interrupted one. */
  readonly lines?: boolean;
  /** Look up prompt, context and the output itself where the source has nothing. */
  readonly own?: boolean;
}

/**
 * Uncapped drafts from the source: on from the pointer while it holds; after a divergence from the best match.
 * Each option repairs one shortcoming of EfficientEdit's Reuse; rules of thumb only, nothing learnt.
 */
export function reuseStepDrafter(step: ReuseStep, isNewline: (token: Token) => boolean): Drafter {
  let source: IndexedText = indexText([]);
  let own: IndexedText = indexText([]);
  let tail: Token[] = [];
  let pointer = 0;
  let draftedAt: number | undefined = 0;
  const limits = { matchLimit: 32, chainLimit: 256 };

  function anchor(): number | undefined {
    const matches = source
      .find(tail, 256)
      .filter(
        ({ length, at }) => length >= step.match && (step.where === "anywhere" || at >= pointer),
      );
    if (step.match >= 7 || step.where === "ahead") {
      matches.sort((a, b) => Math.abs(a.at - pointer) - Math.abs(b.at - pointer));
    } else
      matches.sort(
        (a, b) => b.length - a.length || Math.abs(a.at - pointer) - Math.abs(b.at - pointer),
      );
    const best = matches[0];
    if (step.lines && (best === undefined || best.length < 3) && isNewline(tail.at(-1) ?? -1)) {
      const start = lineStart(source.tokens, pointer, isNewline);
      return best !== undefined && best.at >= pointer
        ? best.at
        : pointer > start
          ? nextLine(source.tokens, pointer, isNewline)
          : pointer;
    }
    return best?.at;
  }

  function draft(text: IndexedText, at: number, budget: number, origin: "source" | "prompt") {
    const tokens = text.tokens.slice(at, at + budget);
    return tokens.length === 0 ? [] : [{ tokens, drafter: "reuse", origin }];
  }

  return {
    name: "reuse",
    begin({ prompt, source: tokens = [], context = [] }) {
      source = indexText(tokens, limits);
      own = indexText(step.own ? [...context.flat(), ...prompt] : [], limits);
      tail = prompt.slice(-32);
      pointer = 0;
      draftedAt = 0;
    },
    draft(_state, budget) {
      draftedAt ??= anchor();
      const other = step.own ? own.find(tail, 1)[0] : undefined;
      const matched = draftedAt === undefined ? 0 : source.matchBefore(draftedAt, tail);
      if (other !== undefined && (draftedAt === undefined || other.length > matched + 2)) {
        draftedAt = undefined;
        return draft(own, other.at, budget, "prompt");
      }
      return draftedAt === undefined ? [] : draft(source, draftedAt, budget, "source");
    },
    accept({ committed, used, accepted }) {
      if (used !== undefined && draftedAt !== undefined && accepted > 0)
        pointer = draftedAt + accepted;
      const goesOn =
        draftedAt !== undefined &&
        committed.length > accepted &&
        source.tokens[pointer] === committed[accepted] &&
        accepted > 0;
      if (goesOn) pointer++;
      draftedAt = undefined;
      for (const token of committed) {
        tail.push(token);
        if (step.own) own.push(token);
      }
      tail = tail.slice(-32);
    },
  };
}
