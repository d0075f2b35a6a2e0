import type {
  CallToolResult,
  InputRequiredResult,
  McpServer,
  ServerContext,
} from "@modelcontextprotocol/server";
import type { TextStore } from "../core/text-store.ts";
import type { EditorCall, FileAnswer, FileEditor } from "../workspace/editor.ts";
import { fileRead, fileText, patchText } from "./answers.ts";
import { createOpenChoices } from "./choices.ts";
import * as schemas from "./schemas.ts";

export interface FileToolOptions {
  /** Texts by the hashes that were handed out for them. */
  readonly texts: TextStore;
  /** Runs a call inside its roots, and turns refusals into answers. */
  readonly answer: (
    context: ServerContext,
    work: (editor: FileEditor, call: EditorCall) => Promise<CallToolResult>,
  ) => Promise<CallToolResult | InputRequiredResult>;
}

/** A whole text is not placed, unless it is carried over to a file that changed. */
const asSent = (
  answer: FileAnswer,
  { base }: { readonly base?: string | undefined },
): FileAnswer =>
  base === undefined ? { ...answer, routeReason: "the whole text, as sent" } : answer;

/** The tools for single files: `edit_file`, `replace_text`, `write_file`, `choose_candidate`, `apply_patch` and `read_file`. */
export function registerFileTools(server: McpServer, { texts, answer }: FileToolOptions): void {
  const choices = createOpenChoices(texts);

  /** An edit that may end in a choice. */
  async function edited(path: string, edit: Promise<FileAnswer>): Promise<FileAnswer> {
    try {
      return await edit;
    } catch (error) {
      throw choices.offer(error, path);
    }
  }

  for (const [name, definition] of [
    ["edit_file", schemas.editFile],
    ["replace_text", schemas.replaceText],
  ] as const) {
    server.registerTool(name, definition, (args, context) =>
      answer(context, async (editor, call) =>
        fileText(await edited(args.path, editor.edit(args, call)), args),
      ),
    );
  }
  server.registerTool("write_file", schemas.writeFile, (args, context) =>
    answer(context, async (editor, call) =>
      fileText(await asSent(await editor.write(args, call), args), args),
    ),
  );
  server.registerTool("choose_candidate", schemas.chooseCandidate, (args, context) =>
    answer(context, async (editor, call) => {
      const { choice, text } = choices.find(args.id, args.candidate);
      const { path, hash } = choice;
      const write = { path, content: text, expected_hash: hash, dry_run: args.dry_run };
      const done = await editor.write(write, call);
      if (done.written) choices.forget(args.id);
      const routeReason = `candidate ${args.candidate} of the ambiguous edit, as the call chose`;
      return fileText({ ...done, routeReason }, args);
    }),
  );
  server.registerTool("apply_patch", schemas.applyPatch, (args, context) =>
    answer(context, async (editor, call) => patchText(await editor.patch(args, call), args)),
  );
  server.registerTool("read_file", schemas.readFile, (args, context) =>
    answer(context, async (editor) => fileRead(await editor.read(args))),
  );
}
