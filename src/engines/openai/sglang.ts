import type { Token } from "../../core/target.ts";
import { bytesOfText, endOfText } from "./by-ids.ts";
import type { Connection } from "./connection.ts";
import { asCount, asObject, asText, malformed } from "./errors.ts";
import type { Scored, TokenScorer } from "./scorer.ts";
import { addUsage, emptyTally } from "./tally.ts";

/**
 * SGLang: its own `/generate` takes token ids and gives likelihoods with ids, from `logprob_start_len` on; what comes
 * before comes from its prefix cache, so that verifying costs what the draft does. (The sampling parameters and the
 * answer as in its documentation of `/generate`; tokens as in sglang PR 9545.)
 */
export function sglangScorer(
  connection: Connection,
  model: { readonly id: string; readonly contextSize?: number },
): TokenScorer {
  let tally = emptyTally;
  const endIds = new Set<Token>();

  async function generate(
    input: readonly Token[],
    count: number,
    more: object,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, unknown>> {
    const body = {
      input_ids: input,
      sampling_params: { temperature: 0, max_new_tokens: count, skip_special_tokens: false },
      return_logprob: true,
      ...more,
    };
    const answer = asObject(await connection.post("/generate", body, signal));
    const meta = asObject(answer?.meta_info);
    if (meta === undefined) throw malformed("no meta_info", connection.server);
    tally = addUsage(tally, {
      promptTokens: asCount(meta.prompt_tokens) ?? input.length,
      completionTokens: asCount(meta.completion_tokens) ?? 0,
    });
    return meta;
  }

  /** What the model has written; the end token, which is among the tokens, becomes ours. */
  function written(meta: Record<string, unknown>): Token[] {
    const tokens = entriesOf(meta.output_token_logprobs, connection).map(({ id }) => id);
    const finish = asObject(meta.finish_reason);
    if (asText(finish?.type) !== "stop") return tokens;
    const matched = asCount(finish?.matched);
    if (matched !== undefined) endIds.add(matched);
    if (endIds.has(tokens.at(-1) ?? -1)) tokens.pop();
    return [...tokens, endOfText];
  }

  return {
    dialect: "sglang",
    model: model.id,
    contextSize: model.contextSize ?? 1 << 15,
    vocabSize: endOfText + 1,
    get tally() {
      return tally;
    },
    isEnd: (token) => token === endOfText || endIds.has(token),
    async tokenize(text) {
      const body = { model: model.id, prompt: text, add_special_tokens: false };
      const answer = asObject(await connection.post("tokenize", body));
      if (!Array.isArray(answer?.tokens)) throw malformed("no tokens", connection.server);
      return answer.tokens.map((token) => asCount(token) ?? 0);
    },
    async detokenize(all) {
      const tokens = all.filter((token) => token !== endOfText);
      if (tokens.length === 0) return new Uint8Array();
      const body = { model: model.id, tokens, skip_special_tokens: false };
      const text = asText(asObject(await connection.post("detokenize", body))?.text);
      if (text === undefined) throw malformed("no text for its tokens", connection.server);
      return bytesOfText(text, connection.server);
    },
    async score(prefix, draft, signal): Promise<Scored> {
      // The first entry has no likelihood: it is the last token of the prefix.
      const more = { logprob_start_len: Math.max(0, prefix.length - 1), top_logprobs_num: 1 };
      const meta = await generate([...prefix, ...draft], 1, more, signal);
      const listed = entriesOf(meta.input_token_logprobs, connection).slice(-draft.length);
      const top = Array.isArray(meta.input_top_logprobs) ? meta.input_top_logprobs : [];
      const likeliest = top.slice(-draft.length);
      if (likeliest.length < draft.length || draft.some((token, i) => listed[i]?.id !== token)) {
        throw malformed("no likelihoods of the tokens it was given", connection.server);
      }
      for (const [index, token] of draft.entries()) {
        const [best] = entriesOf(likeliest[index] ?? [], connection);
        if (best?.id !== token) return { accepted: index };
      }
      const next = written(meta)[0];
      return { accepted: draft.length, ...(next !== undefined && { next }) };
    },
    async continue(prefix, count, signal) {
      return written(await generate(prefix, count, {}, signal));
    },
  };
}

/** Entries such as `[-0.58, 315, " of"]`: likelihood (null for a first token), id, text where asked for. */
function entriesOf(list: unknown, { server }: Connection): { id: Token }[] {
  if (!Array.isArray(list)) throw malformed("no likelihoods", server);
  return list.map((entry) => {
    const id = Array.isArray(entry) ? asCount(entry[1]) : undefined;
    if (id === undefined) throw malformed("likelihoods without token ids", server);
    return { id };
  });
}
