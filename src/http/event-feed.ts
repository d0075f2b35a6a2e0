import type { Clock } from "../core/clock.ts";
import type { ApiError } from "./errors.ts";
import { type EventStream, openEventStream } from "./stream.ts";

/** What a request to edit or to write came to. Nothing here is the text of a file, of an edit, or of a message that may quote them. */
export interface RequestFacts {
  readonly route?: string;
  readonly format?: string;
  readonly changed?: boolean;
  /** The code of an error, of this server or of the refusal that the fallback was asked for. */
  readonly code?: string;
  readonly promptTokens?: number;
  readonly tokens?: number;
  /** Files below the roots, which everyone who may edit there may list. */
  readonly files?: readonly { readonly path: string; readonly action: string }[];
  readonly written?: boolean;
  /** The entry of the log. */
  readonly entry?: string;
}

/** What only readers get who sent the same key as the request. */
export interface OwnFacts {
  readonly path?: string;
  readonly texts?: RequestTexts;
}

export interface RequestTexts {
  readonly source: string;
  readonly edit: string;
}

/** A request while it is answered. Every one ends once; what comes later is left out. */
export interface RecordedRequest {
  /** Whether somebody reads who may see the texts: otherwise nobody need get hold of them. */
  readonly wantsTexts: boolean;
  note(facts: RequestFacts, own?: OwnFacts): void;
  /** The answer is a stream, whose end is said by `end` and not by the head of the answer. */
  hold(): void;
  readonly isHeld: boolean;
  end(status: number): void;
  fail(error: ApiError): void;
}

export interface FeedReader {
  /** The key of its request, or "" on a server without keys. */
  readonly key: string;
  /** Whether it asks for texts. */
  readonly texts: boolean;
  /** The number of the last event that it has. */
  readonly after: number;
  readonly cutOff: () => void;
}

/** What happens on a server, for those who watch it. Requests never wait for readers. */
export interface EventFeed {
  readonly readers: number;
  begin(endpoint: string, key: string): RecordedRequest;
  /** Kept events, then every new one. Undefined where as many read as may. */
  open(reader: FeedReader): Response | undefined;
  close(): void;
}

export interface EventFeedOptions {
  readonly clock: Clock;
  readonly stallMs: number;
  /** Whether texts are shown at all. */
  readonly texts: boolean;
  readonly version: string;
}

/** Events that a new reader gets of the time before. */
const keptEvents = 200;
const mostReaders = 8;
/** Bytes that wait for one reader; what is beyond is left out and counted. */
const mostWaiting = 8 * 1024 * 1024;
/** Characters of the texts of one request; longer ones are left out. */
const mostTextCharacters = 4 * 1024 * 1024;
/** Characters of a name of a client's; it may send any. */
const longestShownName = 300;
const mostShownFiles = 20;
/** ms between signs of life, by which a reader that has left is noticed. */
const beatMs = 15_000;

interface KeptEvent {
  readonly seq: number;
  /** As JSON, for everybody. */
  readonly open: string;
  /** As JSON for readers with the key of the request; without texts. */
  readonly own: string;
  readonly key: string;
}

interface OpenReader extends FeedReader {
  readonly stream: EventStream;
  dropped: number;
}

export function createEventFeed(options: EventFeedOptions): EventFeed {
  const { clock, stallMs, version } = options;
  const from = clock.now();
  const time = new Date().toISOString();
  const at = (): number => Math.round((clock.now() - from) * 1000) / 1000;
  const kept: KeptEvent[] = [];
  const readers = new Set<OpenReader>();
  let seq = 0;
  let requests = 0;

  function publish(event: object, key: string, own: OwnFacts = {}): void {
    seq += 1;
    const said = { seq, at: at(), ...event };
    const path = own.path?.slice(0, longestShownName);
    const ownEvent = { ...said, ...(path && { path }) };
    const made = { seq, open: JSON.stringify(said), own: JSON.stringify(ownEvent), key };
    kept.push(made);
    if (kept.length > keptEvents) kept.shift();
    let full: string | undefined;
    for (const reader of readers) {
      const withTexts = own.texts !== undefined && mayRead(reader, key);
      if (withTexts) full ??= JSON.stringify({ ...ownEvent, texts: own.texts });
      // Texts that do not fit leave room for the event itself.
      if (withTexts && reader.stream.waitingBytes + full!.length < mostWaiting) send(reader, full!);
      else send(reader, shownTo(reader, made));
    }
  }
  const shownTo = (reader: FeedReader, event: KeptEvent): string =>
    reader.key === event.key ? event.own : event.open;
  const mayRead = (reader: FeedReader, key: string): boolean =>
    options.texts && reader.texts && reader.key === key;

  function send(reader: OpenReader, json: string): void {
    const { stream } = reader;
    if (stream.waitingBytes + json.length > mostWaiting) {
      reader.dropped += 1;
      return;
    }
    if (reader.dropped > 0) {
      stream.send({ at: at(), type: "events-dropped", events: reader.dropped });
      reader.dropped = 0;
    }
    stream.sendJson(json);
  }

  const beat = setInterval(() => {
    for (const { stream } of readers) stream.beat();
  }, beatMs);
  beat.unref();

  return {
    get readers() {
      return readers.size;
    },
    begin(endpoint, key) {
      requests += 1;
      const request = requests;
      const started = clock.now();
      let facts: RequestFacts = {};
      let own: OwnFacts = {};
      let isHeld = false;
      let isOpen = true;
      publish({ type: "request-started", request, endpoint }, key);
      const end = (status: number): void => {
        if (!isOpen) return;
        isOpen = false;
        const ms = Math.round((clock.now() - started) * 10) / 10;
        const about = { type: "request-ended", request, endpoint, status, ms };
        publish({ ...about, ...facts }, key, own);
        own = {};
      };
      return {
        get wantsTexts() {
          return [...readers].some((reader) => mayRead(reader, key));
        },
        note(more, ownMore = {}) {
          facts = { ...facts, ...bounded(more) };
          own = { ...own, ...boundedOwn(ownMore) };
        },
        hold() {
          isHeld = true;
        },
        get isHeld() {
          return isHeld;
        },
        end,
        fail({ status, body }) {
          if (body.error.code !== null) facts = { code: body.error.code, ...facts };
          end(status);
        },
      };
    },
    open(asked) {
      if (readers.size >= mostReaders) return undefined;
      const leave = (): void => void readers.delete(reader);
      const stream = openEventStream({ stallMs, cutOff: asked.cutOff, onDisconnect: leave });
      const reader: OpenReader = { ...asked, stream, dropped: 0 };
      stream.send({ redraft: "events", version: 1, time, command: `serve ${version}` });
      // After a restart the numbers begin again: then a reader has none of these.
      const after = asked.after > seq ? 0 : asked.after;
      for (const event of kept) if (event.seq > after) send(reader, shownTo(reader, event));
      readers.add(reader);
      return stream.response;
    },
    close() {
      clearInterval(beat);
      for (const { stream } of readers) stream.end();
      readers.clear();
    },
  };
}

function bounded(facts: RequestFacts): RequestFacts {
  const { files } = facts;
  if (files === undefined) return facts;
  const shown = files.slice(0, mostShownFiles).map(({ path, action }) => ({
    path: path.slice(0, longestShownName),
    action,
  }));
  return { ...facts, files: shown };
}

function boundedOwn(own: OwnFacts): OwnFacts {
  const { texts } = own;
  if (texts === undefined || texts.source.length + texts.edit.length <= mostTextCharacters)
    return own;
  const { texts: _, ...rest } = own;
  return rest;
}
