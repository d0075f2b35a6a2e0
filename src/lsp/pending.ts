import type { Range, TextEdit } from "vscode-languageserver/node.js";
import { RedraftError } from "../core/errors.ts";
import { type Documents, type OpenDocument, positionsIn } from "./documents.ts";
import { protocolEdits } from "./protocol-edits.ts";

/** One text that an ambiguous edit may mean, as an editor can show it. */
export interface ShownCandidate {
  /** For `redraft.takeCandidate`. */
  readonly id: string;
  readonly title: string;
  /** What the candidate changes, from the first to the last change. */
  readonly range: Range;
  /** What is there afterwards. */
  readonly text: string;
}

export interface PendingCandidate extends ShownCandidate {
  readonly edits: readonly TextEdit[];
  /** The whole text. */
  readonly result: string;
}

export interface PendingChoice {
  readonly version: number;
  readonly candidates: readonly PendingCandidate[];
}

/** Ambiguous edits that wait for a choice: one per document, until its text changes. */
export interface PendingChoices {
  /** Offers whole texts, best first, in place of what was offered before. */
  offer(document: OpenDocument, texts: readonly string[]): readonly PendingCandidate[];
  of(uri: string): PendingChoice | undefined;
  /** @throws `stale-file` where the candidate is no longer offered: the document changed, or another edit was tried */
  take(uri: string, id: string): PendingCandidate;
  drop(uri: string): void;
}

/** @param onChange called when the candidates of a document change, or are dropped */
export function createPendingChoices(
  documents: Documents,
  onChange: (uri: string, choice: PendingChoice | undefined) => void,
): PendingChoices {
  const choices = new Map<string, PendingChoice>();
  let offers = 0;
  const drop = (uri: string): void => {
    if (choices.delete(uri)) onChange(uri, undefined);
  };
  documents.listen({ changed: ({ uri }) => drop(uri), closed: drop });

  return {
    offer(document, texts) {
      offers += 1;
      const candidates = texts.map((text, index) =>
        pendingCandidate(document.text, text, `${offers}.${index + 1}`),
      );
      const choice = { version: document.version, candidates };
      choices.set(document.uri, choice);
      onChange(document.uri, choice);
      return candidates;
    },
    of: (uri) => choices.get(uri),
    take(uri, id) {
      const found = choices.get(uri)?.candidates.find((one) => one.id === id);
      if (found !== undefined && documents.get(uri)?.version === choices.get(uri)?.version) {
        return found;
      }
      throw new RedraftError(
        "stale-file",
        `candidate ${id} is no longer offered: the document changed, or another edit was applied. Nothing was changed. Apply the edit again.`,
        { details: { uri, id } },
      );
    },
    drop,
  };
}

/** Longer previews are cut. */
const longestTitle = 80;

function pendingCandidate(before: string, after: string, id: string): PendingCandidate {
  const edits = protocolEdits(before, after);
  const document = positionsIn(before);
  const offsets = edits.map(({ range, newText }) => ({
    start: document.offsetAt(range.start),
    end: document.offsetAt(range.end),
    newText,
  }));
  const start = Math.min(...offsets.map((one) => one.start), before.length);
  const end = Math.max(...offsets.map((one) => one.end), start);
  const range = { start: document.positionAt(start), end: document.positionAt(end) };
  const text = after.slice(start, after.length - (before.length - end));
  const changed = offsets.map(({ newText }) => newText).find((one) => one.trim() !== "") ?? "";
  const [line = ""] = changed.trim().split(/\r\n|\r|\n/u);
  const what = line === "" ? "removes text" : line.slice(0, longestTitle);
  return { id, title: `line ${range.start.line + 1}: ${what}`, range, text, edits, result: after };
}

export const shownCandidate = ({ id, title, range, text }: PendingCandidate): ShownCandidate => ({
  id,
  title,
  range,
  text,
});
