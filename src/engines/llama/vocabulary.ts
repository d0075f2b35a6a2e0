import type { Token, TokenTarget } from "../../core/target.ts";
import type { EngineProcess } from "./process.ts";
import { int32At, rawBytes } from "./protocol.ts";
import { tokensFrom } from "./sequence.ts";

export type Vocabulary = Pick<TokenTarget, "tokenize" | "detokenize">;

/** Asks the engine for the bytes of a token once and remembers them: streaming text then needs no round trip. */
export function createVocabulary(engine: () => Promise<EngineProcess>): Vocabulary {
  const pieces = new Map<Token, Buffer>();

  async function learn(tokens: readonly Token[]): Promise<void> {
    const unknown = [...new Set(tokens)].filter((token) => !pieces.has(token));
    if (unknown.length === 0) return;
    const { payload } = await (await engine()).request(
      "pieces",
      {},
      rawBytes(Int32Array.from(unknown)),
    );
    const sizes = int32At(payload, 0, unknown.length);
    let offset = 4 * unknown.length;
    unknown.forEach((token, i) => {
      pieces.set(token, Buffer.from(payload.subarray(offset, offset + sizes[i]!)));
      offset += sizes[i]!;
    });
  }

  return {
    async tokenize(text, options = {}) {
      const special = options.special ?? false;
      return tokensFrom(await (await engine()).request("tokenize", { text, special }));
    },
    async detokenize(tokens) {
      await learn(tokens);
      return Buffer.concat(tokens.map((token) => pieces.get(token)!));
    },
  };
}
