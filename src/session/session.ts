import type { Decode } from "../core/decode.ts";
import { RedraftError } from "../core/errors.ts";
import type { Planner } from "../core/plan.ts";
import type { Rows, Sequence, Token } from "../core/target.ts";
import { sharedLength } from "../text/prefix.ts";
import type { CachePool, CacheSlot } from "./cache-pool.ts";
import { type ChangePlan, type PlanOptions, planChange, whyNoSplice } from "./change-plan.ts";
import type { SyntaxTree } from "./dependents.ts";
import { type Divergence, divergence, divergenceTopK } from "./divergence.ts";
import { createDrift } from "./drift.ts";
import { createProbe } from "./probe.ts";
import type { RepairSelector } from "./repair.ts";
import { type Scores, scoreTokens } from "./score.ts";
import { type DocumentEdit, editsOf, inverseEdits, type TextChange } from "./text-edits.ts";
import type { TokenText } from "./token-text.ts";

/** What a change cost and did. All counts are tokens. */
export interface ChangeReport {
  /** What was done, and why; `none`: no cache was there to follow, or nothing changed. */
  readonly policy: ChangePlan["policy"] | "none";
  readonly reason: string;
  /** The repair that was made. */
  readonly selector?: RepairSelector;
  readonly removed: number;
  readonly added: number;
  /** Evaluated because of this change, now or by the next request. */
  readonly recomputed: number;
  /** Kept behind the first change. */
  readonly kept: number;
  /** Shares not evaluated: of the tokens from the first change on, and of the whole prompt. */
  readonly savedOfSuffix: number;
  readonly saved: number;
}

export interface SessionAsk {
  /** What follows the document in the prompt: a question, the beginning of an answer. */
  readonly after?: string | readonly Token[];
  /** Default: until the model ends. */
  readonly maxTokens?: number;
  /** The answer ends before the first of these. */
  readonly stop?: readonly string[];
  /** What the answer is expected to repeat: drafted from, never trusted. Default: the document. */
  readonly prediction?: string;
  readonly signal?: AbortSignal;
}

export interface SessionAnswer {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly finish: "stop" | "length";
  /** Tokens of the prompt that were in the cache. */
  readonly cached: number;
}

/**
 * A document that a model has read. Calls wait for each other. The text follows a change at once; where a change is cancelled or fails while
 * the cache follows, the next call evaluates what is missing.
 */
export interface Session {
  readonly text: string;
  /** Always those of the text tokenised as a whole. */
  readonly tokens: readonly Token[];
  /** The last comparison with full evaluation. */
  readonly lastProbe: Divergence | undefined;
  change(change: TextChange, signal?: AbortSignal): Promise<ChangeReport>;
  /** Takes the last change back; undefined where there is none. */
  undo(signal?: AbortSignal): Promise<ChangeReport | undefined>;
  /** What the model writes after the document and `after`. */
  ask(options?: SessionAsk): Promise<SessionAnswer>;
  /** How likely the model finds a text after the document and `after`. */
  score(text: string, options?: Pick<SessionAsk, "after" | "signal">): Promise<Scores>;
  /** Row of the next token after the document and `after`. */
  next(options?: Pick<SessionAsk, "after" | "signal"> & { readonly topK?: number }): Promise<Rows>;
  /** A session of its own that begins where this one is; its cache is a copy, so that both can change. */
  fork(): Promise<Session>;
  close(): Promise<void>;
}

export interface SessionParts {
  readonly pool: CachePool;
  readonly decode: Decode;
  readonly createPlanner?: () => Planner;
  readonly document: TokenText;
  readonly prefix: readonly Token[];
  readonly tree?: (text: string) => SyntaxTree | undefined;
  readonly plan: PlanOptions;
  readonly probeEvery: number;
  /** The sequence of the session that this one is a fork of, and what it holds. */
  readonly cache?: { readonly sequence: Sequence; readonly held: readonly Token[] };
}

/** Changes that can be undone. */
const longestHistory = 200;

export function createSession(parts: SessionParts): Session {
  const { pool, document, prefix, plan } = parts;
  const { target } = pool;
  const { capabilities } = target;
  const slot: CacheSlot = {
    sequence: parts.cache?.sequence,
    held: parts.cache?.held ?? [],
    lastUse: 0,
    busy: false,
  };
  pool.add(slot);
  const drift = createDrift(document.tokens.length, prefix.length);
  const probe = createProbe(parts.probeEvery);
  const history: (readonly DocumentEdit[])[] = [];
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;

  /** One call after the other; the slot is not evicted meanwhile. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(async () => {
      if (closed) throw new RedraftError("usage", "this session was closed");
      slot.busy = true;
      try {
        return await work();
      } finally {
        slot.busy = false;
      }
    });
    queue = result.catch(() => {});
    return result;
  }

  const wanted = (): Token[] => [...prefix, ...document.tokens];

  /** Sees to it that the sequence holds the prompt. What of it is not evaluated yet is with the next pass. */
  async function synchronise(signal?: AbortSignal): Promise<Sequence> {
    const tokens = wanted();
    await pool.reserve(slot, tokens.length);
    const sequence = await pool.acquire(slot, prefix);
    const shared = Math.min(sharedLength(slot.held, tokens), sequence.length);
    if (shared === tokens.length && slot.held.length === shared) return sequence;
    const rewound = await rewind(sequence, shared);
    await rewound.append(tokens.slice(rewound.length), signal);
    slot.held = tokens;
    drift.renew(Math.max(0, shared - prefix.length), document.tokens.length);
    return rewound;
  }

  /** The sequence with its first tokens only. A recurrent state cannot go back: then a new one takes its place. */
  async function rewind(sequence: Sequence, length: number): Promise<Sequence> {
    if (!capabilities.rewind && length < sequence.length) {
      await pool.release(slot);
      return pool.acquire(slot, prefix);
    }
    await sequence.truncate(length);
    slot.held = slot.held.slice(0, length);
    return sequence;
  }

  /** After a failure that leaves the sequence unknown, a new one is cheaper than a wrong answer. */
  async function guarded<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!signal?.aborted) await pool.release(slot);
      throw error;
    }
  }

  async function follow(
    before: string,
    textEdits: readonly DocumentEdit[],
    edits: Awaited<ReturnType<TokenText["change"]>>,
    signal?: AbortSignal,
  ): Promise<ChangeReport> {
    const total = prefix.length + document.tokens.length;
    const counts = tokenCounts(edits);
    const { sequence } = slot;
    if (sequence === undefined || edits.length === 0 || slot.held.length === 0) {
      if (edits.length > 0) drift.renew(0, document.tokens.length);
      const recomputed = edits.length === 0 ? 0 : total;
      const obstacle = recomputed > 0 ? whyNoSplice(capabilities) : undefined;
      const reason = recomputed > 0 ? "the document is not in the cache" : "no token changed";
      const done = { policy: obstacle ? ("full" as const) : ("none" as const) };
      return changeReport(
        { ...done, reason: obstacle ?? reason },
        counts,
        recomputed,
        total,
        total,
      );
    }
    await pool.reserve(slot, total);
    const chosen = planChange(
      {
        before,
        textEdits,
        edits,
        document,
        drift,
        distrusted: !probe.trusts(),
        ...(parts.tree && { tree: parts.tree }),
      },
      plan,
      capabilities,
    );
    const suffix = document.tokens.length - chosen.from;
    if (chosen.policy === "full" || sequence.splice === undefined) {
      await rewind(sequence, Math.min(prefix.length + chosen.from, sequence.length));
      await synchronise(signal);
      const recomputed = capabilities.rewind ? suffix : total;
      return changeReport(chosen, counts, recomputed, total, suffix);
    }
    const moved = chosen.edits.map(({ start, end, tokens }) => ({
      start: start + prefix.length,
      end: end + prefix.length,
      tokens,
    }));
    const { evaluated, pending } = await sequence.splice(moved, signal);
    slot.held = wanted();
    const shared = pending > 0 && evaluated === 0;
    if (shared) drift.renew(chosen.from, document.tokens.length);
    else drift.splice(edits, chosen.renewed);
    probe.count();
    const done = shared
      ? { policy: "full" as const, reason: "its cells are shared, or it was not evaluated yet" }
      : chosen;
    return changeReport(done, counts, evaluated + pending, total, suffix);
  }

  async function applyChange(
    change: TextChange,
    signal?: AbortSignal,
    keep = true,
  ): Promise<ChangeReport> {
    signal?.throwIfAborted();
    const before = document.text;
    const textEdits = editsOf(before, change);
    const edits = await document.change(textEdits);
    if (keep && textEdits.length > 0) {
      history.push(inverseEdits(before, textEdits));
      if (history.length > longestHistory) history.shift();
    }
    return guarded(signal, () => follow(before, textEdits, edits, signal));
  }

  const suffixOf = async (after: SessionAsk["after"]): Promise<readonly Token[]> =>
    typeof after === "string" ? target.tokenize(after, { special: true }) : (after ?? []);

  const rowOf = async (sequence: Sequence, topK: number, signal?: AbortSignal): Promise<Rows> => {
    const options = { topK, logsumexp: true, ...(signal && { signal }) };
    const rows = await sequence.verify([], options);
    await sequence.commit([]);
    return rows;
  };

  /** Compares with full evaluation, whose result is kept. */
  async function maybeProbe(sequence: Sequence, signal?: AbortSignal): Promise<void> {
    const stale = drift.firstStale;
    if (!probe.isDue || stale === undefined) return;
    const splicedTokens = await rowOf(sequence, divergenceTopK, signal);
    await rewind(sequence, prefix.length + stale);
    const exact = await rowOf(await synchronise(signal), divergenceTopK, signal);
    probe.learn(divergence(exact, splicedTokens));
  }

  /** The prompt's sequence, with `after` for the time of one request. */
  function withPrompt<T>(
    { after, signal }: Pick<SessionAsk, "after" | "signal">,
    work: (sequence: Sequence, suffix: readonly Token[], cached: number) => Promise<T>,
  ): Promise<T> {
    return inTurn(() =>
      guarded(signal, async () => {
        signal?.throwIfAborted();
        const suffix = await suffixOf(after);
        const cached = sharedLength(slot.held, wanted());
        const sequence = await synchronise(signal);
        await maybeProbe(sequence, signal);
        const length = sequence.length;
        try {
          return await work(sequence, suffix, cached);
        } finally {
          if (capabilities.rewind) await sequence.truncate(Math.min(length, sequence.length));
          else await pool.release(slot);
        }
      }),
    );
  }

  return {
    get text() {
      return document.text;
    },
    get tokens() {
      return document.tokens;
    },
    get lastProbe() {
      return probe.last;
    },
    change: (change, signal) => inTurn(() => applyChange(change, signal)),
    undo: (signal) =>
      inTurn(async () => {
        const edits = history.pop();
        return edits && applyChange({ edits }, signal, false);
      }),
    ask(options = {}) {
      return withPrompt(options, async (sequence, suffix, cached) => {
        const { maxTokens = capabilities.contextSize, stop, signal } = options;
        const planner = parts.createPlanner?.();
        const { prediction } = options;
        const source =
          prediction === undefined ? document.tokens : await target.tokenize(prediction);
        const steps = parts.decode(sequence, {
          request: { prompt: suffix, source },
          capabilities,
          maxTokens,
          isEnd: (token) => target.isEnd(token),
          detokenize: (tokens) => target.detokenize(tokens),
          ...(planner && { planner }),
          ...(stop && stop.length > 0 && { stop }),
          ...(signal && { signal }),
        });
        let text = "";
        for (;;) {
          const step = await steps.next();
          if (step.done !== true) {
            text += step.value.text;
            continue;
          }
          const { tokens, finish } = step.value;
          const ended = finish === "end" || finish === "stop";
          return { text, tokens, finish: ended ? ("stop" as const) : ("length" as const), cached };
        }
      });
    },
    score(text, options = {}) {
      return withPrompt(options, async (sequence, suffix) => {
        const tokens = [...wanted(), ...suffix, ...(await target.tokenize(text))];
        const shared = sequence.length;
        const signal = options.signal ?? new AbortController().signal;
        const from = shared + suffix.length;
        return scoreTokens(sequence, capabilities, tokens, { shared, from, topK: 1, signal });
      });
    },
    next(options = {}) {
      return withPrompt(options, async (sequence, suffix) => {
        await sequence.append(suffix, options.signal);
        return rowOf(sequence, options.topK ?? 1, options.signal);
      });
    },
    fork() {
      return inTurn(async () => {
        const sequence = slot.sequence;
        const copies = capabilities.kvEdit === "splice" && sequence?.fork !== undefined;
        if (copies) await pool.reserve(slot, 2 * slot.held.length);
        const own = copies ? await sequence.fork!({ ownCells: true }) : undefined;
        return createSession({
          ...parts,
          document: document.copyOf(),
          ...(own && { cache: { sequence: own, held: [...slot.held] } }),
        });
      });
    },
    close() {
      return inTurn(async () => {
        closed = true;
        await pool.remove(slot);
      }).catch((error: unknown) => {
        if (!closed) throw error;
      });
    },
  };
}

interface TokenCounts {
  readonly removed: number;
  readonly added: number;
}

function tokenCounts(
  edits: readonly {
    readonly start: number;
    readonly end: number;
    readonly tokens: readonly Token[];
  }[],
): TokenCounts {
  return {
    removed: edits.reduce((sum, { start, end }) => sum + end - start, 0),
    added: edits.reduce((sum, { tokens }) => sum + tokens.length, 0),
  };
}

function changeReport(
  { policy, reason, selector }: Pick<ChangeReport, "policy" | "reason" | "selector">,
  counts: TokenCounts,
  recomputed: number,
  total: number,
  suffix: number,
): ChangeReport {
  const share = (of: number): number => (of > 0 ? Math.max(0, 1 - recomputed / of) : 0);
  return {
    policy,
    reason,
    ...(selector && { selector }),
    ...counts,
    recomputed,
    kept: Math.max(0, suffix - recomputed),
    savedOfSuffix: share(suffix),
    saved: share(total),
  };
}
