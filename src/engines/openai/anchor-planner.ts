import { emptyPlan, type Plan, type Planner } from "../../core/plan.ts";
import type { DraftNode, DraftRequest, Origin, Token } from "../../core/target.ts";

export interface AnchorPlannerOptions {
  /** Tokens that must agree before a place shortly ahead of the last copy is drafted from (default 3). */
  readonly near?: number;
  /** The same for any other place (default 4). */
  readonly far?: number;
  /** How many tokens ahead still counts as near (default 400). */
  readonly reach?: number;
  /** Most places that are drafted from at once, where the target takes trees (default 2). */
  readonly lines?: number;
}

interface Text {
  readonly tokens: readonly Token[];
  readonly origin: Origin;
  /** Whether the output may begin with it. */
  readonly isWhole: boolean;
  /** The positions of each token. */
  readonly places: Map<Token, number[]>;
  /** The place that the last accepted copy has reached. */
  pointer: number;
}

interface Anchor {
  readonly text: Text;
  /** The first token to copy. */
  readonly at: number;
  /** Tokens that agree, less those that are needed. */
  readonly value: number;
}

/** An anchor and its nodes in the plan. */
interface DraftedLine extends Anchor {
  readonly path: readonly number[];
}

/** An alternative is sent along where so many tokens are missing to what the best one needs. */
const alternativeLacks = 3;
/** Lines that agree for so many tokens are the same draft. */
const comparedTokens = 24;

/**
 * Drafting for a target whose every pass is a round trip (docs/guide/model-servers.md): all of
 * the rest of a text where the output has come back to it, and nothing where it has not, so that the
 * target fetches a block of free text instead. The texts are the merge's candidates, the source, the sketch, and the
 * output itself. A second place is sent too, as a line of its own, where the target verifies trees.
 *
 * Example: source `a b c d e f g`, output `a b X c d`: two tokens are no evidence yet; with `e` it drafts `f g`.
 */
export function anchorPlanner({
  near = 3,
  far = 4,
  reach = 400,
  lines = 2,
}: AnchorPlannerOptions = {}): Planner {
  let texts: readonly Text[] = [];
  let ownTokens: Token[] = [];
  let own = draftText(ownTokens, "suffix", false);
  let drafted: readonly DraftedLine[] = [];

  function follow(output: readonly Token[]): void {
    for (let at = ownTokens.length; at < output.length; at++) {
      ownTokens.push(output[at]!);
      addPlace(own.places, output[at]!, at);
    }
  }

  function anchorsIn(text: Text, output: readonly Token[]): Anchor[] {
    const anchors: Anchor[] = [];
    for (const place of text.places.get(output.at(-1)!) ?? []) {
      const at = place + 1;
      if (at >= text.tokens.length) continue;
      const isNear = text !== own && at >= text.pointer && at <= text.pointer + reach;
      const value = matchBefore(output, text.tokens, at) - (isNear ? near : far);
      anchors.push({ text, at, value });
    }
    return anchors;
  }

  return {
    name: "anchors",
    begin(request) {
      texts = draftTexts(request);
      ownTokens = [];
      own = draftText(ownTokens, "suffix", false);
      drafted = [];
    },
    plan({ output }, limits) {
      drafted = [];
      follow(output);
      if (limits.nodes < 1) return emptyPlan;
      const most = limits.trees ? lines : 1;
      let anchors: readonly Anchor[];
      if (output.length === 0) {
        anchors = texts.filter(({ isWhole }) => isWhole).map((text) => ({ text, at: 0, value: 0 }));
      } else {
        anchors = [...texts, own].flatMap((text) => anchorsIn(text, output)).sort(byWorth);
        if (anchors[0] === undefined || anchors[0].value < 0) return emptyPlan;
      }
      const made = treeOf(different(anchors, most), limits.nodes);
      drafted = made.lines;
      return made.plan;
    },
    observe({ path }) {
      if (path.length === 0) return;
      let best: { readonly line: DraftedLine; readonly accepted: number } | undefined;
      for (const line of drafted) {
        let accepted = 0;
        while (accepted < path.length && line.path[accepted] === path[accepted]) accepted++;
        if (best === undefined || accepted > best.accepted) best = { line, accepted };
      }
      if (best) best.line.text.pointer = best.line.at + best.accepted;
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

function byWorth(one: Anchor, other: Anchor): number {
  if (one.value !== other.value) return other.value - one.value;
  return Math.abs(one.at - one.text.pointer) - Math.abs(other.at - other.text.pointer);
}

/** The best anchors that draft different tokens, best first. */
function different(anchors: readonly Anchor[], most: number): Anchor[] {
  const kept: Anchor[] = [];
  for (const anchor of anchors) {
    if (kept.length === most || anchor.value < -alternativeLacks) break;
    if (!kept.some((other) => draftsTheSame(anchor, other))) kept.push(anchor);
  }
  return kept;
}

function draftsTheSame(one: Anchor, other: Anchor): boolean {
  const left = one.text.tokens;
  const right = other.text.tokens;
  const most = Math.min(comparedTokens, left.length - one.at, right.length - other.at);
  for (let i = 0; i < most; i++) if (left[one.at + i] !== right[other.at + i]) return false;
  return true;
}

/** The lines as one tree: equal beginnings share their nodes. */
function treeOf(
  anchors: readonly Anchor[],
  limit: number,
): { readonly plan: Plan; readonly lines: readonly DraftedLine[] } {
  const nodes: DraftNode[] = [];
  const origins: Origin[] = [];
  const children: Map<Token, number>[] = [new Map()];
  const lines = anchors.map((anchor): DraftedLine => {
    const path: number[] = [];
    let at = -1;
    for (const token of anchor.text.tokens.slice(anchor.at, anchor.at + limit)) {
      let next = children[at + 1]!.get(token);
      if (next === undefined) {
        if (nodes.length === limit) break;
        next = nodes.push({ token, parent: at }) - 1;
        origins.push(anchor.text.origin);
        children[at + 1]!.set(token, next);
        children.push(new Map());
      }
      path.push(next);
      at = next;
    }
    return { ...anchor, path };
  });
  return { plan: { nodes, origins, draftForwards: 0 }, lines };
}

function draftTexts(request: DraftRequest): Text[] {
  const { source = [], sketch = [], candidates = [], context = [], history = [] } = request;
  const texts = [
    ...candidates.map((tokens) => draftText(tokens, "sketch", true)),
    draftText(source, "source", true),
    draftText(sketch, "sketch", false),
    ...context.map((tokens) => draftText(tokens, "prompt", false)),
    ...history.map((tokens) => draftText(tokens, "suffix", false)),
  ];
  return texts.filter(({ tokens }) => tokens.length > 0);
}

function draftText(tokens: readonly Token[], origin: Origin, isWhole: boolean): Text {
  const places = new Map<Token, number[]>();
  tokens.forEach((token, index) => {
    addPlace(places, token, index);
  });
  return { tokens, origin, isWhole, places, pointer: 0 };
}

function addPlace(places: Map<Token, number[]>, token: Token, at: number): void {
  const known = places.get(token);
  if (known === undefined) places.set(token, [at]);
  else known.push(at);
}
