import { fileURLToPath } from "node:url";
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { RedraftError } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { Redraft } from "../core/redraft.ts";
import { openLearning } from "../redraft/learning.ts";
import { createFileEditor, type FileEditor } from "../workspace/editor.ts";
import { stateHome } from "../workspace/journal/state-home.ts";
import { persistentTextStore } from "../workspace/journal/texts.ts";
import { narrowRoots } from "../workspace/narrow-roots.ts";
import type { WriteOptions } from "../workspace/write.ts";
import { failure } from "./answers.ts";
import { registerFileTools } from "./file-tools.ts";
import { registerFixTool } from "./fix-tool.ts";
import { registerJournalTools, rememberJournals } from "./journal-tools.ts";
import { registerRenameTool } from "./rename-tool.ts";
import { registerRepeatTool } from "./repeat-tool.ts";
import { repositoryAnswer } from "./repository-call.ts";
import * as schemas from "./schemas.ts";
import { registerSignatureTool } from "./signature-tool.ts";

export interface McpServerOptions {
  readonly redraft: Redraft;
  /** The folders that the server was started with. A client's own roots may narrow them, never widen them. */
  readonly roots?: readonly string[];
  /** Where a server without roots works: the folder it was started in. */
  readonly cwd: string;
  readonly version: string;
  readonly logger?: Logger;
  /** False: edits are recovered after a kill, and nothing is kept for undo. */
  readonly journal?: boolean;
  /** See `WriteOptions`. */
  readonly uninterrupted?: WriteOptions["uninterrupted"];
}

/**
 * An MCP server with all tools (`docs/guide/mcp.md` lists them), not yet connected. One instance serves one connection; it works with clients
 * of the 2025 revisions and of 2026-07-28.
 */
export function createMcpServer(options: McpServerOptions): McpServer {
  const logger = options.logger ?? silentLogger;
  const server = new McpServer(
    { name: "redraft", title: "Redraft", version: options.version },
    { capabilities: { tools: {} }, instructions: schemas.instructions },
  );
  const clientRoots = rememberRoots(server);
  const editors = new Map<string, FileEditor>();
  const texts = persistentTextStore(stateHome());
  const journalOf = rememberJournals(options.journal !== false, logger);

  async function editorFor(roots: readonly string[]): Promise<FileEditor> {
    const key = JSON.stringify(roots);
    const known = editors.get(key);
    if (known !== undefined) return known;
    const editor = createFileEditor({
      ...options,
      roots,
      texts,
      by: "MCP",
      journal: journalOf(roots),
    });
    editors.set(key, editor);
    return editor;
  }

  /** Finds out the roots, runs the work, and turns every refusal into an answer that the model can act on. */
  async function answer(
    context: ServerContext,
    work: (
      editor: FileEditor,
      onProgress: (message: string) => void,
      roots: readonly string[],
    ) => Promise<CallToolResult>,
  ): Promise<CallToolResult | InputRequiredResult> {
    try {
      const asked = clientRoots(context);
      if (asked === "ask") {
        return inputRequired({ inputRequests: { roots: inputRequired.listRoots() } });
      }
      const roots = await openFolders(options, asked);
      return await work(await editorFor(roots), progressOf(context), roots);
    } catch (error) {
      // The log has what is withheld from the client.
      const isRefusal =
        RedraftError.is(error) && !["engine-failed", "model-unavailable"].includes(error.code);
      if (!isRefusal) logger.error("a tool call failed", { error: String(error) });
      return failure(error);
    }
  }

  registerFileTools(server, {
    texts,
    answer: (context, work) =>
      answer(context, (editor, onProgress) =>
        work(editor, { signal: context.mcpReq.signal, onProgress }),
      ),
  });
  const inRoots = {
    ...options,
    texts,
    journalOf,
    learningOf: (folder: string) =>
      openLearning({
        folder,
        onUnavailable: (why) => logger.warn("nothing was learnt from an edit", { why }),
      }),
    answer: (
      context: ServerContext,
      work: (
        roots: readonly string[],
        onProgress: (message: string) => void,
      ) => Promise<CallToolResult>,
    ) => answer(context, (_, onProgress, roots) => work(roots, onProgress)),
  };
  registerJournalTools(server, inRoots);
  const inRepository = repositoryAnswer(inRoots);
  registerRenameTool(server, inRepository);
  registerSignatureTool(server, inRepository);
  registerFixTool(server, inRepository);
  registerRepeatTool(server, inRepository);
  return server;
}

/** Progress is sent only on request; if sending fails (a client disconnected), the edit must not fail. */
function progressOf(context: ServerContext): (message: string) => void {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => {};
  let progress = 0;
  return (message) => {
    progress += 1;
    context.mcpReq
      .notify({ method: "notifications/progress", params: { progressToken, progress, message } })
      .catch(() => {});
  };
}

type ClientRoots = readonly string[] | undefined;

/**
 * The roots of a client that has some: asked for once a connection and again when it says that they
 * changed. Clients of 2026-07-28 send no such notice, so they are asked with every call.
 */
function rememberRoots(server: McpServer): (context: ServerContext) => ClientRoots | "ask" {
  let remembered: ClientRoots;
  server.server.setNotificationHandler("notifications/roots/list_changed", () => {
    remembered = undefined;
  });
  return (context) => {
    const envelope = (context.mcpReq.envelope as Readonly<Record<string, unknown>> | undefined)?.[
      CLIENT_CAPABILITIES_META_KEY
    ] as ClientCapabilities | undefined;
    const capabilities = envelope ?? server.server.getClientCapabilities();
    if (capabilities?.roots === undefined) return undefined;
    if (envelope === undefined && remembered !== undefined) return remembered;
    const view = inputResponse(context.mcpReq.inputResponses, "roots");
    if (view.kind !== "roots") return "ask";
    remembered = view.roots.map(({ uri }) => uri);
    return remembered;
  };
}

/** The folders a call may touch: the client's roots inside the given ones; else the given; else the cwd. */
async function openFolders(
  options: McpServerOptions,
  uris: readonly string[] | undefined,
): Promise<readonly string[]> {
  const given = options.roots ?? [];
  const asked = (uris ?? []).flatMap((uri) => {
    try {
      return [fileURLToPath(uri)];
    } catch {
      return [];
    }
  });
  if (uris === undefined || uris.length === 0) return given.length > 0 ? given : [options.cwd];
  if (given.length === 0) return asked;
  return narrowRoots(given, asked);
}
