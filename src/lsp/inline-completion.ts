import {
  type InlineCompletionItem,
  type InlineCompletionList,
  MessageType,
  type ProposedFeatures,
} from "vscode-languageserver/node.js";
import { RedraftError } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { TokenTarget } from "../core/target.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Documents } from "./documents.ts";
import type { OpenFolders } from "./folders.ts";
import { createNextLines, type NextLines, type SessionReport } from "./next-lines.ts";

/** A local model that proposes lines. It stays the caller's. */
export interface LineModel {
  readonly target: Pick<TokenTarget, "tokenize" | "isEnd" | "capabilities">;
  readonly sessions: Sessions;
}

export interface InlineCompletionOptions {
  /** The model, while it is loaded: requests wait for it no longer than for an answer. */
  readonly model: Promise<LineModel>;
  readonly documents: Documents;
  readonly folders: OpenFolders;
  readonly deadlineMs?: number;
  /** Whether the editor reads `redraft/sessionReport`. */
  readonly wantsReports: () => boolean;
  readonly logger?: Logger;
}

/** `textDocument/inlineCompletion`: the next line at the cursor, or nothing where it is not there in time. */
export function registerInlineCompletion(
  connection: ProposedFeatures.Connection,
  options: InlineCompletionOptions,
): { dispose(): Promise<void> } {
  const { documents, folders, deadlineMs = 2000, wantsReports, logger = silentLogger } = options;
  const report = (one: SessionReport): void => {
    connection.tracer.log(traceLine(one), JSON.stringify(one));
    if (wantsReports()) connection.sendNotification("redraft/sessionReport", one).catch(() => {});
  };
  const loading = options.model.then((model) =>
    createNextLines({ ...model, documents, deadlineMs, onReport: report, logger }),
  );
  const lines: Promise<NextLines | undefined> = loading.catch((error: Error) => {
    if (RedraftError.is(error) && error.code === "cancelled") return undefined;
    logger.error("the model of the next lines cannot be used", { error: String(error) });
    const message = `Redraft: no lines are proposed, since the model cannot be used: ${error.message}`;
    const params = { type: MessageType.Warning, message };
    connection.sendNotification("window/showMessage", params).catch(() => {});
    return undefined;
  });

  connection.languages.inlineCompletion.on(
    async ({ textDocument: { uri }, position }, cancel): Promise<InlineCompletionList | null> => {
      const path = await folders.pathOf(uri).catch(() => undefined);
      const loaded = await inTime(lines, deadlineMs);
      if (path === undefined || loaded === undefined || cancel.isCancellationRequested) return null;
      const controller = new AbortController();
      const listening = cancel.onCancellationRequested(() => controller.abort());
      try {
        const { signal } = controller;
        const { text } = await loaded.nextLine(uri, position, { path, signal });
        if (text === undefined) return null;
        const item: InlineCompletionItem = {
          insertText: text,
          range: { start: position, end: position },
        };
        return { items: [item] };
      } finally {
        listening.dispose();
      }
    },
  );
  return {
    async dispose() {
      await (await lines)?.dispose();
    },
  };
}

async function inTime<Value>(value: Promise<Value>, limitMs: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), limitMs);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

function traceLine(one: SessionReport): string {
  const ms = Math.round(one.ms);
  if (one.kind === "answer") {
    return `${one.uri}: ${one.written} tokens written, ${one.cached} of the prompt were read before, ${ms} ms`;
  }
  const saved = Math.round(100 * one.savedOfSuffix);
  return `${one.uri}: ${one.policy} (${one.reason}): ${one.recomputed} tokens read, ${saved} % behind the change kept, ${ms} ms`;
}
