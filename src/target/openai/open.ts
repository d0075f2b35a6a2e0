import { RedraftError } from "../../core/errors.ts";
import { type Connection, type ConnectionOptions, connect } from "./connection.ts";
import { echoScorer } from "./echo.ts";
import { asObject, asText } from "./errors.ts";
import { chooseModel, type ListedModel, listModels } from "./models.ts";
import { placePieces, readLogprobs } from "./pieces.ts";
import type { Scorer } from "./scorer.ts";
import { type ServerTokenTarget, serverTokenTarget } from "./token-target.ts";
import { vllmScorer } from "./vllm.ts";

export interface ServerTokensOptions extends ConnectionOptions {
  /** Absent = the only model that the server lists. */
  readonly model?: string;
  /** How drafts are verified; `auto` finds out what the server can. */
  readonly dialect?: "auto" | Scorer["dialect"];
  /** Tokens that a request may hold, where the server does not tell. */
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
  await requireEcho(connection, model.id, signal);
  return serverTokenTarget(echoScorer(connection, model));
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

function dialectOf({ owner }: ListedModel): Scorer["dialect"] {
  return owner === "vllm" ? "vllm" : "echo";
}

const probe = "one two three\none two three\none two";

/**
 * Has the server write some tokens, and then score its own text: every token must be its choice there too. Finds
 * servers that take `echo` and ignore it, that give likelihoods of the answer only, or that lay them one off.
 */
async function requireEcho(
  connection: Connection,
  model: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const cannot = (why: string, cause?: unknown): RedraftError =>
    new RedraftError(
      "model-unavailable",
      `${connection.server} cannot verify drafts: ${why}. Its /completions must repeat the prompt with likelihoods (echo and logprobs; llama-cpp-python: --logits_all true). Its chat can still be used, with the source as prediction.`,
      { cause, details: { server: connection.server } },
    );
  const body = { model, temperature: 0, logprobs: 1, max_tokens: 8, prompt: probe };
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
  const pieces = placePieces(shown, logprobs);
  const covered = pieces[0]?.start ?? shown.length;
  if (covered > probe.length) throw cannot("its tokens do not fit its text");
  const scored = pieces.filter(({ start, end }) => start >= probe.length && end <= prompt.length);
  const right = scored.filter(({ chosen }) => chosen).length;
  // Some may fail: a near-tie, a text cut into other tokens. A list that is one off fails nearly everywhere.
  if (scored.length >= 4 && right * 4 < scored.length) {
    throw cannot("the likelihoods that it gives do not belong to the tokens beside them");
  }
}

function choiceOf(answer: unknown): Record<string, unknown> | undefined {
  const choices = asObject(answer)?.choices;
  return asObject(Array.isArray(choices) ? choices[0] : undefined);
}
