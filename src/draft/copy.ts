import type { Draft, Drafter, Token } from "../core/target.ts";
import { sharedLength, startsWith } from "../text/prefix.ts";
import { acceptanceWeights } from "./acceptance-asset.ts";
import {
  type AcceptanceModel,
  type AcceptanceWeights,
  createAcceptanceModel,
  createFrailty,
  decodeNetwork,
  refineSurvival,
  survivalCurve,
  thresholds,
} from "./acceptance-model.ts";
import { agreement, type CopyCandidate, candidateTokens } from "./copy-candidates.ts";
import { type CopyPlace, type CopySession, createCopySession } from "./copy-session.ts";
import { createSpelling, type Speller, type TokenSpelling } from "./spelling.ts";

export interface CopyDrafterOptions {
  /** What each token looks like: where lines begin matters to a copy. `spellerOf(target)` asks the target. */
  readonly speller: Speller;
  /** Learnt acceptance statistics; default: the shipped ones. */
  readonly weights?: AcceptanceWeights;
  /** Go on learning from what is accepted (default true). */
  readonly online?: boolean;
  /** Longest draft but the first (default 48): alternatives are rarely right for long. */
  readonly alternativeLength?: number;
}

/** A drafter that can also say how a text would go on after tokens that are only drafted yet. */
export interface CopyDrafter extends Drafter {
  /** Best first; `from` = the draft whose beginning `tokens` are, if they are a copy. */
  draftAfter(tokens: readonly Token[], budget: number, from?: Draft): Promise<readonly Draft[]>;
}

/** A candidate's expected number of right tokens counts full up to here: a longer copy can be had again later. */
const near = 16;

/** Drafts that are looked at token by token; the others are hardly ever sent. */
const refined = 2;

/**
 * Drafts copies of everything known: source, sketch, whole candidates, prompt, own output, further texts. It
 * re-anchors by the longest suffixes of the output that occur in them, by a pointer to where the last copy ended,
 * and at line starts by what may have happened to the interrupted line; an acceptance model learnt from recorded
 * edits says how far each will hold.
 */
export function copyDrafter(options: CopyDrafterOptions): CopyDrafter {
  const { speller, online = true, alternativeLength = 48 } = options;
  const spelling: TokenSpelling = createSpelling(speller);
  const weights = options.weights ?? acceptanceWeights();
  const model: AcceptanceModel = createAcceptanceModel(decodeNetwork(weights.survival), online);
  const risk = decodeNetwork(weights.risk);
  let session: CopySession;
  /** The best draft of this step, sent or not. */
  let best: Draft | undefined;
  let frailty = createFrailty();
  /** The same of a step whose tokens could not be spelled at once. */
  let waiting: readonly Token[] | undefined;
  /** What was predicted for the candidates of this step. */
  let predictions: readonly {
    readonly candidate: CopyCandidate;
    readonly prediction: Float32Array;
  }[] = [];
  const candidateOf = new WeakMap<Draft, CopyCandidate>();

  function draftsAt(place: CopyPlace, budget: number, learn: boolean): Draft[] {
    const { candidates, features } = place;
    const judged = candidates.map((candidate, i) => {
      const prediction = model.predict(features[i]!);
      return { candidate, prediction, value: nearValue(prediction) };
    });
    if (learn) predictions = judged;
    judged.sort((a, b) => b.value - a.value);
    const drafts: Draft[] = [];
    for (const { candidate, prediction } of judged) {
      const tokens = candidateTokens(
        candidate,
        drafts.length === 0 ? budget : Math.min(budget, alternativeLength),
      );
      if (tokens.length === 0 || drafts.some((draft) => startsWith(draft.tokens, tokens))) continue;
      const promise = survivalCurve(prediction, tokens.length);
      const draft: Draft = {
        tokens,
        drafter: "copy",
        origin: candidate.kind === "output" ? "suffix" : candidate.text.origin,
        survival:
          drafts.length < refined
            ? refineSurvival(
                promise,
                risk,
                session.riskFeatures(place, candidate, tokens),
                frailty.factor,
              )
            : promise.map((chance) => chance ** frailty.factor),
        promise,
      };
      candidateOf.set(draft, candidate);
      drafts.push(draft);
    }
    if (learn) best = drafts[0];
    return drafts;
  }

  async function catchUp(output: readonly Token[]): Promise<void> {
    const missing = output.slice(session.written);
    if (missing.length === 0) return;
    await spelling.learn(missing);
    session.commit(missing, waiting);
    waiting = undefined;
  }

  return {
    name: "copy",
    async begin(request) {
      const {
        prompt,
        source = [],
        sketch = [],
        candidates = [],
        context = [],
        history = [],
      } = request;
      for (const text of [prompt, source, sketch, ...candidates, ...context, ...history]) {
        await spelling.learn(text);
      }
      session = createCopySession(request, spelling);
      predictions = [];
      waiting = undefined;
      best = undefined;
      frailty = createFrailty();
    },
    async draft({ output }, budget) {
      await catchUp(output);
      return budget < 1 ? [] : draftsAt(session.here(), budget, true);
    },
    async draftAfter(tokens, budget, from) {
      await spelling.learn(tokens);
      const place = session.after(tokens, from && candidateOf.get(from));
      return budget < 1 ? [] : draftsAt(place, budget, false);
    },
    accept({ committed }) {
      for (const { candidate, prediction } of predictions) {
        const right = agreement(candidate, committed);
        model.learn(prediction, right, right < committed.length);
      }
      predictions = [];
      const drafted = best?.tokens;
      if (best) {
        const right = sharedLength(best.tokens, committed);
        frailty.observe(
          best.survival!,
          right,
          right < Math.min(committed.length, best.tokens.length),
        );
      }
      best = undefined;
      const learning = spelling.learn(committed);
      // A speller that must wait: the tokens are caught up with at the next draft.
      if (learning === undefined) session.commit(committed, drafted);
      else {
        waiting = drafted;
        learning.catch(() => {}); // the next draft asks again and reports it
      }
    },
  };
}

/** Expected number of right tokens up to the 64th, those past `near` at a quarter. */
function nearValue(prediction: Float32Array): number {
  let value = 0;
  let reached = 0;
  let p = 1;
  for (let k = 0; k < thresholds.length && thresholds[k]! <= 64; k++) {
    // Between two thresholds every length counts as the mean of both ends.
    const next = p * prediction[k]!;
    const mean = thresholds[k]! - reached === 1 ? next : (p + next) / 2;
    value += mean * (thresholds[k]! - reached) * (thresholds[k]! <= near ? 1 : 0.25);
    reached = thresholds[k]!;
    p = next;
  }
  return value;
}
