import { emptyPlan, type Plan, type Planner } from "../../core/plan.ts";
import type { DraftRequest, Origin, Token } from "../../core/target.ts";

export interface AnchorPlannerOptions {
  /** Tokens that must agree before a place shortly ahead of the last copy is drafted from (default 3). */
  readonly near?: number;
  /** The same for any other place (default 6). */
  readonly far?: number;
  /** How many tokens ahead still counts as near (default 400). */
  readonly reach?: number;
}

interface Text {
  readonly tokens: readonly Token[];
  readonly origin: Origin;
  /** The positions of each token. */
  readonly places: ReadonlyMap<Token, readonly number[]>;
}

interface Anchor {
  readonly text: Text;
  /** The first token to copy. */
  readonly at: number;
  readonly matched: number;
  readonly near: boolean;
}

/**
 * Drafting for a target whose every pass is a round trip (docs/guide/model-servers.md): all of
 * the rest of the source where the output has come back to it, and nothing where it has not, so that the
 * target fetches a block of free text instead. A wrong anchor costs a request; a late one costs some tokens of
 * a block that was fetched anyway: it asks for more evidence than a drafter beside a local model needs.
 *
 * Example: source `a b c d e f`, output `a b X c d`: `c d` is near, behind the last copy (`a b`), but two
 * tokens are no evidence yet; with `e` it drafts `f`.
 */
export function anchorPlanner({
  near = 3,
  far = 6,
  reach = 400,
}: AnchorPlannerOptions = {}): Planner {
  let texts: readonly Text[] = [];
  /** The place in the first text that the last accepted copy has reached. */
  let pointer = 0;
  let drafted: Anchor | undefined;

  function planFrom(anchor: Anchor, limit: number): Plan {
    drafted = anchor;
    const tokens = anchor.text.tokens.slice(anchor.at, anchor.at + limit);
    return {
      nodes: tokens.map((token, index) => ({ token, parent: index - 1 })),
      origins: tokens.map(() => anchor.text.origin),
      draftForwards: 0,
    };
  }

  return {
    name: "anchors",
    begin(request) {
      texts = draftTexts(request);
      pointer = 0;
      drafted = undefined;
    },
    plan({ output }, limits) {
      drafted = undefined;
      const source = texts[0];
      if (limits.nodes < 1 || source === undefined) return emptyPlan;
      if (output.length === 0) {
        return planFrom({ text: source, at: 0, matched: 0, near: true }, limits.nodes);
      }
      let best: Anchor | undefined;
      for (const text of texts) {
        for (const place of text.places.get(output.at(-1)!) ?? []) {
          const at = place + 1;
          if (at >= text.tokens.length) continue;
          const matched = matchBefore(output, text.tokens, at);
          const isNear = text === source && at >= pointer && at <= pointer + reach;
          if (matched < (isNear ? near : far)) continue;
          const anchor = { text, at, matched, near: isNear };
          if (best === undefined || isBetter(anchor, best, pointer)) best = anchor;
        }
      }
      return best ? planFrom(best, limits.nodes) : emptyPlan;
    },
    observe({ path }) {
      if (drafted && drafted.text === texts[0] && path.length > 0) {
        pointer = drafted.at + path.length;
      }
    },
  };
}

const longestMatch = 64;

/** How many tokens before `at` equal the last of the output. */
function matchBefore(output: readonly Token[], tokens: readonly Token[], at: number): number {
  const most = Math.min(output.length, at, longestMatch);
  let count = 0;
  while (count < most && tokens[at - 1 - count] === output[output.length - 1 - count]) count++;
  return count;
}

function isBetter(one: Anchor, other: Anchor, pointer: number): boolean {
  if (one.matched !== other.matched) return one.matched > other.matched;
  if (one.near !== other.near) return one.near;
  return Math.abs(one.at - pointer) < Math.abs(other.at - pointer);
}

function draftTexts(request: DraftRequest): Text[] {
  const { source, sketch, candidates = [], context = [], history = [] } = request;
  const named: [readonly Token[] | undefined, Origin][] = [
    ...candidates.map((tokens): [readonly Token[], Origin] => [tokens, "sketch"]),
    [source, "source"],
    [sketch, "sketch"],
    ...context.map((tokens): [readonly Token[], Origin] => [tokens, "prompt"]),
    ...history.map((tokens): [readonly Token[], Origin] => [tokens, "suffix"]),
  ];
  return named.flatMap(([tokens, origin]) =>
    tokens && tokens.length > 0 ? [{ tokens, origin, places: tokenPlaces(tokens) }] : [],
  );
}

function tokenPlaces(tokens: readonly Token[]): Map<Token, number[]> {
  const places = new Map<Token, number[]>();
  tokens.forEach((token, index) => {
    const known = places.get(token);
    if (known === undefined) places.set(token, [index]);
    else known.push(index);
  });
  return places;
}
