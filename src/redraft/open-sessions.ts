import type { Logger } from "../core/logger.ts";
import type { TokenTarget } from "../core/target.ts";
import { engines } from "../engines/registry.ts";
import { modelPath } from "../engines/store/store.ts";
import { createSessions, type Sessions } from "../session/sessions.ts";
import { decode } from "../verify/decode.ts";
import { syntaxFor } from "../workspace/syntax.ts";
import { editPlanner } from "./local-model.ts";

export interface OpenSessionsOptions {
  /** Path of a GGUF file, or the name of an installed model. */
  readonly model: string;
  /** Tokens that all sessions and their answers can hold; default: the trained length, at most 8,192. */
  readonly contextSize?: number;
  /** Tokens that the documents may hold together; default: three quarters of the context. */
  readonly budget?: number;
  readonly threads?: number;
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
}

/**
 * Loads a model for documents that change: `open` reads one, its `change` edits the cache, its `ask` answers without reading all of it again.
 * `dispose` closes the sessions and the model.
 */
export async function openSessions(options: OpenSessionsOptions): Promise<Sessions> {
  const { model, budget, ...load } = options;
  const target = await engines.gguf.openTokens(await modelPath(model), load);
  const sessions = sessionsOn(target, budget === undefined ? {} : { budget });
  return {
    open: sessions.open,
    get usage() {
      return sessions.usage;
    },
    async dispose() {
      await sessions.dispose();
      await target.dispose();
    },
  };
}

/** Sessions of a model that is loaded already, and that stays the caller's. */
export function sessionsOn(
  target: TokenTarget,
  options: Pick<OpenSessionsOptions, "budget"> = {},
): Sessions {
  return createSessions({
    target,
    decode,
    createPlanner: () => editPlanner(target),
    trees: async (path) => {
      const checker = await syntaxFor(path);
      return checker?.tree && ((text) => checker.tree!(text));
    },
    ...options,
  });
}
