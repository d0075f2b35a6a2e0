import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { withTextEdits } from "../session/text-edits.ts";
import { createDocuments } from "./documents.ts";

const uri = "file:///a.ts";
const opened = (text: string) => {
  const documents = createDocuments();
  documents.didOpen({ textDocument: { uri, languageId: "typescript", version: 1, text } });
  return documents;
};

describe("documents", () => {
  it("follow incremental changes as edits of the whole text do, in offsets as well", () => {
    const piece = fc.string({ unit: fc.constantFrom("a", "\n", "\r\n", "\r", "😀", "é") });
    const place = fc.record({ line: fc.nat(4), character: fc.nat(6) });
    const change = fc.record({ start: place, end: place, text: piece });
    fc.assert(
      fc.property(piece, fc.array(change, { maxLength: 4 }), (text, changes) => {
        const documents = opened(text);
        let followed = text;
        documents.listen({
          changed: (_, edits) => {
            for (const edit of edits) followed = withTextEdits(followed, [edit]);
          },
        });
        const contentChanges = changes.map(({ start, end, text }) => ({
          range: { start, end },
          text,
        }));
        documents.didChange({ textDocument: { uri, version: 2 }, contentChanges });
        const wanted = contentChanges.reduce((before, { range, text: newText }) => {
          const document = TextDocument.create(uri, "", 1, before);
          const ends = [range.start, range.end].toSorted(
            (a, b) => a.line - b.line || a.character - b.character,
          );
          return TextDocument.applyEdits(document, [
            { range: { start: ends[0]!, end: ends[1]! }, newText },
          ]);
        }, text);
        expect(documents.get(uri)?.text).toBe(wanted);
        expect(followed).toBe(wanted);
      }),
    );
  });

  it("take a whole text, and forget a closed document", () => {
    const documents = opened("a");
    documents.didChange({ textDocument: { uri, version: 5 }, contentChanges: [{ text: "b" }] });
    expect(documents.all()).toEqual([{ uri, version: 5, text: "b" }]);
    const closed: string[] = [];
    documents.listen({ closed: (one) => closed.push(one) });
    documents.didClose({ textDocument: { uri } });
    documents.didChange({ textDocument: { uri, version: 6 }, contentChanges: [{ text: "c" }] });
    expect(documents.get(uri)).toBeUndefined();
    expect(closed).toEqual([uri]);
  });

  it("say when a version has passed, and wait no longer than they are asked to", async () => {
    const documents = opened("a");
    await documents.movedOn(uri, 1, 5);
    expect(documents.get(uri)?.version).toBe(1);
    const moved = documents.movedOn(uri, 1, 60_000);
    documents.didChange({ textDocument: { uri, version: 2 }, contentChanges: [{ text: "b" }] });
    await moved;
  });
});
