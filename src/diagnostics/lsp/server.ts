import { pathToFileURL } from "node:url";
import { connectServer } from "./connection.ts";
import { languageOf } from "./language.ts";

/** A message of a language server; lines and columns count from 0. */
export interface ServerDiagnostic {
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
  /** 1 error, 2 warning, 3 information, 4 hint; absent = the client decides. */
  readonly severity?: number;
  readonly code?: unknown;
  readonly message: string;
}

export interface ServerOptions {
  /** The project folder that the server receives. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  /** ms that the server has to answer, for every question. */
  readonly patience?: number;
  /** ms without news after which the messages about a text count as complete: servers send them in several steps. */
  readonly quiet?: number;
}

/** A language server that runs. Every call may throw an `Error` that says what the server did wrong. */
export interface LanguageServer {
  /** Sends the server a file's text and waits for its messages about it. */
  diagnose(path: string, text: string): Promise<readonly ServerDiagnostic[]>;
  /** Ends the server. */
  close(): Promise<void>;
}

const defaults = { patience: 30_000, quiet: 700 };

interface Document {
  version: number;
  /** The last messages about the file, and when they came; absent = none since the last change. */
  news?: { readonly items: readonly ServerDiagnostic[]; readonly at: number };
}

/** Starts a person's language server and says hello. */
export async function startLanguageServer(
  command: string,
  options: ServerOptions,
): Promise<LanguageServer> {
  const { folder, signal, patience, quiet } = { ...defaults, ...options };
  const documents = new Map<string, Document>();
  const { dead, ask, notify, started } = connectServer(command, {
    patience,
    ...(signal && { signal }),
    answer: (method, params) => answer(method, params, folder),
    heard: (method, params) => {
      if (method === "textDocument/publishDiagnostics") publish(params);
    },
  });

  function publish(params: unknown): void {
    const { uri, version, diagnostics } = params as {
      readonly uri: string;
      readonly version?: number | null;
      readonly diagnostics: readonly ServerDiagnostic[];
    };
    const document = documents.get(sameUri(uri));
    // News about an older text came late.
    if (!document || (typeof version === "number" && version < document.version)) return;
    document.news = { items: diagnostics, at: performance.now() };
  }

  async function settled(document: Document): Promise<readonly ServerDiagnostic[]> {
    const start = performance.now();
    for (;;) {
      const failed = dead();
      if (failed) throw failed;
      const { news } = document;
      if (news && performance.now() - news.at >= quiet) return news.items;
      if (!news && performance.now() - start > patience)
        throw new Error(`it sent no diagnostics within ${patience / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  let pulls: boolean;
  try {
    const { capabilities } = (await ask("initialize", hello(folder))) as {
      readonly capabilities?: { readonly diagnosticProvider?: unknown };
    };
    pulls = capabilities?.diagnosticProvider != null && capabilities.diagnosticProvider !== false;
    notify("initialized", {});
  } catch (error) {
    started.stop();
    throw error;
  }

  return {
    async diagnose(path, text) {
      const uri = pathToFileURL(path).href;
      const known = documents.get(sameUri(uri));
      const document: Document = { version: (known?.version ?? 0) + 1 };
      documents.set(sameUri(uri), document);
      const { version } = document;
      if (known) {
        notify("textDocument/didChange", {
          textDocument: { uri, version },
          contentChanges: [{ text }],
        });
      } else {
        notify("textDocument/didOpen", {
          textDocument: { uri, languageId: languageOf(path), version, text },
        });
      }
      if (!pulls) return settled(document);
      const answer = (await ask("textDocument/diagnostic", { textDocument: { uri } })) as {
        readonly items?: readonly ServerDiagnostic[];
      } | null;
      return answer?.items ?? [];
    },

    async close() {
      try {
        await ask("shutdown", null);
        notify("exit", null);
        started.child.stdin!.end();
        await Promise.race([
          started.ended,
          new Promise((resolve) => setTimeout(resolve, 1000).unref()),
        ]);
      } catch {
        // It has ended, or does not answer: it is stopped below.
      }
      if (!dead()) started.stop();
      await started.ended.catch(() => {});
    },
  };
}

/** Servers ask for settings and the like; left without an answer, some of them wait for ever. */
function answer(method: string, params: unknown, folder: string): unknown {
  const items = (params as { readonly items?: readonly unknown[] } | null | undefined)?.items;
  if (method === "workspace/configuration") return (items ?? []).map(() => null);
  if (method === "workspace/workspaceFolders") return [folderItem(folder)];
  return method === "workspace/applyEdit" ? { applied: false } : null;
}

/** Servers spell the same address in several ways: `file:///c%3A/a` and `file:///C:/a`. */
const sameUri = (uri: string): string => {
  try {
    return decodeURIComponent(uri).replace(
      /^file:\/\/\/([a-z]):/,
      (_, drive: string) => `file:///${drive.toUpperCase()}:`,
    );
  } catch {
    return uri;
  }
};

const folderItem = (folder: string): object => ({
  uri: pathToFileURL(folder).href,
  name: "root",
});

function hello(folder: string): object {
  return {
    processId: process.pid,
    clientInfo: { name: "redraft" },
    rootUri: pathToFileURL(folder).href,
    rootPath: folder,
    workspaceFolders: [folderItem(folder)],
    capabilities: {
      general: { positionEncodings: ["utf-16"] },
      workspace: { configuration: true, workspaceFolders: true },
      textDocument: {
        synchronization: { dynamicRegistration: false },
        publishDiagnostics: { versionSupport: true },
        diagnostic: { dynamicRegistration: false },
      },
    },
  };
}
