import type { Position } from "vscode-languageserver/node.js";
import { RedraftError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Token, TokenTarget } from "../core/target.ts";
import type { Session } from "../session/session.ts";
import type { Sessions } from "../session/sessions.ts";
import { createDocumentSessions, type ReadingReport } from "./document-sessions.ts";
import { type Documents, positionsIn } from "./documents.ts";
import { type FillTokens, fillTokensOf } from "./fill-tokens.ts";
import { beforeCursor } from "./reading.ts";

/** What an answer took. Counts are tokens. */
export interface AnswerReport {
  readonly uri: string;
  readonly version: number;
  readonly kind: "answer";
  /** Of the prompt: in the cache before. */
  readonly cached: number;
  readonly written: number;
  readonly ms: number;
}

export type SessionReport = ReadingReport | AnswerReport;

/** A proposal for the cursor, or why there is none. */
export type NextLine =
  | { readonly text: string }
  | {
      readonly text: undefined;
      /** `superseded`: the document changed, or a newer request came. */
      readonly why: "nothing" | "deadline" | "superseded" | "cancelled" | "closed";
    };

export interface NextLinesOptions {
  readonly target: Pick<TokenTarget, "tokenize" | "isEnd" | "capabilities">;
  readonly sessions: Sessions;
  readonly documents: Documents;
  /** How long a request waits, in ms (default 2,000). Reading continues after it, so that the next request finds what was read. */
  readonly deadlineMs?: number;
  /** Tokens of a proposal (default 64). */
  readonly maxTokens?: number;
  readonly onReport?: (report: SessionReport) => void;
  readonly logger?: Logger;
}

/** Proposes the line that comes next at a cursor, from a session for each document that was asked about. */
export interface NextLines {
  /** @param path names the language, for repairs of the cache */
  nextLine(
    uri: string,
    position: Position,
    options?: { readonly path?: string; readonly signal?: AbortSignal },
  ): Promise<NextLine>;
  /** Resolves when every document that was asked about is read as far as it was asked to. */
  settled(): Promise<void>;
  dispose(): Promise<void>;
}

/** Characters behind the cursor that a model with fill tokens sees. */
const mostBehind = 1500;
/** A token of code has about three characters; more of a document than half of the context is not tried. */
const charactersOfHalfToken = 1.5;

export function createNextLines(options: NextLinesOptions): NextLines {
  const { target, sessions, documents, logger, onReport } = options;
  const { deadlineMs = 2000, maxTokens = 64 } = options;
  const asked = new Map<string, AbortController>();
  const fill = fillTokensOf(target);
  const before = fill.then((tokens) => (tokens ? [tokens.prefix] : []));
  // Failing is for the request that needs them.
  before.catch(() => {});
  // Superseded before the sessions see the change.
  documents.listen({
    changed: ({ uri }) => supersede(uri),
    closed: (uri) => supersede(uri, "closed"),
  });
  const reading = createDocumentSessions({
    sessions,
    documents,
    before,
    mostCharacters: Math.floor(target.capabilities.contextSize * charactersOfHalfToken),
    ...(onReport && { onReport }),
    ...(logger && { logger }),
  });

  function supersede(uri: string, why: "superseded" | "closed" = "superseded"): void {
    asked.get(uri)?.abort(new RedraftError("cancelled", why));
    asked.delete(uri);
  }

  async function propose(
    uri: string,
    position: Position,
    path: string | undefined,
    signal: AbortSignal,
  ): Promise<NextLine> {
    const document = documents.get(uri);
    if (document === undefined) return { text: undefined, why: "closed" };
    const { text } = document;
    const cursor = positionsIn(text).offsetAt(position);
    const tokens = await fill;
    const behind = text.slice(cursor);
    const rest = /^[^\r\n]*/.exec(behind)![0];
    // A model that only continues a text would write what is there already.
    if (tokens === undefined && rest.trim() !== "") return { text: undefined, why: "nothing" };
    const { end, blanks } = beforeCursor(text, cursor);
    const followed = await reading.open(uri, path);
    signal.throwIfAborted();
    await reading.read(followed, end);
    signal.throwIfAborted();
    const { session } = followed;
    if (session.tokens.length === 0) return { text: undefined, why: "nothing" };
    const started = performance.now();
    const { line, cached, written } = await lineFrom(target, session, {
      lineEnd: text.includes("\r\n") ? "\r\n" : "\n",
      maxTokens,
      after: tokens ? await afterCursor(tokens, behind) : [],
      signal,
    });
    const ms = performance.now() - started;
    onReport?.({ uri, version: document.version, kind: "answer", cached, written, ms });
    return behindBlanks(line, blanks, text.slice(0, end));
  }

  async function afterCursor({ suffix, middle }: FillTokens, behind: string): Promise<Token[]> {
    const cut = behind.slice(0, mostBehind);
    const lines = behind.length > cut.length ? cut.slice(0, cut.lastIndexOf("\n") + 1) : cut;
    return [suffix, ...(await target.tokenize(lines)), middle];
  }

  return {
    async nextLine(uri, position, { path, signal } = {}) {
      supersede(uri);
      const controller = new AbortController();
      asked.set(uri, controller);
      const cancel = (): void => controller.abort(new RedraftError("cancelled", "cancelled"));
      if (signal?.aborted) cancel();
      signal?.addEventListener("abort", cancel, { once: true });
      const late = (): void => controller.abort(new RedraftError("timeout", "deadline"));
      const timer = setTimeout(late, deadlineMs);
      try {
        return await Promise.race([
          propose(uri, position, path, controller.signal),
          rejectedBy(controller.signal),
        ]);
      } catch (error) {
        if (!controller.signal.aborted) throw error;
        const why = (controller.signal.reason as Error).message;
        return { text: undefined, why: why as "deadline" | "superseded" | "cancelled" | "closed" };
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", cancel);
        if (asked.get(uri) === controller) asked.delete(uri);
      }
    },
    settled: reading.settled,
    async dispose() {
      for (const uri of [...asked.keys()]) supersede(uri, "closed");
      reading.end();
      await sessions.dispose();
    },
  };
}

interface AskForLine {
  readonly lineEnd: string;
  readonly maxTokens: number;
  readonly after: readonly Token[];
  readonly signal: AbortSignal;
}

/** The rest of the line, or, where it is complete, the line after it. */
async function lineFrom(
  target: Pick<TokenTarget, "tokenize" | "isEnd">,
  session: Session,
  { lineEnd, maxTokens, after, signal }: AskForLine,
): Promise<{ line: string; cached: number; written: number }> {
  const how = { maxTokens, stop: ["\n"], signal };
  const rest = await session.ask({ ...how, after });
  const { cached } = rest;
  const written = rest.tokens.length;
  if (rest.text.trim() !== "" || rest.finish !== "stop")
    return { line: rest.text, cached, written };
  const row = await session.next({ after, signal });
  if (target.isEnd(row.ids[0]!)) return { line: "", cached, written };
  const { text, tokens } = await session.ask({
    ...how,
    after: [...after, ...(await target.tokenize(lineEnd))],
  });
  const line = text.trim() === "" ? "" : lineEnd + text;
  return { line, cached, written: written + tokens.length };
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** A line for a cursor behind blanks: they are its beginning, or, where the cursor's line has nothing else, its indentation. */
function behindBlanks(written: string, blanks: string, before: string): NextLine {
  const line = written.replace(/\r$/, "");
  if (line.trim() === "") return { text: undefined, why: "nothing" };
  if (line.startsWith(blanks)) return { text: line.slice(blanks.length) };
  const isIndentation = before === "" || /[\r\n]$/.test(before);
  if (!isIndentation || line.startsWith("\n")) return { text: undefined, why: "nothing" };
  return { text: line.trimStart() };
}
