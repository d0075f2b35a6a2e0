import * as z from "zod";
import type { Clock } from "../core/clock.ts";
import type { ArrivingBody } from "./body.ts";
import type { Call } from "./call.ts";
import type { ArrivingEdit, EditHandlers } from "./edits.ts";
import { type ApiError, toApiError } from "./errors.ts";
import type { RecordedRequest } from "./event-feed.ts";
import type { HttpLimits } from "./options.ts";
import { bodyJson } from "./reading.ts";
import { factsOfEdits } from "./record.ts";
import { parseBody } from "./schemas.ts";
import { type EventStream, openEventStream } from "./stream.ts";
import { beginWork, disconnected, type RequestWork } from "./work.ts";

export interface EditStreamParts {
  readonly edits: Pick<EditHandlers, "begin">;
  readonly limits: HttpLimits;
  readonly working: Set<AbortController>;
  readonly clock: Clock;
  /** Called with the answer to a failure after the stream has begun, and its cause. */
  readonly onFailure: (answer: ApiError, cause: unknown) => void;
}

interface PieceLine {
  readonly text: string;
}

const pieceLine: z.ZodType<PieceLine> = z.strictObject({ text: z.string() });

/**
 * Answers a body of JSON lines while it arrives: the first line is the head, every other has a piece of the edit. The events are `hunk`, for every
 * hunk when it is final, then `result` or `error`. What is wrong before the first piece is an answer of its own.
 */
export async function answerEditStream(
  body: ArrivingBody,
  call: Call,
  { edits, limits, working, clock, onFailure }: EditStreamParts,
): Promise<Response> {
  const work = beginWork(call, limits, working, clock);
  work.onFinish(body.release);
  const lines = linesOfJson(body.chunks);
  try {
    const head = await lines.next();
    const edit = await edits.begin(head.done ? undefined : head.value);
    const events = openEventStream({
      stallMs: limits.stallMs,
      cutOff: call.cutOff,
      named: true,
      onDisconnect: () => work.controller.abort(disconnected()),
    });
    call.record.hold();
    void answerPieces(lines, edit, { events, work, record: call.record }, onFailure);
    return events.response;
  } catch (error) {
    await lines.return(undefined);
    work.finish();
    throw error;
  }
}

interface AnsweredStream {
  readonly events: EventStream;
  readonly work: RequestWork;
  readonly record: RecordedRequest;
}

async function answerPieces(
  lines: AsyncIterable<unknown>,
  edit: ArrivingEdit,
  { events, work, record }: AnsweredStream,
  onFailure: EditStreamParts["onFailure"],
): Promise<void> {
  const { controller, signal, finish } = work;
  try {
    for await (const line of lines) {
      signal.throwIfAborted();
      for (const hunk of edit.push(parseBody(pieceLine, line).text))
        events.send({ type: "hunk", ...hunk });
    }
    const { hunks, applied } = await edit.end(signal);
    for (const hunk of hunks) events.send({ type: "hunk", ...hunk });
    events.send({ type: "result", ...applied });
    record.note(factsOfEdits(applied));
    record.end(200);
  } catch (error) {
    const answer = toApiError(controller.signal.aborted ? controller.signal.reason : error);
    onFailure(answer, error);
    record.fail(answer);
    events.send({ type: "error", ...answer.body });
  } finally {
    events.end();
    finish();
  }
}

/** The values of a text of JSON lines; empty lines are left out. */
async function* linesOfJson(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  let open: Uint8Array[] = [];
  const line = (): unknown => {
    const bytes = Buffer.concat(open);
    open = [];
    return bytes.every((byte) => byte <= 0x20) ? undefined : bodyJson(bytes);
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      open.push(chunk.subarray(start, end));
      start = end + 1;
      const value = line();
      if (value !== undefined) yield value;
    }
    open.push(chunk.subarray(start));
  }
  const last = line();
  if (last !== undefined) yield last;
}
