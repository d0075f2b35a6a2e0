import type { FollowMessage } from "../src/inspect/follow.ts";
import type {
  InspectHandlers,
  LogHunk,
  LogRow,
  OpenedTexts,
  UndoView,
  VerifyView,
} from "../src/inspect/handlers.ts";

export type { FollowMessage, LogHunk, LogRow, OpenedTexts, UndoView, VerifyView };

/** What the server of `redraft inspect` answers. A page without a server has none of it. */
export interface InspectApi {
  opened(): Promise<OpenedTexts>;
  log(): Promise<readonly LogRow[]>;
  hunks(id: string): Promise<readonly LogHunk[]>;
  undo(body: object): Promise<UndoView>;
  write(body: object): Promise<Awaited<ReturnType<InspectHandlers["write"]>>>;
  verify(body: object): Promise<VerifyView>;
  /** Calls with what happens to the log or the server that is followed. */
  follow(onMessage: (message: FollowMessage) => void): void;
}

/** Undefined in the playground. */
export function inspectApi(): InspectApi | undefined {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="redraft"]');
  if (meta?.content !== "served") return undefined;
  return {
    opened: () => ask("opened"),
    log: () => ask("log"),
    hunks: (id) => ask(`log/${encodeURIComponent(id)}`),
    undo: (body) => ask("undo", body),
    write: (body) => ask("write", body),
    follow: followEvents,
    verify: (body) => ask("verify", body),
  };
}

/** The browser opens a lost connection again; the first message is then a reset. */
function followEvents(onMessage: (message: FollowMessage) => void): void {
  const source = new EventSource("api/events");
  source.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as FollowMessage;
    if (message.type === "state" && message.state === "ended") source.close();
    onMessage(message);
  };
  source.onerror = () => {
    const isOver = source.readyState === EventSource.CLOSED;
    const message = `redraft inspect does not answer.${isOver ? "" : " It is asked again."}`;
    onMessage({ type: "state", state: isOver ? "ended" : "waiting", message });
  };
}

/** The token is in the address of the page, so relative addresses have it. */
async function ask<Answer>(path: string, body?: object): Promise<Answer> {
  const response = await fetch(
    `api/${path}`,
    body && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    },
  ).catch(() => {
    throw new Error(
      "redraft inspect does not answer. Was it ended? Start it again and open its new address.",
    );
  });
  const answer = (await response.json().catch(() => undefined)) as
    | (Answer & { readonly error?: { readonly message: string } })
    | undefined;
  if (response.ok && answer !== undefined) return answer;
  throw new Error(answer?.error?.message ?? `redraft inspect answered ${response.status}.`);
}
