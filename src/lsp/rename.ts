import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Position, Range, TextEdit } from "vscode-languageserver/node.js";
import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import { nameLanguageOf } from "../orchestrate/index/languages.ts";
import type { RenameRequest } from "../orchestrate/rename/rename.ts";
import type { EditCandidate } from "../orchestrate/speculator.ts";
import type { Learning } from "../redraft/learning.ts";
import { createProposer, type Proposer } from "../redraft/proposer.ts";
import { repositoryFiles } from "../workspace/repository-files.ts";
import type { RootedPath } from "../workspace/roots.ts";
import { type Documents, type OpenDocument, positionsIn } from "./documents.ts";
import type { OpenFolders } from "./folders.ts";
import { withOpenTexts } from "./open-files.ts";
import { protocolEdits } from "./protocol-edits.ts";
import { watchRenames } from "./rename-outcomes.ts";
import type { EditSender } from "./send-edits.ts";

/** What a rename changes in one file; `version` is null where the editor does not have it open. */
export interface RenamedFile {
  readonly uri: string;
  readonly version: number | null;
  readonly edits: readonly TextEdit[];
}

export interface Renamer {
  /** The name at a position, or undefined where there is none, or its language is not known. */
  prepare(
    uri: string,
    position: Position,
  ): Promise<{ range: Range; placeholder: string } | undefined>;
  /**
   * What a new name changes in all files of the folder, unsaved texts included. Nothing is written.
   *
   * @throws `no-match`, `ambiguous`, `check-failed` as `redraft rename` does; `stale-file` where a document changed meanwhile
   */
  rename(
    uri: string,
    position: Position,
    to: string,
    signal: AbortSignal,
  ): Promise<readonly RenamedFile[]>;
  /** What is known of the renames so far is learnt. */
  settled(): Promise<void>;
}

export interface RenamerOptions {
  readonly redraft: Pick<Redraft, "apply">;
  readonly documents: Documents;
  readonly folders: OpenFolders;
  /** Waits for the text after the last edit of a document. */
  readonly upToDate: EditSender["upToDate"];
  /** What to do with places that may mean the symbol; default: refuse. */
  readonly unsure?: RenameRequest["unsure"] | undefined;
  /** What is learnt of a folder; default: nothing. */
  readonly learningOf?: ((root: string) => Learning) | undefined;
}

interface RenamedRoot {
  readonly proposer: Proposer;
  readonly learning: Learning | undefined;
  /** Texts of open documents by path: as they are when a rename begins. */
  open: ReadonlyMap<string, OpenDocument>;
  queue: Promise<unknown>;
}

export function createRenamer(options: RenamerOptions): Renamer {
  const { redraft, documents, folders, upToDate, unsure = "refuse", learningOf } = options;
  const outcomes = watchRenames(documents);
  /** An index stays, so that the next rename reads only what changed. */
  const known = new Map<string, RenamedRoot>();

  function rootOf(root: string): RenamedRoot {
    const found = known.get(root);
    if (found !== undefined) return found;
    const texts = (): Map<string, string> =>
      new Map([...one.open].map(([path, { text }]) => [path, text]));
    const files = withOpenTexts(repositoryFiles(root), texts);
    const learning = learningOf?.(root);
    const proposer = createProposer({ root, files, learning });
    const one: RenamedRoot = { proposer, learning, open: new Map(), queue: Promise.resolve() };
    known.set(root, one);
    return one;
  }

  async function openIn(root: string): Promise<Map<string, OpenDocument>> {
    const open = new Map<string, OpenDocument>();
    for (const document of documents.all()) {
      if (!document.uri.startsWith("file:")) continue;
      const place = await folders.locate(document.uri).catch(() => undefined);
      if (place?.root === root) open.set(place.display, document);
    }
    return open;
  }

  async function propose(
    place: RootedPath,
    request: RenameRequest,
    root: RenamedRoot,
    signal: AbortSignal,
  ): Promise<readonly RenamedFile[]> {
    root.open = await openIn(place.root);
    const judged = await root.proposer.propose({ rename: request }, { signal });
    const chosen = judged.find(({ accepted }) => accepted)?.candidate;
    if (chosen === undefined) {
      throw new RedraftError("ambiguous", "no rename is certain enough. Nothing was changed.");
    }
    const renamed: RenamedFile[] = [];
    const texts = new Map<string, { before: string; after: string }>();
    for (const { path, before, after } of chosen.files) {
      await requireMerged(redraft, { path, before, after }, signal);
      const open = root.open.get(path);
      const uri = open?.uri ?? pathToFileURL(join(place.root, path)).href;
      if (documents.get(uri)?.version !== open?.version || (open && open.text !== before)) {
        throw changedMeanwhile(path);
      }
      if (open) texts.set(uri, { before, after });
      renamed.push({ uri, version: open?.version ?? null, edits: protocolEdits(before, after) });
    }
    const { learning } = root;
    if (learning) {
      outcomes.sent({
        texts,
        accepted: (id) => root.proposer.learn(chosen, { written: true, entry: id }),
        undone: async (id, undone) => void (await learning.undone([id], undone)),
      });
    }
    return renamed;
  }

  async function nameIn(
    uri: string,
    position: Position,
  ): Promise<{ name: NameAt; document: OpenDocument; place: RootedPath } | undefined> {
    const document = documents.get(uri);
    if (document === undefined) return undefined;
    const place = await locateToRename(folders, uri);
    if (nameLanguageOf(place.display) === undefined) return undefined;
    const name = nameUnder(document.text, positionsIn(document.text).offsetAt(position));
    return name && { name, document, place };
  }

  return {
    async prepare(uri, position) {
      const found = await nameIn(uri, position);
      if (found === undefined) return undefined;
      const positions = positionsIn(found.document.text);
      const { start, text } = found.name;
      const end = positions.positionAt(start + text.length);
      return { range: { start: positions.positionAt(start), end }, placeholder: text };
    },
    async rename(uri, position, to, signal) {
      for (const document of documents.all()) await upToDate(document.uri);
      const found = await nameIn(uri, position);
      if (found === undefined) {
        throw new RedraftError(
          "no-match",
          "there is no name here that can be renamed. Names of JavaScript, TypeScript, Python and Go can.",
        );
      }
      const { name, document, place } = found;
      const root = rootOf(place.root);
      const at = { path: place.display, ...lineAndColumn(document.text, name.start) };
      const request = { from: name.text, to, at, unsure };
      const mine = root.queue
        .catch(() => {})
        .then(() => {
          if (documents.get(uri)?.version !== document.version) throw changedMeanwhile(at.path);
          return propose(place, request, root, signal);
        });
      root.queue = mine.catch(() => {});
      return mine;
    },
    settled: outcomes.settled,
  };
}

async function locateToRename(folders: OpenFolders, uri: string): Promise<RootedPath> {
  if ((await folders.roots()).length === 0) {
    throw new RedraftError(
      "outside-root",
      "a rename looks at all files of a folder, and the editor has none open. Open the folder of the project, or start the server with --root.",
    );
  }
  return folders.locate(uri);
}

interface NameAt {
  readonly start: number;
  readonly text: string;
}

const nameCharacter = /[\p{ID_Continue}$#]/u;

/** The name that a place of a text is in, or at the end of. */
function nameUnder(text: string, at: number): NameAt | undefined {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const before = [...text.slice(lineStart, at)];
  let start = at;
  for (let last = before.pop(); last !== undefined; last = before.pop()) {
    if (!nameCharacter.test(last)) break;
    start -= last.length;
  }
  let end = at;
  for (const next of text.slice(at)) {
    if (!nameCharacter.test(next)) break;
    end += next.length;
  }
  const name = text.slice(start, end);
  return name === "" || /^\d/.test(name) ? undefined : { start, text: name };
}

/** From 1; the columns are UTF-16 units. */
function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
}

/** What is proposed passes the merge and its checks, as everything that Redraft writes. */
async function requireMerged(
  redraft: Pick<Redraft, "apply">,
  { path, before, after }: EditCandidate["files"][number],
  signal: AbortSignal,
): Promise<void> {
  const request = { path, source: before, edit: after, format: "whole" as const };
  const { text } = await redraft.apply(request, { signal });
  if (text === after) return;
  throw new RedraftError(
    "check-failed",
    `${path}: the merge does not come to the proposed text. Nothing was changed.`,
    { details: { path } },
  );
}

const changedMeanwhile = (path: string): RedraftError =>
  new RedraftError(
    "stale-file",
    `${path} changed while the rename was made. Nothing was changed. Rename again.`,
    { retryable: true, details: { path } },
  );
