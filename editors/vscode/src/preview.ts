import type * as vscode from "vscode";
import type { EditorApi } from "./api.ts";

/** Texts that are shown and not written have addresses of this scheme. */
export const previewScheme = "redraft-preview";

/** A diff between a document and what an edit would make of it. */
export interface Preview {
  /** Shows another text, and the change that begins at a line (from 0). */
  show(text: string, line: number): void;
  close(): Promise<void>;
}

/** Opens previews, and has the text of those that are open. */
export interface Previews extends vscode.TextDocumentContentProvider {
  open(document: vscode.TextDocument, text: string, title: string): Promise<Preview>;
  dispose(): void;
}

export function createPreviews(api: EditorApi): Previews {
  const texts = new Map<string, string>();
  const changed = new api.EventEmitter<vscode.Uri>();
  let opened = 0;
  return {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? "",
    async open(document, text, title) {
      opened += 1;
      // The path keeps the end of the name, by which the editor knows the language.
      const { path } = document.uri;
      const uri = api.Uri.from({ scheme: previewScheme, path, query: String(opened) });
      const key = uri.toString();
      texts.set(key, text);
      await api.commands.executeCommand("vscode.diff", document.uri, uri, title, { preview: true });
      return {
        show(next, line) {
          if (texts.get(key) !== next) {
            texts.set(key, next);
            changed.fire(uri);
          }
          const editor = api.window.visibleTextEditors.find(
            (one) => one.document.uri.toString() === key,
          );
          const at = new api.Position(line, 0);
          editor?.revealRange(
            new api.Range(at, at),
            api.TextEditorRevealType.InCenterIfOutsideViewport,
          );
        },
        async close() {
          texts.delete(key);
          const tabs = api.window.tabGroups.all
            .flatMap((group) => group.tabs)
            .filter(
              ({ input }) =>
                input instanceof api.TabInputTextDiff && input.modified.toString() === key,
            );
          if (tabs.length > 0) await api.window.tabGroups.close(tabs);
        },
      };
    },
    dispose: () => changed.dispose(),
  };
}
