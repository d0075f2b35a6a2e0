import { RedraftError } from "../../core/errors.ts";
import type { Token } from "../../core/target.ts";
import { sharedLength } from "../../text/prefix.ts";
import type { Connection } from "./connection.ts";
import { asObject, asText, malformed } from "./errors.ts";
import type { ListedModel } from "./models.ts";
import { type LogprobShift, type Piece, placePieces, readLogprobs } from "./pieces.ts";
import type { Scored, TokenScorer } from "./scorer.ts";
import { addUsage, emptyTally, readUsage } from "./tally.ts";

/** Interned texts: more than any file has different tokens. */
const vocabSize = 1 << 22;
const internedEnd: Token = 0;
const lookaheadWithPrompt = 16;

/** Tokens that the model may write on where the server does not say how many it holds. */
const unknownRest = 4096;

/**
 * The oldest of these interfaces: `/completions` with `echo` and `logprobs` repeats the prompt token by token,
 * each with its likelihood and the likeliest one. There are no token ids, so a token here is its text, interned;
 * drafts go as text, and what comes back is laid beside them by offset.
 */
export function echoScorer(
  connection: Connection,
  model: ListedModel,
  shift: LogprobShift,
): TokenScorer {
  const texts: string[] = [""];
  const ids = new Map<string, Token>();
  let tally = emptyTally;
  /** The longest prefix that the server has shown to cut as it was written. */
  let sound: readonly Token[] = [];
  let last: { text: string; tokens: readonly Token[]; begun: readonly Token[] } | undefined;

  function intern(text: string): Token {
    const found = ids.get(text);
    if (found !== undefined) return found;
    const id = texts.push(text) - 1;
    if (id >= vocabSize) throw new RedraftError("engine-failed", "too many different tokens.");
    ids.set(text, id);
    return id;
  }

  const textOf = (tokens: readonly Token[]): string => {
    let text = "";
    for (const token of tokens) text += texts[token];
    return text;
  };

  async function ask(
    prompt: string,
    count: number,
    echo: boolean,
    signal?: AbortSignal,
  ): Promise<EchoAnswer> {
    const body = { ...greedyFor(model), prompt, max_tokens: count, logprobs: 1, echo };
    const answer = asObject(await connection.post("completions", body, signal));
    tally = addUsage(tally, readUsage(answer?.usage));
    return readAnswer(answer, echo ? prompt : "", shift, connection.server);
  }

  /** The tokens that the model has added, its end token included. */
  function written(answer: EchoAnswer, from: number): Token[] {
    const own = answer.pieces.filter((piece) => piece.start >= from);
    // Where the strings of the tokens do not fit the text, the text counts: it is sent as one piece.
    const upTo = own[0]?.start ?? answer.end;
    const texts = [
      ...(upTo > from ? [answer.text.slice(from, upTo)] : []),
      ...own.map(({ start, end }) => answer.text.slice(start, end)),
    ];
    return answer.ended ? [...texts.map(intern), internedEnd] : texts.map(intern);
  }

  /**
   * A prompt is text, and the server cuts it into tokens anew. Where that gives other tokens than the model has
   * written (`re` and `turn` come back as `return`), the model would go on from another context than its own, and
   * perhaps in another way.
   */
  function isAsWritten(prefix: readonly Token[], answer: EchoAnswer): boolean {
    const prompt = last?.tokens ?? [];
    const from = sharedLength(prompt, prefix) === prompt.length ? prompt.length : prefix.length;
    const boundaries = new Set(answer.pieces.flatMap(({ start, end }) => [start, end]));
    let offset = textOf(prefix.slice(0, from)).length;
    for (let index = from; index < prefix.length; index++) {
      offset += texts[prefix[index]!]!.length;
      if (!boundaries.has(offset)) return false;
    }
    sound = prefix;
    return true;
  }

  /**
   * The way out: from the last prefix that came back as it was written, the model writes all of the rest in one
   * request, as it would without drafts. Returns what follows the prefix there.
   */
  async function writeOn(
    prefix: readonly Token[],
    signal?: AbortSignal,
  ): Promise<{ tokens: readonly Token[] }> {
    const shared = sharedLength(sound, prefix);
    const from = shared === sound.length ? sound : (last?.tokens ?? []);
    // The room is unknown if the server does not report its context size: allow the present length again, and some more.
    const again = prefix.length - from.length;
    const room =
      model.contextSize === undefined ? again + unknownRest : model.contextSize - from.length;
    const answer = await ask(textOf(from), Math.max(1, room), false, signal);
    const text = textOf(prefix.slice(from.length));
    if (!answer.text.startsWith(text)) {
      throw malformed("another text than before to the same prompt", connection.server);
    }
    const rest = written(answer, 0).map((token) => texts[token]!);
    const tokens = clip(rest, text.length, answer.text.length).map(intern);
    if (answer.ended) tokens.push(internedEnd);
    if (tokens.length === 0) throw malformed("nothing more than before", connection.server);
    return { tokens };
  }

  async function scoreOne(
    prefix: readonly Token[],
    draft: readonly Token[],
    signal?: AbortSignal,
  ): Promise<Scored> {
    const known = textOf(prefix);
    const prompt = known + textOf(draft);
    const answer = await ask(prompt, 1, true, signal);
    if (!isAsWritten(prefix, answer)) {
      const { tokens } = await writeOn(prefix, signal);
      const accepted = sharedLength(tokens, draft);
      return { accepted, next: tokens[accepted]! };
    }
    const { pieces } = answer;
    // The server may have cut the text elsewhere, across the end of the prefix: then nothing is known about it.
    let at = pieces.findIndex((piece) => piece.start === known.length);
    const boundaries = new Set([known.length]);
    if (at < 0) return { accepted: 0 };
    for (; at < pieces.length && pieces[at]!.chosen && pieces[at]!.end <= prompt.length; at++)
      boundaries.add(pieces[at]!.end);
    let accepted = 0;
    let offset = known.length;
    draft.forEach((token, index) => {
      offset += texts[token]!.length;
      if (boundaries.has(offset)) accepted = index + 1;
    });
    const next = accepted === draft.length ? written(answer, prompt.length)[0] : undefined;
    return { accepted, ...(next !== undefined && { next }) };
  }

  return {
    dialect: "echo",
    model: model.id,
    logprobShift: shift,
    contextSize: model.contextSize ?? 1 << 17,
    vocabSize,
    get tally() {
      return tally;
    },
    isEnd: (token) => token === internedEnd,
    async tokenize(text, isPrompt) {
      if (text === "") return [];
      // The source is in the prompt: its tokens are known from there.
      const at = last?.text.indexOf(text) ?? -1;
      if (last && at >= 0)
        return clip(
          last.tokens.map((token) => texts[token]!),
          at,
          at + text.length,
        ).map(intern);
      const answer = await ask(text, isPrompt ? lookaheadWithPrompt : 1, true);
      const inPrompt = answer.pieces.filter((piece) => piece.end <= text.length);
      const covered = inPrompt[0]?.start ?? text.length;
      const tokens = [
        ...(covered > 0 ? [text.slice(0, covered)] : []),
        ...inPrompt.map((piece) => text.slice(piece.start, piece.end)),
      ].map(intern);
      if (isPrompt || last === undefined) {
        sound = tokens;
        last = { text, tokens, begun: isPrompt ? written(answer, text.length) : [] };
      }
      return tokens;
    },
    detokenize: async (tokens) => Buffer.from(textOf(tokens)),
    begun(prompt) {
      const isIt = prompt.length === last?.tokens.length && textOf(prompt) === last.text;
      return isIt ? last?.begun : undefined;
    },
    mostDrafts: 1,
    score: (prefix, drafts, signal) =>
      Promise.all(drafts.map((draft) => scoreOne(prefix, draft, signal))),
    async continue(prefix, count, signal) {
      const prompt = textOf(prefix);
      // The last character of a block may be cut in two; a longer block has it whole.
      for (let size = count; size <= 8 * count; size *= 2) {
        const answer = await ask(prompt, size, true, signal);
        if (!isAsWritten(prefix, answer)) return (await writeOn(prefix, signal)).tokens;
        const tokens = written(answer, prompt.length);
        if (tokens.length > 0) return tokens;
      }
      throw malformed("tokens without any text", connection.server);
    },
  };
}

/**
 * Plain greedy decoding. llama-cpp-python (its models are owned by "me") penalises repetition by default, also
 * at temperature 0: it would write other tokens than those that it calls the likeliest.
 */
export function greedyFor({ id, owner }: ListedModel): object {
  return { model: id, temperature: 0, ...(owner === "me" && { repeat_penalty: 1 }) };
}

interface EchoAnswer {
  readonly text: string;
  /** Where its last whole character ends. */
  readonly end: number;
  /** From some place in the prompt to that end. */
  readonly pieces: readonly Piece[];
  /** Whether the model has ended its text. */
  readonly ended: boolean;
}

function readAnswer(
  answer: Record<string, unknown> | undefined,
  echoed: string,
  shift: LogprobShift,
  server: string,
): EchoAnswer {
  const choice = asObject(Array.isArray(answer?.choices) ? answer.choices[0] : undefined);
  const text = asText(choice?.text);
  const logprobs = readLogprobs(choice?.logprobs);
  if (choice === undefined || text === undefined) throw malformed("no completion", server);
  const finish = asText(choice.finish_reason);
  const ended = finish === "stop" || finish === "eos";
  if (logprobs === undefined && (text !== "" || !ended)) {
    throw malformed("a completion without logprobs, although they were asked for", server);
  }
  if (!text.startsWith(echoed)) throw malformed("another prompt than the one it was sent", server);
  // At the limit of tokens the last character may be incomplete.
  const end = ended ? text.length : text.replace(/\ufffd+$/, "").length;
  const pieces = logprobs ? placePieces(text, logprobs, shift) : [];
  return { text, end, pieces: pieces.filter((piece) => piece.end <= end), ended };
}

/** The part of a row of tokens that makes up the text from `start` to `end`. */
function clip(tokens: readonly string[], start: number, end: number): string[] {
  const kept: string[] = [];
  let offset = 0;
  for (const token of tokens) {
    const part = token.slice(Math.max(0, start - offset), Math.max(0, end - offset));
    if (part !== "") kept.push(part);
    offset += token.length;
  }
  return kept;
}
