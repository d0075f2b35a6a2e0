import { randomUUID } from "node:crypto";
import type { Documents } from "./documents.ts";

/** A rename as an editor was sent it. */
export interface SentRename {
  /** Of each open document that it changes, by URI. */
  readonly texts: ReadonlyMap<string, { readonly before: string; readonly after: string }>;
  /** The editor made it. The id names it from now on. */
  accepted(id: string): Promise<void>;
  /** It was taken back, or (`undone` false) made again. */
  undone(id: string, undone: boolean): Promise<void>;
}

export interface RenameOutcomes {
  /** Watches what becomes of a rename, which replaces those that were sent before and not made. */
  sent(rename: SentRename): void;
  /** What was seen so far is learnt. */
  settled(): Promise<void>;
}

interface WatchedRename extends SentRename {
  readonly id: string;
  state: "sent" | "made" | "undone";
}

/** Each keeps two texts of every document that it changed. */
const mostWatched = 20;

/**
 * The editor makes a rename, and nothing answers whether it did: the texts of its documents say so. It is made when all open documents that
 * it changes have exactly the text that was meant, and taken back when, after that, all have exactly the text from before. Where only
 * some of them have, or a document is closed, nothing is said.
 */
export function watchRenames(documents: Documents): RenameOutcomes {
  let watched: WatchedRename[] = [];
  let learning: Promise<unknown> = Promise.resolve();
  const learn = (what: () => Promise<void>): void => {
    // One after the other: an undo is of what was learnt before. A rename does not fail because nothing can be learnt from it.
    learning = learning.then(what).catch(() => {});
  };
  const allHave = ({ texts }: SentRename, side: "before" | "after"): boolean =>
    [...texts].every(([uri, own]) => documents.get(uri)?.text === own[side]);

  documents.listen({
    changed({ uri }) {
      for (const one of watched) {
        if (!one.texts.has(uri)) continue;
        if (one.state === "made" ? !allHave(one, "before") : !allHave(one, "after")) continue;
        const { id, state } = one;
        one.state = state === "made" ? "undone" : "made";
        learn(() => (state === "sent" ? one.accepted(id) : one.undone(id, state === "made")));
      }
    },
    closed(uri) {
      watched = watched.filter(({ texts }) => !texts.has(uri));
    },
  });

  return {
    sent(rename) {
      const made = watched.filter(({ state }) => state !== "sent");
      const one: WatchedRename = { ...rename, id: `lsp-${randomUUID()}`, state: "sent" };
      watched = [...made, one].slice(-mostWatched);
    },
    async settled() {
      await learning;
    },
  };
}
