import type { EditRequest, EditResult } from "./request.ts";

/** What happens while an edit is made, in order. `result` is last, unless the edit is refused (the iteration throws). */
export type EditEvent =
  | { readonly type: "edit-read"; readonly format: string; readonly why: string }
  | {
      readonly type: "route-taken";
      readonly route: "merge" | "model" | "rewrite";
      readonly why: string;
    }
  | { readonly type: "text-delta"; readonly text: string; readonly origin: string }
  | { readonly type: "result"; readonly result: EditResult };

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** How a result accounts for itself: line by line, as a diff, or not at all. */
export type Account = "proof" | "diff" | "none";

/** What became of one request of a batch: a result or an error. */
export type BatchAnswer =
  | { readonly request: EditRequest; readonly result: EditResult; readonly error?: undefined }
  | { readonly request: EditRequest; readonly error: Error; readonly result?: undefined };

/** The engine as faces see it. It returns texts and writes nothing. */
export interface Redraft {
  /** Rejects with a `RedraftError` when the edit is refused; a result is exact and checked. */
  apply(request: EditRequest, options?: CallOptions): Promise<EditResult>;
  /** The same as a stream of events. */
  events(request: EditRequest, options?: CallOptions): AsyncIterable<EditEvent>;
  /** As `events`, with the account that the caller reads. Absent where every account is as cheap: then it is the proof. */
  accounted?(
    request: EditRequest,
    account: Account,
    options?: CallOptions,
  ): AsyncIterable<EditEvent>;
  /** Results in the order of the requests; a refusal is a value here, so that one bad edit stops nothing. */
  batch(
    requests: AsyncIterable<EditRequest> | Iterable<EditRequest>,
    options?: CallOptions,
  ): AsyncIterable<BatchAnswer>;
  dispose(): Promise<void>;
}
