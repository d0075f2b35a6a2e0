import type { Token } from "../../core/target.ts";
import { bytesOfText, createEndTokens, endOfText, judgeDraft, type NamedToken } from "./by-ids.ts";
import type { Connection } from "./connection.ts";
import { asCount, asObject, asText, malformed } from "./errors.ts";
import type { ListedModel } from "./models.ts";
import type { TokenScorer } from "./scorer.ts";
import { addUsage, emptyTally, type UsageTally } from "./tally.ts";

/**
 * SGLang: its own `/generate` takes token ids and gives likelihoods with ids, from `logprob_start_len` on; what comes
 * before comes from its prefix cache, so that verifying costs what the draft does (`test/wire/sglang` has its answers).
 */
export function sglangScorer(
  connection: Connection,
  model: Pick<ListedModel, "id" | "contextSize">,
): TokenScorer {
  return generationsScorer(generationsOf(connection), connection, model);
}

type Generations = ReturnType<typeof generationsOf>;

function generationsOf(connection: Connection) {
  let tally = emptyTally;
  const ends = createEndTokens();

  async function generate(
    inputs: readonly (readonly Token[])[],
    count: number,
    more: object,
    signal: AbortSignal | undefined,
  ): Promise<readonly Record<string, unknown>[]> {
    const body = {
      input_ids: inputs.length === 1 ? inputs[0] : inputs,
      sampling_params: { temperature: 0, max_new_tokens: count, skip_special_tokens: false },
      return_logprob: true,
      return_text_in_logprobs: true,
      ...more,
    };
    const answer = await connection.post("/generate", body, signal);
    const answers = Array.isArray(answer) ? answer : [answer];
    const metas = inputs.map((_, i) => {
      const meta = asObject(asObject(answers[i])?.meta_info);
      if (meta === undefined) throw malformed("no meta_info", connection.server);
      return meta;
    });
    const sum = (name: string): number =>
      metas.reduce((total, meta) => total + (asCount(meta[name]) ?? 0), 0);
    tally = addUsage(tally, {
      promptTokens: sum("prompt_tokens"),
      completionTokens: sum("completion_tokens"),
      cachedTokens: sum("cached_tokens"),
    });
    return metas;
  }

  /** What the model has written; the end token, which is among the tokens, becomes ours. */
  function written(meta: Record<string, unknown>): Token[] {
    const tokens = entriesOf(meta.output_token_logprobs, connection).map(({ id }) => id);
    const finish = asObject(meta.finish_reason);
    if (asText(finish?.type) !== "stop") {
      ends.passed(tokens);
      return tokens;
    }
    const matched = asCount(finish?.matched);
    if (matched !== undefined) ends.add(matched);
    if (ends.has(tokens.at(-1) ?? -1)) tokens.pop();
    ends.passed(tokens);
    return [...tokens, endOfText];
  }

  /** One token more each, and what the model says about the tokens behind the prefix: their own likelihoods, and the likeliest ones. */
  async function scored(
    prefix: readonly Token[],
    drafts: readonly (readonly Token[])[],
    signal: AbortSignal | undefined,
  ): Promise<
    {
      readonly meta: Record<string, unknown>;
      readonly own: readonly LikelyToken[];
      readonly likeliest: readonly (NamedToken | undefined)[];
    }[]
  > {
    const inputs = drafts.map((draft) => [...prefix, ...draft]);
    // The first entry has no likelihood: it is the last token of the prefix.
    const more = { logprob_start_len: Math.max(0, prefix.length - 1), top_logprobs_num: 1 };
    const metas = await generate(inputs, 1, more, signal);
    return drafts.map((draft, i) => {
      const meta = metas[i]!;
      const own = entriesOf(meta.input_token_logprobs, connection).slice(-draft.length);
      const top = Array.isArray(meta.input_top_logprobs) ? meta.input_top_logprobs : [];
      const entries = top.slice(-draft.length);
      if (entries.length < draft.length || draft.some((token, at) => own[at]?.id !== token))
        throw malformed("no likelihoods of the tokens it was given", connection.server);
      const likeliest = entries.map((list) => entriesOf(list ?? [], connection)[0]);
      return { meta, own, likeliest };
    });
  }

  return {
    ends,
    generate,
    written,
    scored,
    get tally(): UsageTally {
      return tally;
    },
  };
}

function generationsScorer(
  generations: Generations,
  connection: Connection,
  model: Pick<ListedModel, "id" | "contextSize">,
): TokenScorer {
  const { ends, generate, written, scored } = generations;
  return {
    dialect: "sglang",
    model: model.id,
    contextSize: model.contextSize ?? 1 << 15,
    vocabSize: endOfText + 1,
    get tally() {
      return generations.tally;
    },
    isEnd: (token) => ends.has(token),
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
    mostDrafts: 3,
    async score(prefix, drafts, signal) {
      const answers = await scored(prefix, drafts, signal);
      return answers.map(({ meta, likeliest }, i) => {
        const judged = judgeDraft(drafts[i]!, likeliest, ends);
        if (judged.accepted < drafts[i]!.length) return judged;
        const next = written(meta)[0];
        return { ...judged, ...(next !== undefined && { next }) };
      });
    },
    async likelihoods(prefix, lines, signal) {
      const answers = await scored(prefix, lines, signal);
      return answers.map(({ own }) =>
        own.map(({ logprob }) => {
          if (logprob !== undefined) return logprob;
          throw malformed("no likelihood of a token it was given", connection.server);
        }),
      );
    },
    async continue(prefix, count, signal) {
      const [meta] = await generate([prefix], count, {}, signal);
      return written(meta!);
    },
  };
}

interface LikelyToken extends NamedToken {
  readonly logprob?: number;
}

/** Entries such as `[-0.58, 315, " of"]`: likelihood (null for a first token), id, text where asked for. */
function entriesOf(list: unknown, { server }: Connection): LikelyToken[] {
  if (!Array.isArray(list)) throw malformed("no likelihoods", server);
  return list.map((entry) => {
    const id = Array.isArray(entry) ? asCount(entry[1]) : undefined;
    if (id === undefined) throw malformed("likelihoods without token ids", server);
    const [logprob, , text] = entry as unknown[];
    return {
      id,
      ...(typeof text === "string" && { text }),
      ...(typeof logprob === "number" && { logprob }),
    };
  });
}
