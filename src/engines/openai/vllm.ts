import type { Token } from "../../core/target.ts";
import { bytesOfText, endOfText } from "./by-ids.ts";
import type { Connection } from "./connection.ts";
import { asCount, asObject, asText, malformed } from "./errors.ts";
import type { Scored, TokenScorer } from "./scorer.ts";
import { addUsage, emptyTally, readUsage } from "./tally.ts";

/**
 * vLLM: prompts go as token ids and `prompt_logprobs` answers with ids, so nothing is tokenised twice and no
 * name is ambiguous. Such a request does not read the prefix cache (vllm PRs 17251, 23399): every verify is a whole
 * prefill, so drafts should be few and long.
 */
export function vllmScorer(
  connection: Connection,
  model: { readonly id: string; readonly contextSize?: number },
): TokenScorer {
  let tally = emptyTally;
  const endIds = new Set<Token>();

  async function complete(
    prompt: readonly Token[],
    more: object,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, unknown>> {
    const body = {
      model: model.id,
      prompt,
      temperature: 0,
      logprobs: 1,
      return_tokens_as_token_ids: true,
      ...more,
    };
    const answer = asObject(await connection.post("completions", body, signal));
    tally = addUsage(tally, readUsage(answer?.usage));
    const choice = asObject(Array.isArray(answer?.choices) ? answer.choices[0] : undefined);
    if (choice === undefined) throw malformed("no completion", connection.server);
    return choice;
  }

  /** What the model has written, as ids; the end token, which vLLM may list or leave out, becomes ours. */
  async function written(choice: Record<string, unknown>): Promise<Token[]> {
    const names = asObject(choice.logprobs)?.tokens;
    if (!Array.isArray(names)) throw malformed("a completion without tokens", connection.server);
    const tokens = names.map((name) => {
      const id = /^token_id:(\d+)$/.exec(asText(name) ?? "")?.[1];
      if (id === undefined) {
        throw malformed(
          "tokens by name, although ids were asked for (return_tokens_as_token_ids)",
          connection.server,
        );
      }
      return Number(id);
    });
    if (asText(choice.finish_reason) !== "stop") return tokens;
    const last = tokens.at(-1);
    if (last !== undefined && !endIds.has(last)) {
      const text = await decodeText(tokens.slice(0, -1));
      if (text === asText(choice.text)) endIds.add(last);
    }
    if (last !== undefined && endIds.has(last)) tokens.pop();
    return [...tokens, endOfText];
  }

  async function decodeText(tokens: readonly Token[]): Promise<string> {
    if (tokens.length === 0) return "";
    const answer = await connection.post("/detokenize", { model: model.id, tokens });
    const text = asText(asObject(answer)?.prompt);
    if (text === undefined) throw malformed("no text for its tokens", connection.server);
    return text;
  }

  return {
    dialect: "vllm",
    model: model.id,
    contextSize: model.contextSize ?? 1 << 15,
    vocabSize: endOfText + 1,
    get tally() {
      return tally;
    },
    isEnd: (token) => token === endOfText || endIds.has(token),
    async tokenize(text) {
      // Control tokens in the prompt are read as such; vLLM's tokenizers do that for every text.
      const answer = asObject(
        await connection.post("/tokenize", {
          model: model.id,
          prompt: text,
          add_special_tokens: false,
        }),
      );
      if (!Array.isArray(answer?.tokens)) throw malformed("no tokens", connection.server);
      return answer.tokens.map((token) => asCount(token) ?? 0);
    },
    async detokenize(tokens) {
      const text = await decodeText(tokens.filter((token) => token !== endOfText));
      return bytesOfText(text, connection.server);
    },
    async score(prefix, draft, signal): Promise<Scored> {
      const prompt = [...prefix, ...draft];
      const choice = await complete(prompt, { max_tokens: 1, prompt_logprobs: 1 }, signal);
      const rows = choice.prompt_logprobs;
      if (!Array.isArray(rows) || rows.length !== prompt.length) {
        throw malformed("no prompt_logprobs for its prompt", connection.server);
      }
      for (const [index, token] of draft.entries()) {
        // What it would rather have written may be an end token that is not known as one yet: it may say so itself.
        if (likeliest(rows[prefix.length + index]) !== token) return { accepted: index };
      }
      const next = (await written(choice))[0];
      return { accepted: draft.length, ...(next !== undefined && { next }) };
    },
    async continue(prefix, count, signal) {
      return written(await complete(prefix, { max_tokens: count }, signal));
    },
  };
}

/** The id of rank 1 in a row such as `{"220": {"logprob": -3.1, "rank": 7}, "198": {"logprob": -0.1, "rank": 1}}`. */
function likeliest(row: unknown): Token | undefined {
  let best: { id: number; logprob: number } | undefined;
  for (const [id, value] of Object.entries(asObject(row) ?? {})) {
    const logprob = asObject(value)?.logprob;
    if (typeof logprob !== "number") continue;
    if (best === undefined || logprob > best.logprob) best = { id: Number(id), logprob };
  }
  return best?.id;
}
