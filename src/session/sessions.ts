import type { Decode } from "../core/decode.ts";
import { RedraftError } from "../core/errors.ts";
import type { Planner } from "../core/plan.ts";
import type { Token, TokenTarget } from "../core/target.ts";
import { type CachePoolOptions, createCachePool, type PoolUsage } from "./cache-pool.ts";
import { defaultRenewal, defaultRepair, type KvPolicy, type RepairOptions } from "./change-plan.ts";
import type { SyntaxTree } from "./dependents.ts";
import type { Renewal } from "./drift.ts";
import { createSession, type Session } from "./session.ts";
import { createTokenText } from "./token-text.ts";

/** Its `budget` counts all sessions; the caches used least recently are given up first and evaluated again when they are needed. */
export interface SessionsOptions extends CachePoolOptions {
  readonly target: TokenTarget;
  /** The decode loop; `src/verify` has it. */
  readonly decode: Decode;
  /** Makes the drafting of one generation; absent = plain decoding. */
  readonly createPlanner?: () => Planner;
  /** Trees of the texts of a file; absent, or without a result = no grammar, and repairs go by words. */
  readonly trees?: (
    path: string,
  ) => Promise<((text: string) => SyntaxTree | undefined) | undefined>;
}

export interface OpenSession {
  /** Names the language, for repairs; nothing is read. */
  readonly path?: string;
  readonly text: string;
  /** What comes before the document in the prompt; a string may hold the model's special tokens. Sessions that begin alike share it. */
  readonly before?: string | readonly Token[];
  /** Default `auto`. */
  readonly policy?: KvPolicy;
  readonly repair?: RepairOptions;
  /** When a token is evaluated again (default: after 32 changes, or 0.3 of what it saw). */
  readonly renewAfter?: Partial<Renewal>;
  /** Every so many splices the next token is compared with full evaluation (default 16; 0 = never). */
  readonly probeEvery?: number;
}

/** Documents that a model has read, and reads on after they changed. */
export interface Sessions {
  open(options: OpenSession): Promise<Session>;
  /** Sessions that are open, those that keep a cache, and the tokens in them. */
  readonly usage: PoolUsage;
  /** Closes all sessions, not the target. */
  dispose(): Promise<void>;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { target, trees } = options;
  const pool = createCachePool(target, options);
  let disposed = false;
  return {
    get usage() {
      return pool.usage;
    },
    async open({ path, text, before = [], policy = "auto", ...rest }) {
      if (disposed) throw new RedraftError("usage", "these sessions were closed");
      const prefix =
        typeof before === "string" ? await target.tokenize(before, { special: true }) : before;
      const tree = path === undefined ? undefined : await trees?.(path);
      return createSession({
        pool,
        decode: options.decode,
        ...(options.createPlanner && { createPlanner: options.createPlanner }),
        document: await createTokenText(target, text),
        prefix,
        ...(tree && { tree }),
        plan: {
          policy,
          repair: { ...defaultRepair, ...rest.repair },
          renewal: { ...defaultRenewal, ...rest.renewAfter },
        },
        probeEvery: rest.probeEvery ?? 16,
      });
    },
    async dispose() {
      disposed = true;
      await pool.dispose();
    },
  };
}
