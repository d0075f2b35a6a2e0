import type { Token } from "../../core/target.ts";
import { bytesOfText, createEndTokens, endOfText, judgeDraft, type NamedToken } from "./by-ids.ts";
import type { Connection } from "./connection.ts";
import { asCount, asObject, asText, malformed } from "./errors.ts";
import type { ListedModel } from "./models.ts";
import type { TokenScorer } from "./scorer.ts";
import { addUsage, emptyTally, readUsage, type UsageTally } from "./tally.ts";

/**
 * vLLM: prompts go as token ids and `prompt_logprobs` answers with ids, so nothing is tokenised twice and no
 * name is ambiguous. Such a request does not read the prefix cache (vllm PRs 17251, 23399): every verify is a whole
 * prefill, so drafts should be few and long.
 */
export function vllmScorer(connection: Connection, model: ListedModel): TokenScorer {
  return completionsScorer(completionsOf(connection, model), connection, model);
}

type Completions = ReturnType<typeof completionsOf>;

function completionsOf(connection: Connection, model: ListedModel) {
  let tally = emptyTally;
  const ends = createEndTokens();

  async function complete(
    prompts: readonly (readonly Token[])[],
    more: object,
    signal: AbortSignal | undefined,
  ): Promise<readonly Record<string, unknown>[]> {
    const body = {
      model: model.id,
      prompt: prompts.length === 1 ? prompts[0] : prompts,
      temperature: 0,
      logprobs: 1,
      return_tokens_as_token_ids: true,
      ...more,
    };
    const answer = asObject(await connection.post("completions", body, signal));
    tally = addUsage(tally, readUsage(answer?.usage));
    const choices = Array.isArray(answer?.choices) ? answer.choices : [];
    return prompts.map((_, index) => {
      const choice = choices.map(asObject).find((one) => (one?.index ?? 0) === index);
      if (choice === undefined) throw malformed("no completion", connection.server);
      return choice;
    });
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
    if (asText(choice.finish_reason) !== "stop") {
      ends.passed(tokens);
      return tokens;
    }
    const last = tokens.at(-1);
    if (last !== undefined && !ends.has(last)) {
      const text = await decodeText(tokens.slice(0, -1));
      if (text === asText(choice.text)) ends.add(last);
    }
    if (last !== undefined && ends.has(last)) tokens.pop();
    ends.passed(tokens);
    return [...tokens, endOfText];
  }

  async function decodeText(tokens: readonly Token[]): Promise<string> {
    if (tokens.length === 0) return "";
    const answer = await connection.post("/detokenize", { model: model.id, tokens });
    const text = asText(asObject(answer)?.prompt);
    if (text === undefined) throw malformed("no text for its tokens", connection.server);
    return text;
  }

  /** Completions of one token, and per prompt what the model says about the tokens behind the prefix. */
  async function scored(
    prefix: readonly Token[],
    drafts: readonly (readonly Token[])[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly choice: Record<string, unknown>; readonly rows: readonly unknown[] }[]> {
    const prompts = drafts.map((draft) => [...prefix, ...draft]);
    const choices = await complete(prompts, { max_tokens: 1, prompt_logprobs: 1 }, signal);
    return choices.map((choice, i) => {
      const rows = choice.prompt_logprobs;
      if (!Array.isArray(rows) || rows.length !== prompts[i]!.length)
        throw malformed("no prompt_logprobs for its prompt", connection.server);
      return { choice, rows: rows.slice(prefix.length) };
    });
  }

  return {
    ends,
    complete,
    written,
    decodeText,
    scored,
    get tally(): UsageTally {
      return tally;
    },
  };
}

function completionsScorer(
  completions: Completions,
  connection: Connection,
  model: ListedModel,
): TokenScorer {
  const { ends, complete, written, decodeText, scored } = completions;
  return {
    dialect: "vllm",
    model: model.id,
    contextSize: model.contextSize ?? 1 << 15,
    vocabSize: endOfText + 1,
    get tally() {
      return completions.tally;
    },
    isEnd: (token) => ends.has(token),
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
    // The server of this package reads one prompt per request.
    mostDrafts: model.owner === "vllm" ? 2 : 1,
    async score(prefix, drafts, signal) {
      const answers = await scored(prefix, drafts, signal);
      return Promise.all(
        answers.map(async ({ choice, rows }, i) => {
          const draft = drafts[i]!;
          const judged = judgeDraft(draft, rows.map(likeliest), ends);
          if (judged.accepted < draft.length) return judged;
          const next = (await written(choice))[0];
          return { ...judged, ...(next !== undefined && { next }) };
        }),
      );
    },
    async likelihoods(prefix, lines, signal) {
      const answers = await scored(prefix, lines, signal);
      return answers.map(({ rows }, i) =>
        lines[i]!.map((token, at) => {
          const logprob = asObject(asObject(rows[at])?.[String(token)])?.logprob;
          if (typeof logprob === "number") return logprob;
          throw malformed("no likelihood of a token it was given", connection.server);
        }),
      );
    },
    async continue(prefix, count, signal) {
      const [choice] = await complete([prefix], { max_tokens: count }, signal);
      return written(choice!);
    },
  };
}

/** The token of rank 1 in a row such as `{"220": {"logprob": -3.1, "rank": 7}, "198": {"logprob": -0.1, "rank": 1, "decoded_token": "\n"}}`. */
function likeliest(row: unknown): NamedToken | undefined {
  let best: { readonly id: number; readonly logprob: number; readonly text?: string } | undefined;
  for (const [id, value] of Object.entries(asObject(row) ?? {})) {
    const entry = asObject(value);
    const logprob = entry?.logprob;
    if (typeof logprob !== "number" || (best !== undefined && logprob <= best.logprob)) continue;
    const text = asText(entry?.decoded_token);
    best = { id: Number(id), logprob, ...(text !== undefined && { text }) };
  }
  return best;
}
