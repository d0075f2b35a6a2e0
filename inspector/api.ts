import type {
  InspectHandlers,
  LogHunk,
  LogRow,
  OpenedTexts,
  UndoView,
  VerifyView,
} from "../src/inspect/handlers.ts";

export type { LogHunk, LogRow, OpenedTexts, UndoView, VerifyView };

/** What the server of `redraft inspect` answers. A page without a server has none of it. */
export interface InspectApi {
  opened(): Promise<OpenedTexts>;
  log(): Promise<readonly LogRow[]>;
  hunks(id: string): Promise<readonly LogHunk[]>;
  undo(body: object): Promise<UndoView>;
  write(body: object): Promise<Awaited<ReturnType<InspectHandlers["write"]>>>;
  verify(body: object): Promise<VerifyView>;
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
    verify: (body) => ask("verify", body),
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
