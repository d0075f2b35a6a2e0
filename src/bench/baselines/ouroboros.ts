import type { Draft, Drafter, Token } from "../../core/target.ts";
import type { TokenPredictor } from "../../draft/draft-model.ts";

/** Drafted tokens, phrases per pass, phrases kept per first token, tokens of a phrase: the published defaults. */
const gamma = 12;
const phrases = 3;
const kept = 20;
const phraseLength = 6;

/**
 * Ouroboros (Zhao et al. 2024): the draft model itself decodes by lookahead from a pool of phrases keyed by the
 * token before them, and the newest phrases after its last token go along as parallel branches. The pool starts
 * with the n-grams of the original code and grows with what is written. (The published code also rewrites phrases
 * by the target's rows off the accepted path; a replay has no such rows.)
 */
export function ouroborosDrafter(model: TokenPredictor): Drafter {
  let pool = new Map<Token, Token[][]>();
  let read: Token[] = [];

  function insert(phrase: readonly Token[]): void {
    const [key, ...tokens] = phrase;
    if (key === undefined || tokens.length < phraseLength) return;
    const known = (pool.get(key) ?? []).filter((other) =>
      other.some((token, i) => token !== tokens[i]),
    );
    pool.set(key, [...known, tokens].slice(-kept));
  }

  function learn(tokens: readonly Token[]): void {
    for (const token of tokens) {
      read.push(token);
      insert(read.slice(-phraseLength - 1));
    }
  }

  return {
    name: "ouroboros",
    async begin(request) {
      await model.begin(request);
      const { prompt, source = [] } = request;
      pool = new Map();
      read = [];
      learn(source);
      read = [...prompt.slice(-phraseLength)];
    },
    async draft({ output }, budget, signal) {
      const next = async (drafted: readonly Token[]): Promise<Token> =>
        (await model.next(output, drafted, signal)).token;
      const tokens: Token[] = [];
      let forwards = 0;
      while (tokens.length < Math.min(gamma, budget)) {
        // One lookahead pass of the draft model: the longest pooled phrase that it agrees with, and its next token.
        forwards++;
        const last = tokens.at(-1) ?? output.at(-1) ?? -1;
        let run: Token[] = [];
        for (const phrase of pool.get(last) ?? []) {
          const agreed: Token[] = [];
          for (const token of phrase) {
            if ((await next([...tokens, ...agreed])) !== token) break;
            agreed.push(token);
          }
          if (agreed.length > run.length) run = agreed;
        }
        tokens.push(...run, await next([...tokens, ...run]));
      }
      tokens.length = Math.min(tokens.length, gamma, budget);
      const branches = (pool.get(tokens.at(-1) ?? -1) ?? []).slice(-phrases).reverse();
      const draft = (line: readonly Token[], cost: number): Draft => ({
        tokens: line.slice(0, budget),
        drafter: "ouroboros",
        origin: "draft-model",
        forwards: cost,
      });
      return [
        draft(tokens, forwards),
        ...branches.map((branch) => draft([...tokens, ...branch], 0)),
      ];
    },
    accept({ committed }) {
      learn(committed);
    },
  };
}
