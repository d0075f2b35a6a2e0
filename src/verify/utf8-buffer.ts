import { RedraftError } from "../core/errors.ts";
import type { Token } from "../core/target.ts";

type Detokenize = (tokens: readonly Token[]) => Promise<Uint8Array>;

/** What a server says that gives text in whole characters only, asked for tokens that begin or end within one. */
interface CutBytes {
  readonly text: string;
  readonly begins: boolean;
  readonly ends: boolean;
}

/** Tokens that one character can be cut into: a byte each. */
const longestCharacter = 4;

/**
 * Spells a growing output. A target that knows the bytes of its tokens is asked as it is. Of one that gives only whole
 * characters, the tokens of an unfinished character wait for those that finish it; `isLast` = nothing follows.
 */
export function wholeCharacters(
  detokenize: Detokenize,
): (tokens: readonly Token[], isLast: boolean) => Promise<Uint8Array> {
  let waiting: readonly Token[] = [];

  return async (tokens, isLast) => {
    const all = [...waiting, ...tokens];
    if (all.length === 0) return new Uint8Array();
    waiting = [];
    const whole = await attempt(all);
    if (whole.bytes) return whole.bytes;
    // `all` begins at a character boundary, because unfinished tokens are kept in it: nothing before it is missing.
    const lenient = Buffer.from(whole.cut.text);
    if (!whole.cut.ends || isLast) return lenient;
    for (let end = all.length - 1; end > 0 && all.length - end < longestCharacter; end--) {
      const start = await attempt(all.slice(0, end));
      if (!start.bytes && start.cut.ends) continue;
      waiting = all.slice(end);
      return start.bytes ?? Buffer.from(start.cut.text);
    }
    // No character is that long: the text itself holds the sign that servers put for what they cannot show.
    if (all.length >= longestCharacter) return lenient;
    waiting = all;
    return new Uint8Array();
  };

  async function attempt(
    tokens: readonly Token[],
  ): Promise<{ bytes: Uint8Array } | { bytes?: undefined; cut: CutBytes }> {
    try {
      return { bytes: await detokenize(tokens) };
    } catch (error) {
      const cut = RedraftError.is(error) ? (error.details.cut as CutBytes | undefined) : undefined;
      if (cut === undefined) throw error;
      return { cut };
    }
  }
}
