import type { TextEdit } from "vscode-languageserver/node.js";
import { TextDocument } from "vscode-languageserver-textdocument";
import { diffEdits } from "../session/text-edits.ts";
import { positionsIn } from "./documents.ts";

/** The small edits that turn one text into another. Applied as the protocol says, they give exactly `after`. */
export function protocolEdits(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  const document = positionsIn(before);
  const edits = diffEdits(before, after).map(({ start, end, text }): TextEdit => {
    const [from, to] = [wholeFrom(before, start), wholeTo(before, end)];
    return {
      range: { start: document.positionAt(from), end: document.positionAt(to) },
      newText: before.slice(from, start) + text + before.slice(end, to),
    };
  });
  if (TextDocument.applyEdits(document, edits) === after) return edits;
  const end = document.positionAt(before.length);
  return [{ range: { start: { line: 0, character: 0 }, end }, newText: after }];
}

/** No position of the protocol is inside a line end `\r\n` or a surrogate pair. */
function isInsideOne(text: string, at: number): boolean {
  const isLineEnd = text[at - 1] === "\r" && text[at] === "\n";
  return (
    isLineEnd ||
    (/[\uD800-\uDBFF]/.test(text[at - 1] ?? "") && /[\uDC00-\uDFFF]/.test(text[at] ?? ""))
  );
}

const wholeFrom = (text: string, at: number): number => (isInsideOne(text, at) ? at - 1 : at);
const wholeTo = (text: string, at: number): number => (isInsideOne(text, at) ? at + 1 : at);
