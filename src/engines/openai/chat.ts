import { RedraftError } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import type { TextChunk, TextTarget } from "../../core/target.ts";
import { type Connection, type ConnectionOptions, connect } from "./connection.ts";
import { asObject, asText, malformed, readComplaint, statusError } from "./errors.ts";
import { chooseModel } from "./models.ts";
import { addUsage, emptyTally, readUsage, type Usage, type UsageTally } from "./tally.ts";

export interface OpenAiTextOptions extends ConnectionOptions {
  /** Absent = the only model that the server lists. */
  readonly model?: string;
  /** `auto` sends the prediction until the server refuses it. */
  readonly prediction?: "auto" | "never";
  readonly temperature?: number;
}

/**
 * What became of the prediction: `untried`; `refused` by the server, so it is no longer sent; `unreported`: taken
 * without a word about it, perhaps ignored; `used`: the server counts accepted tokens.
 */
export type PredictionState = "untried" | "refused" | "unreported" | "used";

export interface OpenAiTextTarget extends TextTarget {
  readonly prediction: PredictionState;
  /** Parameters that the server refused and that are left out since. */
  readonly leftOut: readonly string[];
  readonly tally: UsageTally;
  /** The model's name at the server, asked for where none was given. */
  modelName(signal?: AbortSignal): Promise<string>;
}

/** A model behind `/chat/completions`: streamed, with the source as `prediction` where the server takes one. */
export function openAiTextTarget(options: OpenAiTextOptions): OpenAiTextTarget {
  const connection = connect(options);
  const server = connection.server;
  const agreed = negotiate(options.prediction !== "never", options.logger);
  let tally = emptyTally;
  let model: string | undefined = options.model;

  const modelName = async (signal?: AbortSignal): Promise<string> =>
    model ?? (await chooseModel(connection, undefined, signal)).id;

  async function* complete(
    prompt: Parameters<TextTarget["complete"]>[0],
    { prediction, maxTokens, signal }: Parameters<TextTarget["complete"]>[1],
  ): AsyncGenerator<TextChunk> {
    model = await modelName(signal);
    const wished: Wishes = {
      model,
      messages: prompt,
      stream: true,
      stream_options: { include_usage: true },
      temperature: options.temperature ?? 0,
      ...(maxTokens !== undefined && { max_tokens: maxTokens }),
      ...(prediction && { prediction: { type: "content", content: prediction } }),
    };
    let usage: Usage | undefined;
    let finish: string | undefined;
    for await (const data of askChat(connection, wished, agreed, signal)) {
      const event = readEvent(data, server);
      usage = readUsage(event.usage) ?? usage;
      const choice = asObject(Array.isArray(event.choices) ? event.choices[0] : undefined);
      // A server that does not stream sends one message instead of deltas.
      const text = asText(asObject(choice?.delta ?? choice?.message)?.content) ?? "";
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
    if (prediction) agreed.report(usage);
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
    complete,
    modelName,
    async dispose() {},
  };
}

type Wishes = Readonly<Record<string, unknown>>;

interface Agreement {
  readonly prediction: PredictionState;
  readonly leftOut: readonly string[];
  /** The wishes without what this server is known to refuse. */
  fit(wished: Wishes): Wishes;
  /** Whether leaving out what this error names may help. */
  learn(error: unknown, sent: Wishes): boolean;
  report(usage: Usage | undefined): void;
}

/** Remembers which optional parameters a server takes; it finds out by being refused, once each. */
function negotiate(predict: boolean, logger?: Logger): Agreement {
  const refused = new Set<string>();
  let prediction: PredictionState = "untried";
  if (!predict) refused.add("prediction");
  return {
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
      const name = ["prediction", "stream_options", "max_tokens", "temperature"].find(
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
      if (name === "prediction") prediction = "refused";
      logger?.info("the model server does not take a parameter", { name });
      return true;
    },
    report(usage) {
      if (prediction === "refused" || prediction === "used" || !predict) return;
      prediction = usage?.acceptedPredictionTokens === undefined ? "unreported" : "used";
    },
  };
}

function namesParameter(message: string, parameter: string): boolean {
  return new RegExp(`(^|[^\\w])${parameter}([^\\w]|$)`).test(message);
}

async function* askChat(
  connection: Connection,
  wished: Wishes,
  agreed: Agreement,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  for (;;) {
    const body = agreed.fit(wished);
    let begun = false;
    try {
      for await (const data of connection.stream("chat/completions", body, signal)) {
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
