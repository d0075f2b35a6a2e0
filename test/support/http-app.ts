import type { Token } from "../../src/core/target.ts";
import { fakeTarget } from "../../src/engines/fake.ts";
import { createApp } from "../../src/http/app.ts";
import type { HttpOptions } from "../../src/http/options.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { serveModel } from "../../src/redraft/serve-model.ts";
import type { ServedModel } from "../../src/session/served-model.ts";

/** A model that repeats its prompt: byte tokens, the next is the one that came three earlier. A pass takes `passMs`. */
export function parrotModel(passMs = 0): ServedModel {
  const target = fakeTarget({
    vocabSize: 257,
    end: 256,
    capabilities: { contextSize: 2048 },
    logits: (context: readonly Token[]) => {
      const row = new Float32Array(257);
      row[context.at(-3) ?? 0] = 5;
      return row;
    },
    ...(passMs > 0 && { onPass: () => new Promise<void>((done) => setTimeout(done, passMs)) }),
  });
  return serveModel({ target });
}

export interface TestApp {
  get(path: string): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  readonly made: ReturnType<typeof createApp>;
}

/** The server's app on the real engine, without a port. */
export function testApp(options: Partial<HttpOptions> = {}): TestApp {
  const made = createApp({ redraft: createRedraft(), version: "0.0.0", ...options });
  return {
    made,
    get: async (path) => made.app.request(path),
    post: async (path, body, headers = {}) =>
      made.app.request(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
  };
}

/** An apply request as a prompt, whose edit is made. */
export const applyPrompt =
  '<instruction>I rename b.</instruction>\n<code>a\nb\n</code>\n<update>{"old_string":"b","new_string":"c"}</update>';
/** One that the merge refuses: `b` is in two places. */
export const ambiguousPrompt: string = applyPrompt.replace("a\nb", "b\na\nb");
