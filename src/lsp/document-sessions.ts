import { RedraftError } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { Token } from "../core/target.ts";
import type { ChangeReport, Session } from "../session/session.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Documents } from "./documents.ts";
import { movedPlace, nextReading, windowStart } from "./reading.ts";

/** What a change of a document cost and saved. */
export interface ReadingReport extends ChangeReport {
  readonly uri: string;
  readonly version: number;
  readonly kind: "change";
  readonly ms: number;
}

export interface DocumentSessionsOptions {
  readonly sessions: Sessions;
  readonly documents: Documents;
  /** What comes before every document. */
  readonly before: Promise<readonly Token[]>;
  /** Characters that a document may have at first; sessions then say how many tokens they hold. */
  readonly mostCharacters: number;
  readonly onReport?: (report: ReadingReport) => void;
  readonly logger?: Logger;
}

/** A document and the session that reads it. */
export interface FollowedDocument {
  readonly uri: string;
  readonly session: Session;
}

/**
 * A session for each document that was asked about. It holds the text before a place, the cursor, and follows the changes of the document: its
 * cache is edited. Texts are read in steps, so that a change waits for one step only, and what was read is kept.
 */
export interface DocumentSessions {
  /** @param path names the language, for repairs of the cache */
  open(uri: string, path: string | undefined): Promise<FollowedDocument>;
  /** Reads up to a place of the document, and follows changes from then on. ReadDocument continues if the caller no longer waits. */
  read(document: FollowedDocument, end: number): Promise<void>;
  /** Resolves when everything is read. */
  settled(): Promise<void>;
  /** Follows no document any longer; the sessions stay the caller's. */
  end(): void;
}

interface ReadDocument extends FollowedDocument {
  /** The part that the session reads. */
  start: number;
  end: number;
  /** One reader a document; it sees what changes meanwhile. */
  reader: Promise<void> | undefined;
  evaluation: Promise<void> | undefined;
}

/** Fewer new tokens are evaluated with the next request. */
const fewTokens = 64;

export function createDocumentSessions(options: DocumentSessionsOptions): DocumentSessions {
  const { sessions, documents, before, mostCharacters, onReport } = options;
  const { logger = silentLogger } = options;
  const opening = new Map<string, Promise<ReadDocument>>();
  const readings = new Map<string, ReadDocument>();

  documents.listen({
    changed({ uri }, edits) {
      const one = readings.get(uri);
      if (one === undefined) return;
      one.end = movedPlace(one.end, edits);
      one.start = one.start === 0 ? 0 : Math.min(movedPlace(one.start, edits), one.end);
      catchUp(one).catch((error: unknown) => {
        if (readings.get(uri) !== one) return;
        logger.warn("a session does not follow its document", { uri, error: String(error) });
      });
    },
    closed(uri) {
      const closing = opening.get(uri);
      opening.delete(uri);
      readings.delete(uri);
      closing?.then(({ session }) => session.close()).catch(() => {});
    },
  });

  async function begin(uri: string, path: string | undefined): Promise<ReadDocument> {
    const how = { before: await before, ...(path !== undefined && { path }) };
    const session = await sessions.open({ text: "", ...how });
    return { uri, session, start: 0, end: 0, reader: undefined, evaluation: undefined };
  }

  /** What is to be read next; undefined where the session has its text, or the document was closed. */
  function next(
    one: ReadDocument,
  ): { readonly text: string; readonly version: number } | undefined {
    const document = documents.get(one.uri);
    if (document === undefined || readings.get(one.uri) !== one) return undefined;
    const text = nextReading(one.session.text, document.text.slice(one.start, one.end));
    return text === undefined ? undefined : { text, version: document.version };
  }

  async function catchUp(one: ReadDocument): Promise<void> {
    while (next(one) !== undefined) {
      one.reader ??= readOn(one).finally(() => {
        one.reader = undefined;
      });
      await one.reader;
    }
  }

  async function readOn(one: ReadDocument): Promise<void> {
    for (let step = next(one); step !== undefined; step = next(one)) {
      const { uri, session } = one;
      const started = performance.now();
      try {
        const report = await session.change({ text: step.text });
        // The engine evaluates with the next pass: now, so that no request waits for more than a step.
        if (report.recomputed > fewTokens) await evaluate(one);
        const ms = performance.now() - started;
        onReport?.({ uri, version: step.version, kind: "change", ...report, ms });
      } catch (error) {
        dropBeginning(one, documents.get(uri)?.text ?? "", error);
      }
    }
  }

  async function evaluate(one: ReadDocument): Promise<void> {
    one.evaluation ??= one.session
      .next()
      .then(() => {})
      .finally(() => {
        one.evaluation = undefined;
      });
    await one.evaluation;
  }

  return {
    open(uri, path) {
      const known = opening.get(uri);
      if (known !== undefined) return known;
      const begun = begin(uri, path);
      opening.set(uri, begun);
      begun.then(
        (one) => opening.get(uri) === begun && readings.set(uri, one),
        () => opening.get(uri) === begun && opening.delete(uri),
      );
      return begun;
    },
    async read({ uri, session }, end) {
      const one = readings.get(uri);
      const document = documents.get(uri);
      if (one?.session !== session || document === undefined) return;
      if (end < one.start || end - one.start > 2 * mostCharacters) {
        one.start = windowStart(document.text, end, mostCharacters);
      }
      one.end = end;
      await catchUp(one);
      // Also makes a comparison with full evaluation that is due: it is not to be lost when a request ends early.
      if (session.tokens.length > 0) await evaluate(one);
    },
    async settled() {
      await Promise.all([...readings.values()].map(catchUp));
    },
    end() {
      readings.clear();
      opening.clear();
    },
  };
}

/** Gives up the beginning of a text that exceeds what sessions may hold; any other error is thrown. */
function dropBeginning(one: ReadDocument, text: string, error: unknown): void {
  const { tokens, budget } = RedraftError.is(error) ? error.details : {};
  if (typeof tokens !== "number" || typeof budget !== "number") throw error;
  const kept = Math.floor(((one.end - one.start) * budget) / tokens / 2);
  const start = windowStart(text, one.end, kept);
  // A text that cannot become shorter would be tried for ever.
  if (start <= one.start) throw error;
  one.start = start;
}
