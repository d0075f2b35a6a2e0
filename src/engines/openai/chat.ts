import { RedraftError } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import type { TextChunk, TextOptions, TextTarget } from "../../core/target.ts";
import { type Connection, type ConnectionOptions, connect } from "./connection.ts";
import { asObject, asText, malformed, readComplaint, statusError } from "./errors.ts";
import { chooseModel } from "./models.ts";
import { tokenPrompts } from "./raw.ts";
import { describeServer, predictionUse, type ServerFacts, serverTitle } from "./server.ts";
import { addUsage, emptyTally, readUsage, type Usage, type UsageTally } from "./tally.ts";

export interface OpenAiTextOptions extends ConnectionOptions {
  /** Absent = the only model that the server lists. */
  readonly model?: string;
  /** `auto` sends the prediction until the server refuses it. */
  readonly prediction?: "auto" | "never";
  readonly temperature?: number;
}

/**
 * What became of the prediction: `untried`; `ignored`: this engine is known not to draft from it, so it is not sent;
 * `refused` by the server, so it is no longer sent; `unreported`: taken without a word about it, perhaps ignored; `used`:
 * the server counts accepted tokens.
 */
export type PredictionState = "untried" | "ignored" | "refused" | "unreported" | "used";

export interface OpenAiTextTarget extends TextTarget {
  readonly prediction: PredictionState;
  /** Parameters that the server refused and that are left out since. */
  readonly leftOut: readonly string[];
  readonly tally: UsageTally;
  /** The model's name at the server, asked for where none was given. */
  modelName(signal?: AbortSignal): Promise<string>;
  /** Which engine answers; asked once. */
  facts(signal?: AbortSignal): Promise<ServerFacts>;
}

/**
 * A model behind `/chat/completions`, or behind `/completions` for prompts of tokens: streamed, with what the answer may
 * repeat in the form that the server drafts from.
 */
export function openAiTextTarget(options: OpenAiTextOptions): OpenAiTextTarget {
  const connection = connect(options);
  const server = connection.server;
  const agreed = negotiate(options.prediction !== "never", options.logger);
  let tally = emptyTally;
  let model: string | undefined = options.model;
  let asking: Promise<ServerFacts> | undefined;
  let known: ServerFacts | undefined;

  async function facts(signal?: AbortSignal): Promise<ServerFacts> {
    asking ??= describeServer(connection, model, signal);
    try {
      known = await asking;
    } catch (error) {
      asking = undefined;
      throw error;
    }
    return known;
  }

  const modelName = async (signal?: AbortSignal): Promise<string> =>
    model ?? (await chooseModel(connection, undefined, signal)).id;

  async function* ask(
    path: string,
    body: Wishes,
    { maxTokens, signal, ...texts }: TextOptions,
  ): AsyncGenerator<TextChunk> {
    model = await modelName(signal);
    const about = await facts(signal);
    const predicted = agreed.isPredicting ? predictedFields(about, texts) : {};
    const wished: Wishes = {
      model,
      ...body,
      stream: true,
      stream_options: { include_usage: true },
      temperature: options.temperature ?? 0,
      ...(maxTokens !== undefined && { max_tokens: maxTokens }),
      ...predicted,
    };
    let usage: Usage | undefined;
    let finish: string | undefined;
    for await (const data of askAgreed(connection, path, wished, agreed, signal)) {
      const event = readEvent(data, server);
      usage = readUsage(event.usage) ?? usage;
      const choice = asObject(Array.isArray(event.choices) ? event.choices[0] : undefined);
      // A server that does not stream sends one message instead of deltas.
      const delta = asObject(choice?.delta ?? choice?.message);
      const text = asText(delta ? delta.content : choice?.text) ?? "";
      finish = asText(choice?.finish_reason) ?? finish;
      if (text !== "") yield { text };
    }
    if (finish === undefined) {
      throw new RedraftError("engine-failed", `${server} broke off in the middle of its answer.`, {
        retryable: true,
        details: { server },
      });
    }
    tally = addUsage(tally, usage);
    if (hasTexts(texts)) agreed.report(usage, predictionUse(about) === "ignored");
    yield { text: "", finish: finish === "length" ? "length" : "stop", ...(usage && { usage }) };
  }

  return {
    kind: "text",
    get name() {
      return model ?? server;
    },
    get prediction() {
      return agreed.prediction;
    },
    get leftOut() {
      return agreed.leftOut;
    },
    get tally() {
      return tally;
    },
    get answeredBy() {
      return known && serverTitle(known);
    },
    complete: (messages, more) => ask("chat/completions", { messages }, more),
    async tokenPrompts(signal) {
      return tokenPrompts(connection, await facts(signal), ask);
    },
    modelName,
    facts,
    async dispose() {},
  };
}

type PredictedTexts = Pick<TextOptions, "prediction" | "candidates" | "sketch">;

const hasTexts = ({ prediction, candidates = [] }: PredictedTexts): boolean =>
  Boolean(prediction) || candidates.length > 0;

/** The texts in the server's form: vLLM's plug-in takes all of them, with or without its middleware; the others take one. */
function predictedFields(facts: ServerFacts, texts: PredictedTexts): Wishes {
  if (!hasTexts(texts) || predictionUse(facts) === "ignored") return {};
  const { prediction, candidates = [], sketch } = texts;
  if (facts.kind === "vllm") {
    const fields = {
      ...(prediction && { prediction }),
      ...(candidates.length > 0 && { candidates }),
      ...(sketch && { sketch }),
    };
    return { vllm_xargs: fields };
  }
  return { prediction: { type: "content", content: candidates[0] ?? prediction } };
}

type Wishes = Readonly<Record<string, unknown>>;

interface Agreement {
  /** Whether what the answer may repeat is sent at all. */
  readonly isPredicting: boolean;
  readonly prediction: PredictionState;
  readonly leftOut: readonly string[];
  /** The wishes without what this server is known to refuse. */
  fit(wished: Wishes): Wishes;
  /** Whether leaving out what this error names may help. */
  learn(error: unknown, sent: Wishes): boolean;
  report(usage: Usage | undefined, isIgnored: boolean): void;
}

/** Remembers which optional parameters a server takes; it finds out by being refused, once each. */
function negotiate(predict: boolean, logger?: Logger): Agreement {
  const refused = new Set<string>();
  let prediction: PredictionState = "untried";
  if (!predict) refused.add("prediction");
  return {
    isPredicting: predict,
    get prediction() {
      return prediction;
    },
    get leftOut() {
      return [...refused];
    },
    fit(wished) {
      const kept = Object.entries(wished).filter(([name]) => !refused.has(name));
      const body: Record<string, unknown> = Object.fromEntries(kept);
      // The successor's name, for models that refuse the old one; it excludes a prediction.
      if (refused.has("max_tokens") && wished.max_tokens !== undefined && !body.prediction) {
        body.max_completion_tokens = wished.max_tokens;
      }
      return body;
    },
    learn(error, sent) {
      if (!RedraftError.is(error)) return false;
      const { status, param } = error.details;
      if (status !== 400 && status !== 422 && status !== 501) return false;
      const name = ["prediction", "vllm_xargs", "stream_options", "max_tokens", "temperature"].find(
        (one) =>
          sent[one] !== undefined &&
          (param === one || (param === undefined && namesParameter(error.message, one))),
      );
      // A limit that is too large is no unknown parameter: leaving it out would only hide it.
      if (
        name === undefined ||
        (name === "max_tokens" && !/unsupported|not supported/i.test(error.message))
      )
        return false;
      refused.add(name);
      if (name === "prediction" || name === "vllm_xargs") prediction = "refused";
      logger?.info("the model server does not take a parameter", { name });
      return true;
    },
    report(usage, isIgnored) {
      if (prediction === "refused" || prediction === "used" || !predict) return;
      if (isIgnored) prediction = "ignored";
      else prediction = usage?.acceptedPredictionTokens === undefined ? "unreported" : "used";
    },
  };
}

function namesParameter(message: string, parameter: string): boolean {
  return new RegExp(`(^|[^\\w])${parameter}([^\\w]|$)`).test(message);
}

async function* askAgreed(
  connection: Connection,
  path: string,
  wished: Wishes,
  agreed: Agreement,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  for (;;) {
    const body = agreed.fit(wished);
    let begun = false;
    try {
      for await (const data of connection.stream(path, body, signal)) {
        begun = true;
        yield data;
      }
      return;
    } catch (error) {
      if (begun || !agreed.learn(error, body)) throw error;
    }
  }
}

function readEvent(data: string, server: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (error) {
    throw malformed("an event that is not JSON", server, error);
  }
  const event = asObject(value);
  if (event === undefined) throw malformed("an event that is not an object", server);
  if (event.error !== undefined && event.error !== null) {
    // The head said 200 before the failure: the status, where there is one, is inside.
    const inner = asObject(event.error);
    const status = typeof inner?.code === "number" ? inner.code : 500;
    throw statusError(status, readComplaint(data), server);
  }
  return event;
}
