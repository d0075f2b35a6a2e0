import type { Token, TokenTarget } from "../core/target.ts";
import type { TokenScore, TopEntry } from "../session/score.ts";
import type { ServedModel } from "../session/served-model.ts";
import type { Measures } from "./measures.ts";
import type { Production } from "./produce.ts";
import type { CompletionRequest } from "./schemas.ts";

/** The fields of a completion that say what is scored and how it is shown. */
export type ScoreRequest = Pick<
  CompletionRequest,
  | "echo"
  | "logprobs"
  | "prompt_logprobs"
  | "logprob_start_len"
  | "return_tokens_as_token_ids"
  | "max_tokens"
>;

/**
 * A completion with `logprobs`: the tokens of the prompt (with `echo`) and of the answer, each with its
 * log probability and the likeliest alternatives. Clients verify drafts with it: the draft is sent as the end
 * of the prompt, and one pass scores all of it.
 */
export async function* produceScored(
  model: ServedModel,
  request: ScoreRequest,
  prompt: readonly Token[],
  measures: Measures,
  signal: AbortSignal,
): Production {
  const echo = request.echo === true;
  const ofPrompt = request.prompt_logprobs ?? undefined;
  const shownTop = request.logprobs ?? 1;
  const topK = Math.max(shownTop, ofPrompt ?? 0);
  const maxTokens = request.max_tokens ?? 16;
  const wholePrompt = echo || ofPrompt !== undefined;
  const from = wholePrompt ? (request.logprob_start_len ?? 0) : prompt.length;

  let written: readonly Token[] = [];
  let finish: "stop" | "length" = "length";
  let scored = maxTokens <= 1 ? await model.score(prompt, { topK, from, signal }) : undefined;
  if (scored !== undefined && maxTokens === 1) {
    const next = scored.next[0]!.token;
    if (model.target.isEnd(next)) finish = "stop";
    else written = [next];
    scored = {
      ...scored,
      tokens: [...scored.tokens, { logprob: scored.next[0]!.logprob, top: scored.next }],
    };
  } else if (scored === undefined) {
    const writing = model.generate({ prompt, maxTokens, signal });
    let step = await writing.next();
    while (step.done !== true) step = await writing.next();
    written = step.value.tokens;
    finish = step.value.finish;
    measures.countDecoding(step.value.stats);
    scored = await model.score([...prompt, ...written], { topK, from, signal });
  }
  const shown = echo ? [...prompt, ...written] : written;
  const scores = scored.tokens.slice(echo ? 0 : prompt.length).slice(0, shown.length);
  const names = namerFor(model.target, request.return_tokens_as_token_ids === true);
  const text = utf8Text(await model.target.detokenize(shown));
  yield text;
  const offsets = await textOffsets(model.target, shown);
  return {
    finish,
    usage: {
      prompt_tokens: prompt.length,
      completion_tokens: written.length,
      total_tokens: prompt.length + written.length,
    },
    ...(ofPrompt === undefined
      ? {}
      : {
          promptLogprobs: prompt.map((token, at) =>
            byId(token, scored.tokens[at] ?? null, ofPrompt),
          ),
        }),
    logprobs: {
      tokens: await Promise.all(shown.map(names)),
      token_logprobs: scores.map((score) => score?.logprob ?? null),
      top_logprobs: await Promise.all(
        scores.map(async (score) =>
          score === null || shownTop === 0
            ? null
            : await topObject(score.top.slice(0, shownTop), names),
        ),
      ),
      text_offset: offsets,
    },
  };
}

/** Scores as vLLM writes them: by id, always including the prompt's own token. */
function byId(token: Token, score: TokenScore | null, count: number): object | null {
  if (score === null) return null;
  const rows = score.top
    .slice(0, count)
    .map((entry, rank) => [entry.token, { logprob: entry.logprob, rank: rank + 1 }]);
  const own = { [token]: { logprob: score.logprob } };
  return { ...own, ...Object.fromEntries(rows) };
}

type TokenNamer = (token: Token) => Promise<string>;

async function topObject(
  top: readonly TopEntry[],
  names: TokenNamer,
): Promise<Record<string, number>> {
  const object: Record<string, number> = {};
  for (const { token, logprob } of top) {
    const name = await names(token);
    // Two tokens may have the same text: the more likely one represents it.
    object[name] ??= logprob;
  }
  return object;
}

/** The bytes of every token seen so far, per target: a vocabulary is asked for each of them once. */
const knownBytes = new WeakMap<TokenTarget, Map<Token, Uint8Array>>();

async function tokenBytes(target: TokenTarget, token: Token): Promise<Uint8Array> {
  const known = knownBytes.get(target) ?? new Map<Token, Uint8Array>();
  knownBytes.set(target, known);
  const bytes = known.get(token) ?? (await target.detokenize([token]));
  known.set(token, bytes);
  return bytes;
}

/** Names tokens by their text, as the API does: `bytes:\xe2\x80` where a token is no whole UTF-8 text. */
function namerFor(target: TokenTarget, asIds: boolean): TokenNamer {
  if (asIds) return async (token) => `token_id:${token}`;
  return async (token) => tokenText(await tokenBytes(target, token));
}

function tokenText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return `bytes:${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}`;
  }
}

function utf8Text(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Where each token's text begins, in characters; one inside a character begins where that does. */
async function textOffsets(target: TokenTarget, tokens: readonly Token[]): Promise<number[]> {
  const offsets: number[] = [];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let length = 0;
  for (const token of tokens) {
    offsets.push(length);
    length += decoder.decode(await tokenBytes(target, token), { stream: true }).length;
  }
  return offsets;
}
