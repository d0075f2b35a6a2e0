import { RedraftError } from "../../core/errors.ts";
import { type Connection, type ConnectionOptions, connect } from "./connection.ts";
import { echoScorer, greedyFor } from "./echo.ts";
import { asObject, asText } from "./errors.ts";
import { chooseModel, type ListedModel, listModels } from "./models.ts";
import { type LogprobShift, type Piece, placePieces, readLogprobs } from "./pieces.ts";
import type { TokenScorer } from "./scorer.ts";
import { sglangScorer } from "./sglang.ts";
import { type ServerTokenTarget, serverTokenTarget } from "./token-target.ts";
import { vllmScorer } from "./vllm.ts";

export interface ServerTokensOptions extends ConnectionOptions {
  /** Absent = the only model that the server lists. */
  readonly model?: string;
  /** How drafts are verified; `auto` finds out what the server can. */
  readonly dialect?: "auto" | TokenScorer["dialect"];
  /** Where the server puts its log-probabilities; saves the requests that find out. */
  readonly logprobShift?: LogprobShift;
  /** Context size in tokens, if the server does not report it. */
  readonly contextSize?: number;
}

/** A model behind a completions API as a token target; refuses servers that cannot score a prompt. */
export async function openServerTokens(
  options: ServerTokensOptions,
  signal?: AbortSignal,
): Promise<ServerTokenTarget> {
  const connection = connect(options);
  const model = await describeModel(connection, options, signal);
  const dialect =
    options.dialect === undefined || options.dialect === "auto"
      ? dialectOf(model)
      : options.dialect;
  if (dialect === "vllm") return serverTokenTarget(vllmScorer(connection, model));
  if (dialect === "sglang") return serverTokenTarget(sglangScorer(connection, model));
  if (model.owner === "llamacpp") throw cannotVerify(connection, "llama-server scores no prompts");
  const shift = options.logprobShift ?? (await probeEcho(connection, model, signal));
  return serverTokenTarget(echoScorer(connection, model, shift));
}

async function describeModel(
  connection: Connection,
  { model: name, contextSize }: ServerTokensOptions,
  signal: AbortSignal | undefined,
): Promise<ListedModel> {
  const named =
    name === undefined ? undefined : await listModels(connection, signal).catch(() => []);
  const model =
    named?.find(({ id }) => id === name) ?? (await chooseModel(connection, name, signal));
  return { ...model, ...(contextSize !== undefined && { contextSize }) };
}

function dialectOf({ owner }: ListedModel): TokenScorer["dialect"] {
  if (owner === "sglang") return "sglang";
  // Redraft's own server answers vLLM's form too, in which no token is cut twice.
  return owner === "vllm" || owner === "redraft" ? "vllm" : "echo";
}

/** Texts that models of all kinds go on with, in different ways. */
const probes = [
  "one two three\none two three\none two",
  "def add(a, b):\n    return a + b\n\n\ndef subtract(a, b):\n    return",
  "<|file|>let a = 1;\nlet b = 2;\n<|sketch|>let a = 3;\nlet b = 2;\n<|apply|>",
];

/**
 * Has the server write some tokens, and then score its own text: every token must be its choice there too. Finds
 * servers that take `echo` and ignore it, that give likelihoods of the answer only, or that lay them one off.
 */
async function probeEcho(
  connection: Connection,
  model: ListedModel,
  signal: AbortSignal | undefined,
): Promise<LogprobShift> {
  const cannot = (why: string, cause?: unknown): RedraftError =>
    cannotVerify(connection, why, cause);
  for (const probe of probes) {
    const body = { ...greedyFor(model), logprobs: 1, max_tokens: 8, prompt: probe };
    const first = await connection.post("completions", body, signal).catch((error: unknown) => {
      const status = RedraftError.is(error) ? error.details.status : undefined;
      if (status === 400 || status === 404 || status === 422 || status === 501) {
        throw cannot("it refuses the request", error);
      }
      throw error;
    });
    const text = asText(choiceOf(first)?.text)?.replace(/\ufffd+$/, "");
    if (text === undefined) throw cannot("it answers without a text");
    const prompt = probe + text;
    const echoed = choiceOf(
      await connection.post("completions", { ...body, prompt, max_tokens: 1, echo: true }, signal),
    );
    const shown = asText(echoed?.text) ?? "";
    if (!shown.startsWith(prompt)) throw cannot("it does not repeat the prompt");
    const logprobs = readLogprobs(echoed?.logprobs);
    if (logprobs === undefined) throw cannot("it gives no likelihoods");
    const [documented, after] = ([0, 1] as const).map((shift) => {
      const pieces = placePieces(shown, logprobs, shift);
      if ((pieces[0]?.start ?? shown.length) > probe.length) {
        throw cannot("its tokens do not fit its text");
      }
      return rightWhereDistinct(shown, pieces, probe.length);
    }) as [Count, Count];
    // Some may fail: a near-tie, a text cut into other tokens. A list that is one off fails nearly everywhere.
    const enough = Math.max(2, documented.of * 0.6);
    if (documented.count >= enough && after.count <= documented.of * 0.3) return 0;
    if (after.count >= enough && documented.count <= documented.of * 0.3) return 1;
  }
  throw cannot("the likelihoods that it gives do not belong to the tokens beside them");
}

function cannotVerify({ server }: Connection, why: string, cause?: unknown): RedraftError {
  return new RedraftError(
    "model-unavailable",
    `${server} cannot verify drafts: ${why}. Its /completions must repeat the prompt with likelihoods (echo and logprobs; llama-cpp-python: --logits_all true). Its chat can still be used, with the source as prediction.`,
    { cause, details: { server } },
  );
}

interface Count {
  readonly count: number;
  readonly of: number;
}

/** A token beside one of the same text says nothing: a model that repeats itself would look right either way. */
function rightWhereDistinct(text: string, pieces: readonly Piece[], from: number): Count {
  const textAt = (index: number): string | undefined => {
    const piece = pieces[index];
    return piece && text.slice(piece.start, piece.end);
  };
  const distinct = pieces.filter(
    ({ start }, i) => start >= from && textAt(i) !== textAt(i - 1) && textAt(i) !== textAt(i + 1),
  );
  return { count: distinct.filter(({ chosen }) => chosen).length, of: distinct.length };
}

function choiceOf(answer: unknown): Record<string, unknown> | undefined {
  const choices = asObject(answer)?.choices;
  return asObject(Array.isArray(choices) ? choices[0] : undefined);
}
