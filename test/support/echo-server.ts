import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A small completions server for tests and counts, written apart from the client in `src/engines/openai`: it
 * shares no code with it. Its tokens are byte strings, as those of real vocabularies are.
 */
export interface EchoModel {
  split(text: Buffer): Buffer[];
  /** What the model would write after this text; null = the end. */
  next(text: Buffer): Buffer | null;
}

/** How a server names tokens that are no whole characters, and counts offsets. */
export type EchoStyle = "openai" | "llama-cpp-python" | "vllm" | "redraft" | "sglang";

export interface EchoServer {
  readonly url: string;
  readonly requests: readonly {
    readonly prompt: number;
    readonly written: number;
    readonly path: string;
  }[];
  close(): Promise<void>;
}

export async function echoServer(
  model: EchoModel,
  style: EchoStyle = "openai",
  more: {
    readonly failFirst?: number;
    /** Lays each entry of `logprobs` beside the token before its own, as llama-cpp-python does without a BOS token. */
    readonly oneOff?: boolean;
    /** Leaves the prompt out, `echo` or not. */
    readonly noEcho?: boolean;
  } = {},
): Promise<EchoServer> {
  const requests: { prompt: number; written: number; path: string }[] = [];
  const vocabulary: Buffer[] = [];
  const ids = new Map<string, number>();
  let failures = more.failFirst ?? 0;

  const idOf = (token: Buffer): number => {
    const key = token.toString("latin1");
    let id = ids.get(key);
    if (id === undefined) {
      id = vocabulary.push(token) - 1;
      ids.set(key, id);
    }
    return id;
  };

  interface Completed {
    readonly choices: readonly object[];
    readonly usage: {
      readonly prompt_tokens: number;
      readonly completion_tokens: number;
      readonly total_tokens: number;
    };
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever a client sends
  function complete(body: any): Completed {
    const prompt: Buffer[] =
      typeof body.prompt === "string"
        ? model.split(Buffer.from(body.prompt))
        : body.prompt.map((id: number) => vocabulary[id]);
    const written: Buffer[] = [];
    let finish = "length";
    let text = Buffer.concat(prompt);
    while (written.length < body.max_tokens) {
      const next = model.next(text);
      if (next === null) {
        finish = "stop";
        break;
      }
      written.push(next);
      text = Buffer.concat([text, next]);
    }
    const all = [...prompt, ...written];
    const scores = body.logprobs !== undefined || body.prompt_logprobs !== undefined;
    let at = 0;
    const choices = all.map((token) => {
      const choice = scores ? model.next(text.subarray(0, at)) : null;
      at += token.length;
      return choice;
    });
    const shown = body.echo && !more.noEcho ? all : written;
    const skipped = all.length - shown.length;
    const name = (token: Buffer): string =>
      body.return_tokens_as_token_ids ? `token_id:${idOf(token)}` : nameOf(token, style);
    const top = shown.map((token, index) => {
      const best = choices[skipped + index]!;
      if (body.echo && index === 0) return null;
      const named: Record<string, number> = {
        [name(token)]: best?.equals(token) ? -0.1 : -7.5,
      };
      if (best === null) named["<end>"] = -0.1;
      else if (best && !best.equals(token)) named[name(best)] = -0.1;
      return named;
    });
    if (more.oneOff) {
      const after = model.next(text) ?? endToken;
      const named = (one: Buffer) => ({ [name(one)]: -0.1 });
      const next = shown.map((_, index) =>
        named((index + 1 < shown.length ? choices[skipped + index + 1] : after) ?? endToken),
      );
      top.splice(0, top.length, ...next.map((entry, i) => ({ [name(shown[i]!)]: -9, ...entry })));
    }
    const choice: Record<string, unknown> = {
      index: 0,
      text: Buffer.concat(shown).toString("utf8"),
      finish_reason: finish,
      logprobs:
        body.logprobs === undefined
          ? null
          : {
              tokens: shown.map(name),
              token_logprobs: shown.map((token, i) => top[i]?.[name(token)] ?? null),
              top_logprobs: top,
              text_offset: offsetsOf(shown, style),
            },
    };
    if (style === "vllm" && body.prompt_logprobs !== undefined) {
      choice.prompt_logprobs = prompt.map((token, index) => {
        if (index === 0) return null;
        const best = choices[index]!;
        const entry = (one: Buffer, rank: number) => ({
          logprob: rank === 1 ? -0.1 : -7.5,
          rank,
          decoded_token: one.toString("utf8"),
        });
        const isBest = best?.equals(token) === true;
        return {
          [idOf(token)]: entry(token, isBest ? 1 : 12),
          ...(best && !isBest && { [idOf(best)]: entry(best, 1) }),
          ...(best === null && { [idOf(endToken)]: entry(endToken, 1) }),
        };
      });
    }
    if (more.oneOff && finish === "length" && choice.logprobs) {
      // As seen: the token written last is not among those listed.
      const lists = Object.entries(choice.logprobs as Record<string, unknown[]>);
      choice.logprobs = Object.fromEntries(lists.map(([key, list]) => [key, list.slice(0, -1)]));
    }
    return {
      choices: [choice],
      usage: {
        prompt_tokens: prompt.length,
        completion_tokens: written.length,
        total_tokens: prompt.length + written.length,
      },
    };
  }

  /** One request with one prompt or, in vLLM's way, several. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever a client sends
  function completeAll(body: any): object {
    const prompts = Array.isArray(body.prompt?.[0]) ? body.prompt : [body.prompt];
    if (prompts.length > 1 && style !== "vllm") throw new Error("one prompt per request");
    const all: Completed[] = prompts.map((prompt: unknown) => complete({ ...body, prompt }));
    const sum = (read: (one: Completed["usage"]) => number): number =>
      all.reduce((total, { usage }) => total + read(usage), 0);
    const prompt = sum((usage) => usage.prompt_tokens);
    const written = sum((usage) => usage.completion_tokens);
    requests.push({ prompt, written, path: "/v1/completions" });
    return {
      id: "cmpl-1",
      object: "text_completion",
      created: 1,
      model: "echo",
      choices: all.flatMap(({ choices }, index) => ({ ...choices[0], index })),
      usage: { prompt_tokens: prompt, completion_tokens: written, total_tokens: prompt + written },
    };
  }

  /** The same with SGLang's own endpoint. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever a client sends
  function generateAll(body: any): object {
    const isOne = !Array.isArray(body.input_ids[0]);
    const inputs = isOne ? [body.input_ids] : body.input_ids;
    // biome-ignore lint/suspicious/noExplicitAny: an answer of `generate`
    const all: any[] = inputs.map((input_ids: unknown) => generate({ ...body, input_ids }));
    const sum = (name: string): number =>
      all.reduce((total, one) => total + one.meta_info[name], 0);
    requests.push({
      prompt: sum("prompt_tokens"),
      written: sum("completion_tokens"),
      path: "/generate",
    });
    return isOne ? all[0] : all;
  }

  /** SGLang's own endpoint: entries of likelihood, id and text, the end token among the tokens. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever a client sends
  function generate(body: any): object {
    const prompt: Buffer[] = body.input_ids.map((id: number) => vocabulary[id]);
    const asked = {
      prompt: body.input_ids,
      max_tokens: body.sampling_params.max_new_tokens,
      logprobs: 1,
    };
    const answer = complete(asked);
    const { finish_reason } = answer.choices[0] as { finish_reason: string };
    const entry = (token: Buffer, sure: boolean) => [
      sure ? -0.1 : -7.5,
      idOf(token),
      body.return_text_in_logprobs ? token.toString("utf8") : null,
    ];
    const written: Buffer[] = [];
    let text = Buffer.concat(prompt);
    while (written.length < answer.usage.completion_tokens) {
      written.push(model.next(text)!);
      text = Buffer.concat([text, written.at(-1)!]);
    }
    const stopped = finish_reason === "stop";
    const output = stopped ? [...written, endToken] : written;
    const from = body.logprob_start_len ?? prompt.length - 1;
    const bests = prompt.map((_, i) => model.next(Buffer.concat(prompt.slice(0, i))) ?? endToken);
    const listed = prompt.slice(from).map((token, i) => {
      const [, ...rest] = entry(token, true);
      return i === 0 ? [null, ...rest] : entry(token, bests[from + i]!.equals(token));
    });
    return {
      text: Buffer.concat(written).toString("utf8"),
      output_ids: output.map(idOf),
      meta_info: {
        id: "1",
        finish_reason: stopped
          ? { type: "stop", matched: idOf(endToken) }
          : { type: "length", length: written.length },
        prompt_tokens: prompt.length,
        completion_tokens: written.length,
        cached_tokens: 0,
        input_token_logprobs: listed,
        output_token_logprobs: output.map((token) => entry(token, true)),
        ...(body.top_logprobs_num && {
          input_top_logprobs: listed.map((_, i) =>
            i === 0 ? null : [entry(bests[from + i]!, true)],
          ),
          output_top_logprobs: output.map((token) => [entry(token, true)]),
        }),
      },
    };
  }

  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let text = "";
    for await (const piece of request) text += piece;
    const body = text === "" ? {} : JSON.parse(text);
    const answer = (value: object, status = 200): void =>
      void response
        .writeHead(status, { "content-type": "application/json" })
        .end(JSON.stringify(value));
    if (failures > 0 && /^\/(v1\/completions|generate)$/.test(request.url!)) {
      failures -= 1;
      return answer({ error: { message: "try later", type: "overloaded" } }, 503);
    }
    switch (request.url) {
      case "/v1/models":
        return answer({
          object: "list",
          data: [{ id: "echo", object: "model", owned_by: owners[style] ?? "me" }],
        });
      case "/v1/completions":
        return answer(completeAll(body));
      case "/generate":
        return style === "sglang" ? answer(generateAll(body)) : answer({}, 404);
      case "/v1/tokenize":
      case "/tokenize": {
        const tokens = model.split(Buffer.from(body.prompt)).map(idOf);
        return answer({ count: tokens.length, max_model_len: 32_768, tokens, token_strs: null });
      }
      case "/v1/detokenize":
      case "/detokenize": {
        const bytes = body.tokens.map((id: number) => vocabulary[id]!);
        const text = Buffer.concat(bytes).toString("utf8");
        return answer(style === "sglang" ? { text } : { prompt: text });
      }
      default:
        return answer({ error: { message: `no ${request.url}` } }, 404);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const owners: Partial<Record<EchoStyle, string>> = { vllm: "vllm", sglang: "sglang" };
const endToken = Buffer.from("<|end|>");

function nameOf(token: Buffer, style: EchoStyle): string {
  const text = token.toString("utf8");
  if (Buffer.from(text).equals(token)) return text;
  if (style === "llama-cpp-python") return text.replaceAll("\ufffd", "");
  if (style === "vllm") return "\ufffd";
  return `bytes:${[...token].map((byte) => `\\x${byte.toString(16)}`).join("")}`;
}

/** Characters before each token: code points as Python counts them, UTF-16 units where the server is written in JavaScript. */
function offsetsOf(tokens: readonly Buffer[], style: EchoStyle): number[] {
  const offsets: number[] = [];
  let bytes = Buffer.alloc(0);
  for (const token of tokens) {
    const text = new TextDecoder().decode(bytes, { stream: true });
    offsets.push(style === "redraft" ? text.length : [...text].length);
    bytes = Buffer.concat([bytes, token]);
  }
  return offsets;
}
