import type { Context } from "hono";
import type { AppliedAll } from "../workspace/apply-all.ts";
import type { UndoAnswer } from "../workspace/journal/undo.ts";
import { ApiError, toApiError } from "./errors.ts";
import type { EventFeed, RecordedRequest, RequestFacts } from "./event-feed.ts";

/** Of a request that nobody can watch: it edits and writes nothing. */
export const noRecord: RecordedRequest = {
  wantsTexts: false,
  isHeld: true,
  note() {},
  hold() {},
  end() {},
  fail() {},
};

/** Answers a request and records how it ended; a stream says so itself. */
export async function recorded(
  record: RecordedRequest,
  answer: () => Promise<Response>,
): Promise<Response> {
  try {
    const response = await answer();
    if (!record.isHeld) record.end(response.status);
    return response;
  } catch (error) {
    record.fail(toApiError(error));
    throw error;
  }
}

/** Whose request it is. On a server without keys, whatever a client sends as one, all are the same. */
export function keyOfRequest(context: Context, keys: readonly string[]): string {
  return keys.length === 0 ? "" : (context.req.header("authorization") ?? "");
}

/** GET /v1/events: `after`, the number of the last event that the reader has, and `texts=true`. */
export function openEvents(
  context: Context,
  feed: EventFeed,
  reader: { readonly key: string; readonly cutOff: () => void },
): Response {
  const { after = "0", texts = "false" } = context.req.query();
  if (!/^\d{1,15}$/.test(after)) throw wrongQuery("after", "a number of an event");
  if (texts !== "true" && texts !== "false") throw wrongQuery("texts", "true or false");
  const response = feed.open({ ...reader, after: Number(after), texts: texts === "true" });
  if (response !== undefined) return response;
  throw new ApiError(503, `${feed.readers} others watch this server already.`, {
    code: "unavailable",
    retryAfter: 10,
  });
}

const wrongQuery = (param: string, what: string): ApiError =>
  new ApiError(400, `\`${param}\` must be ${what}.`, { param, code: "usage" });

export function factsOfEdits({ edits, written, entry }: AppliedAll): RequestFacts {
  const routes = [...new Set(edits.map(({ route }) => route))];
  const formats = [...new Set(edits.map(({ format }) => format))];
  return {
    route: routes.join(", "),
    format: formats.join(", "),
    changed: edits.some(({ changed }) => changed),
    files: edits.map(({ path, movedTo, action }) => ({ path: movedTo ?? path, action })),
    written,
    ...(entry !== undefined && { entry }),
  };
}

export function factsOfUndo({ files, written, id }: UndoAnswer): RequestFacts {
  return {
    changed: files.length > 0,
    files: files.map(({ path, movedTo, action }) => ({ path: movedTo ?? path, action })),
    written,
    ...(id !== undefined && { entry: id }),
  };
}
