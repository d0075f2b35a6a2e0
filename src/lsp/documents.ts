import type {
  DidChangeTextDocumentParams,
  DidCloseTextDocumentParams,
  DidOpenTextDocumentParams,
  TextDocumentContentChangeEvent,
} from "vscode-languageserver/node.js";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type DocumentEdit, withTextEdits } from "../session/text-edits.ts";

/** A document that an editor has open: its text as the editor shows it, saved or not. */
export interface OpenDocument {
  readonly uri: string;
  readonly version: number;
  readonly text: string;
}

export interface DocumentListener {
  /** The edits are in the order in which they were made, each in UTF-16 units of the text after the one before. */
  changed?(document: OpenDocument, edits: readonly DocumentEdit[]): void;
  closed?(uri: string): void;
}

/** The documents of one editor, as its notifications say. Positions are in UTF-16 units, as the protocol has them by default. */
export interface Documents {
  didOpen(params: DidOpenTextDocumentParams): void;
  didChange(params: DidChangeTextDocumentParams): void;
  didClose(params: DidCloseTextDocumentParams): void;
  get(uri: string): OpenDocument | undefined;
  all(): readonly OpenDocument[];
  /** Resolves when a document is no longer at a version, or after `limitMs`. */
  movedOn(uri: string, version: number, limitMs: number): Promise<void>;
  listen(listener: DocumentListener): void;
}

/** For positions in a text: lines end at `\n`, `\r\n` and `\r`, as in the protocol. */
export function positionsIn(text: string): TextDocument {
  return TextDocument.create("", "", 0, text);
}

function offsetEdit(document: TextDocument, change: TextDocumentContentChangeEvent): DocumentEdit {
  const { text } = change;
  if (!("range" in change)) return { start: 0, end: document.getText().length, text };
  const start = document.offsetAt(change.range.start);
  const end = document.offsetAt(change.range.end);
  return { start: Math.min(start, end), end: Math.max(start, end), text };
}

export function createDocuments(): Documents {
  const documents = new Map<string, TextDocument>();
  const listeners = new Set<DocumentListener>();
  const shown = (document: TextDocument): OpenDocument => ({
    uri: document.uri,
    version: document.version,
    text: document.getText(),
  });

  return {
    didOpen({ textDocument: { uri, languageId, version, text } }) {
      if (documents.has(uri)) for (const { closed } of listeners) closed?.(uri);
      documents.set(uri, TextDocument.create(uri, languageId, version, text));
    },
    didChange({ textDocument: { uri, version }, contentChanges }) {
      const before = documents.get(uri);
      if (before === undefined) return;
      const edits: DocumentEdit[] = [];
      let document = TextDocument.create(uri, before.languageId, version, before.getText());
      for (const change of contentChanges) {
        const edit = offsetEdit(document, change);
        edits.push(edit);
        const text = withTextEdits(document.getText(), [edit]);
        // Made anew: `TextDocument.update` keeps wrong line numbers after a change that begins or ends behind the last line.
        document = TextDocument.create(uri, before.languageId, version, text);
      }
      documents.set(uri, document);
      for (const { changed } of listeners) changed?.(shown(document), edits);
    },
    didClose({ textDocument: { uri } }) {
      if (!documents.delete(uri)) return;
      for (const { closed } of listeners) closed?.(uri);
    },
    get(uri) {
      const document = documents.get(uri);
      return document && shown(document);
    },
    all: () => [...documents.values()].map(shown),
    async movedOn(uri, version, limitMs) {
      if (documents.get(uri)?.version !== version) return;
      await new Promise<void>((done) => {
        const end = (): void => {
          clearTimeout(timer);
          listeners.delete(listener);
          done();
        };
        const timer = setTimeout(end, limitMs);
        const listener: DocumentListener = {
          changed: (document) => document.uri === uri && document.version !== version && end(),
          closed: (closed) => closed === uri && end(),
        };
        listeners.add(listener);
      });
    },
    listen: (listener) => void listeners.add(listener),
  };
}
