import type { TextEdit, WorkspaceEdit } from "vscode-languageserver/node.js";
import * as z from "zod";
import { type FormatName, formatNames } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import { applyAgain } from "../workspace/apply-again.ts";
import type { Documents, OpenDocument } from "./documents.ts";
import type { OpenFolders } from "./folders.ts";
import { type PendingChoices, type ShownCandidate, shownCandidate } from "./pending.ts";
import { protocolEdits } from "./protocol-edits.ts";
import type { EditSender } from "./send-edits.ts";

export interface ApplyEditArguments {
  readonly uri: string;
  readonly edit: string;
  readonly format?: FormatName | "auto" | undefined;
  /** The version that the edit was written for: another one is refused. */
  readonly version?: number | undefined;
}

export const applyEditArguments: z.ZodType<ApplyEditArguments> = z.strictObject({
  uri: z.string().min(1),
  edit: z.string(),
  format: z.enum(["auto", ...formatNames]).optional(),
  version: z.int().optional(),
});

export interface TakeCandidateArguments {
  readonly uri: string;
  readonly id: string;
}

export const takeCandidateArguments: z.ZodType<TakeCandidateArguments> = z.strictObject({
  uri: z.string().min(1),
  id: z.string().min(1),
});

/** The answer of `redraft.applyEdit` and `redraft.takeCandidate`. */
export interface EditAnswer {
  /** `not-sent`: the editor takes no edits from a server, and applies `workspaceEdit` itself. */
  readonly status: "applied" | "unchanged" | "ambiguous" | "refused" | "not-sent";
  /** For people: what was done, or why not and what to do. */
  readonly message: string;
  readonly uri: string;
  /** How the edit was read and placed. */
  readonly format?: string;
  readonly route?: string;
  readonly notes?: readonly string[];
  /** How many places of the document the editor was sent. */
  readonly edits?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean };
  readonly candidates?: readonly ShownCandidate[];
  readonly workspaceEdit?: WorkspaceEdit;
}

export interface EditApplier {
  apply(args: ApplyEditArguments, signal: AbortSignal): Promise<EditAnswer>;
  take(args: TakeCandidateArguments): Promise<EditAnswer>;
}

export interface EditApplierOptions {
  readonly redraft: Pick<Redraft, "apply">;
  readonly documents: Documents;
  readonly folders: OpenFolders;
  readonly pending: PendingChoices;
  readonly sender: EditSender;
}

/** How often an edit is made again because the document changed meanwhile. */
const mostAttempts = 3;

/** Applies edits to open documents by sending the editor what changes. Refusals are answers; a cancelled call throws. */
export function createEditApplier(options: EditApplierOptions): EditApplier {
  const { redraft, documents, folders, pending, sender } = options;
  const queues = new Map<string, Promise<unknown>>();

  /** One edit of a document at a time: the second is made of the text that the first leaves. */
  async function inTurn<T>(uri: string, work: () => Promise<T>): Promise<T> {
    const mine = (queues.get(uri) ?? Promise.resolve()).catch(() => {}).then(work);
    queues.set(uri, mine);
    try {
      return await mine;
    } finally {
      if (queues.get(uri) === mine) queues.delete(uri);
    }
  }

  async function make(
    { uri, edit, format, version }: ApplyEditArguments,
    signal: AbortSignal,
  ): Promise<EditAnswer> {
    const path = await folders.pathOf(uri);
    pending.drop(uri);
    await sender.upToDate(uri);
    let first: string | undefined;
    for (let round = 1; ; round++) {
      const document = openDocument(documents, uri);
      if (version !== undefined && document.version !== version) throw changedDocument(path);
      const request: EditRequest = {
        path,
        source: document.text,
        edit: document.text.startsWith("\uFEFF") ? edit : edit.replace(/^\uFEFF/, ""),
        ...(format === undefined ? {} : { format }),
      };
      first ??= document.text;
      const isCurrent = (): boolean => documents.get(uri)?.version === document.version;
      try {
        const result = await made(request, first, signal);
        if (isCurrent()) return await put(document, result);
      } catch (error) {
        const texts = candidatesIn(error);
        if (!isCurrent() && round < mostAttempts) continue;
        if (texts === undefined || !isCurrent()) throw error;
        return ambiguous(document, texts, (error as RedraftError).message);
      }
      if (round === mostAttempts) throw changedDocument(path);
    }
  }

  const made = (request: EditRequest, first: string, signal: AbortSignal): Promise<EditResult> =>
    first === request.source
      ? redraft.apply(request, { signal })
      : applyAgain(redraft, request, first, { signal });

  async function put(document: OpenDocument, result: EditResult): Promise<EditAnswer> {
    const { uri } = document;
    requireOneText(result);
    const { notes } = result;
    const how = { uri, format: result.format.name, route: result.route, notes };
    const edits = protocolEdits(document.text, result.text);
    if (edits.length === 0) {
      return { status: "unchanged", message: `${result.path} has this edit already.`, ...how };
    }
    const note = notes.length > 0 ? ` ${notes.join("; ")}.` : "";
    const message = `${result.path}: applied (${result.route}: ${result.routeReason}).${note}`;
    return { ...how, ...(await sent(document, edits, result.text, message)) };
  }

  async function sent(
    document: OpenDocument,
    edits: readonly TextEdit[],
    wanted: string,
    message: string,
  ): Promise<EditAnswer> {
    const { uri } = document;
    const done = await sender.send(document, edits, wanted);
    if (done.status === "refused") throw done.error;
    const answer = { status: done.status, message, uri, edits: edits.length };
    if (done.status === "not-sent") return { ...answer, workspaceEdit: done.workspaceEdit };
    if (done.asWanted) return answer;
    const note = "The document now has another text than the edit gives: look at it.";
    return { ...answer, message: `${message} ${note}` };
  }

  function ambiguous(
    document: OpenDocument,
    texts: readonly string[],
    message: string,
  ): EditAnswer {
    const { uri } = document;
    const candidates = pending.offer(document, texts).map(shownCandidate);
    const error = { code: "ambiguous", message, retryable: false };
    return { status: "ambiguous", message, uri, error, candidates };
  }

  return {
    apply: (args, signal) => inTurn(args.uri, () => asAnswer(args.uri, () => make(args, signal))),
    take: ({ uri, id }) =>
      inTurn(uri, () =>
        asAnswer(uri, async () => {
          await sender.upToDate(uri);
          const document = openDocument(documents, uri);
          const { edits, result, title } = pending.take(uri, id);
          return sent(document, edits, result, `applied at ${title}`);
        }),
      ),
  };
}

async function asAnswer(uri: string, work: () => Promise<EditAnswer>): Promise<EditAnswer> {
  try {
    return await work();
  } catch (error) {
    if (!RedraftError.is(error) || error.code === "cancelled") throw error;
    const { code, message, retryable } = error;
    return { status: "refused", message, uri, error: { code, message, retryable } };
  }
}

function openDocument(documents: Documents, uri: string): OpenDocument {
  const document = documents.get(uri);
  if (document !== undefined) return document;
  throw new RedraftError(
    "file-error",
    `${uri} is not open in the editor. Nothing was changed. Open it and apply the edit again.`,
  );
}

/** The whole texts that an ambiguous edit may mean. */
function candidatesIn(error: unknown): readonly string[] | undefined {
  if (!RedraftError.is(error) || error.code !== "ambiguous") return undefined;
  const { candidates } = error.details;
  const isList = Array.isArray(candidates) && candidates.length > 1;
  return isList && candidates.every((one) => typeof one === "string") ? candidates : undefined;
}

function requireOneText(result: EditResult): asserts result is EditResult & { text: string } {
  const { path, action, named } = result;
  const others = named?.others ?? [];
  if (others.length > 0) {
    throw new RedraftError(
      "usage",
      `the edit also changes other files (${others.slice(0, 5).join(", ")}). Nothing was changed. Apply only the part for ${path}, or all of it with \`redraft patch\`.`,
    );
  }
  if (result.text === null || action === "move") {
    throw new RedraftError(
      "usage",
      `the edit ${action === "move" ? "moves" : "deletes"} ${path}, and an open document only changes its text. Nothing was changed. Use \`redraft patch\`.`,
    );
  }
}

function changedDocument(path: string): RedraftError {
  return new RedraftError(
    "stale-file",
    `${path} changed while the edit was made. Nothing was changed. Apply the edit again.`,
    { retryable: true },
  );
}
