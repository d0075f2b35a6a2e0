/** A request of a running server, as a row of the page. */
export interface RequestRow {
  readonly request: number;
  /** ms since the server started. */
  readonly at: number;
  readonly endpoint: string;
  readonly isRunning: boolean;
  readonly ms: number | undefined;
  readonly paths: readonly string[];
  readonly outcome: string;
  readonly tone: "neutral" | "good" | "bad";
  readonly entry: string | undefined;
  /** Of the edit, where the server shows it. */
  readonly texts: { readonly source: string; readonly edit: string } | undefined;
}

/** The requests of a server by its events. The oldest are forgotten, and the texts of old ones sooner. */
export interface RequestLog {
  /** Reads lines of events; answers the rows that are new or other than before, in their order. */
  push(lines: string): readonly RequestRow[];
  clear(): void;
  readonly size: number;
  /** Numbers of requests that were forgotten since this was asked last. */
  takeForgotten(): readonly number[];
}

const mostRows = 1000;
/** Characters of all texts together. */
const mostTexts = 32 * 1024 * 1024;

type RequestFields = Readonly<Record<string, unknown>>;
const textIn = (value: unknown): string => (typeof value === "string" ? value : "");
const numberIn = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

export function createRequestLog(): RequestLog {
  const rows = new Map<number, RequestRow>();
  let forgotten: number[] = [];
  let textSize = 0;
  const sizeOf = ({ texts }: RequestRow): number =>
    texts === undefined ? 0 : texts.source.length + texts.edit.length;

  function put(row: RequestRow): readonly RequestRow[] {
    const changed = [row];
    rows.set(row.request, row);
    textSize += sizeOf(row);
    for (const old of rows.values()) {
      if (rows.size <= mostRows) break;
      rows.delete(old.request);
      textSize -= sizeOf(old);
      forgotten.push(old.request);
    }
    for (const old of rows.values()) {
      if (textSize <= mostTexts || old.request === row.request) break;
      if (old.texts === undefined) continue;
      textSize -= sizeOf(old);
      const bare = { ...old, texts: undefined };
      rows.set(old.request, bare);
      changed.push(bare);
    }
    return changed;
  }

  return {
    push(lines) {
      const changed = new Map<number, RequestRow>();
      for (const line of lines.split("\n")) {
        const row = line === "" ? undefined : rowOf(line, rows);
        for (const one of row === undefined ? [] : put(row)) changed.set(one.request, one);
      }
      return [...changed.values()]
        .filter(({ request }) => rows.has(request))
        .sort((one, other) => one.request - other.request);
    },
    clear() {
      rows.clear();
      forgotten = [];
      textSize = 0;
    },
    get size() {
      return rows.size;
    },
    takeForgotten() {
      const taken = forgotten;
      forgotten = [];
      return taken;
    },
  };
}

function rowOf(line: string, rows: ReadonlyMap<number, RequestRow>): RequestRow | undefined {
  let event: RequestFields;
  try {
    event = JSON.parse(line) as RequestFields;
  } catch {
    return undefined;
  }
  const request = numberIn(event.request);
  if (request === undefined) return undefined;
  const about = { request, endpoint: textIn(event.endpoint), at: numberIn(event.at) ?? 0 };
  if (event.type === "request-started") {
    return {
      ...about,
      isRunning: true,
      ms: undefined,
      paths: [],
      outcome: "runs",
      tone: "neutral",
      entry: undefined,
      texts: undefined,
    };
  }
  if (event.type !== "request-ended") return undefined;
  const { outcome, tone } = requestOutcome(event);
  return {
    ...about,
    at: rows.get(request)?.at ?? about.at,
    isRunning: false,
    ms: numberIn(event.ms),
    paths: pathsIn(event),
    outcome,
    tone,
    entry: textIn(event.entry) || undefined,
    texts: textsIn(event.texts),
  };
}

/** The end of a request in words. */
export function requestOutcome(event: RequestFields): Pick<RequestRow, "outcome" | "tone"> {
  const status = numberIn(event.status) ?? 0;
  const [route, code] = [textIn(event.route), textIn(event.code)];
  if (status === 499) return { outcome: "the client left", tone: "neutral" };
  if (status >= 400) {
    const what = status === 422 || status === 409 ? "refused" : `status ${status}`;
    return { outcome: code === "" ? what : `${what}: ${code}`, tone: "bad" };
  }
  const tokens = numberIn(event.tokens);
  if (route === "fallback") return { outcome: `${code}: sent to the fallback`, tone: "neutral" };
  const parts = [
    route !== "" && `by ${route}`,
    textIn(event.format) !== "" && `read as ${textIn(event.format)}`,
    event.changed === false && "nothing changed",
    event.written === false && "not written",
    tokens !== undefined && `${tokens} tokens`,
  ];
  return { outcome: parts.filter(Boolean).join(", ") || "done", tone: "good" };
}

function pathsIn(event: RequestFields): string[] {
  const files = Array.isArray(event.files) ? (event.files as readonly RequestFields[]) : [];
  const named = files.map((file) => textIn(file?.path)).filter((path) => path !== "");
  return named.length > 0 || textIn(event.path) === "" ? named : [textIn(event.path)];
}

function textsIn(value: unknown): RequestRow["texts"] {
  if (typeof value !== "object" || value === null) return undefined;
  const { source, edit } = value as RequestFields;
  return typeof source === "string" && typeof edit === "string" ? { source, edit } : undefined;
}
