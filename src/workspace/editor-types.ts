import type { Redraft } from "../core/redraft.ts";
import type { EditResult, Route } from "../core/request.ts";
import type { TextStore } from "../core/text-store.ts";
import type { Journal } from "./journal/types.ts";
import type { Receipt } from "./receipt/format.ts";
import type { WriteOptions } from "./write-options.ts";

/** One edit of one file, as a model asks for it: a sketch, or an exact string and its replacement. */
export interface EditFileArguments {
  readonly path: string;
  readonly instructions?: string | undefined;
  readonly code_edit?: string | undefined;
  readonly old_string?: string | undefined;
  readonly new_string?: string | undefined;
  readonly replace_all?: boolean | undefined;
  /** Several replacements, each made in the result of the one before. */
  readonly edits?: readonly TextReplacement[] | undefined;
  readonly expected_hash?: string | undefined;
  /** Hash of the version that the edit was written for; the edit is carried over where the file changed since. */
  readonly base?: string | undefined;
  /** The cell of a notebook that the edit was written for: its id, or its number from 1. */
  readonly cell?: string | number | undefined;
  /** The function or class that the edit is about, by name. */
  readonly symbol?: string | undefined;
  readonly dry_run?: boolean | undefined;
}

/** One exact text of a file and the text that replaces it. */
export interface TextReplacement {
  readonly oldText: string;
  readonly newText: string;
  readonly replaceAll?: boolean | undefined;
}

/** A file from its whole text. One that exists is replaced only if the caller names the version that it replaces. */
export interface WriteFileArguments {
  readonly path: string;
  readonly content: string;
  readonly expected_hash?: string | undefined;
  /** Hash of the version that `content` was made of; what changed since is kept, an overlap is refused. */
  readonly base?: string | undefined;
  readonly dry_run?: boolean | undefined;
}

/** Lines from 1, both included; without an end to the end of the file. */
export interface LineSpan {
  readonly first_line: number;
  readonly last_line?: number | undefined;
}

export interface ReadFileArguments {
  readonly path: string;
  readonly first_line?: number | undefined;
  readonly last_line?: number | undefined;
  /** Instead of `first_line` and `last_line`: several stretches, as one answer. */
  readonly ranges?: readonly LineSpan[] | undefined;
  /** Lines at most, all stretches together. */
  readonly limit?: number | undefined;
}

/** A patch over one or several files; `base` as in `EditFileArguments`, for several files by path. */
export interface PatchArguments {
  readonly patch: string;
  readonly base?: string | Readonly<Record<string, string>> | undefined;
  readonly dry_run?: boolean | undefined;
}

/** What became of one file. */
export interface FileAnswer {
  readonly path: string;
  readonly movedTo?: string;
  readonly action: EditResult["action"];
  readonly changed: boolean;
  readonly written: boolean;
  readonly route: Route;
  readonly routeReason: string;
  readonly format: string;
  readonly notes: readonly string[];
  readonly diff: string;
  readonly added: number;
  readonly removed: number;
  /** Of the file after this edit; absent if it was deleted or nothing was written. */
  readonly hash?: string;
  /** Of a written edit. */
  readonly receipt?: Receipt;
  readonly ms: number;
}

/** A stretch of a file as it is shown. */
export interface Excerpt {
  readonly text: string;
  readonly firstLine: number;
  readonly lastLine: number;
  /** Where the rest begins, if the answer does not hold all that was asked for. */
  readonly nextLine?: number;
  /** True: the last line shown is longer than an answer, and cut. */
  readonly cut?: boolean;
}

/** What was read; of several ranges the first, and all of them in `ranges`. */
export interface ReadAnswer extends Excerpt {
  readonly path: string;
  /** Of the whole file, whatever part of it is shown. */
  readonly hash: string;
  readonly totalLines: number;
  /** In the order of the call; absent where it names none. */
  readonly ranges?: readonly Excerpt[];
}

export interface EditorCall {
  readonly signal?: AbortSignal | undefined;
  /** What is being done, in words, for those who show progress. */
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** Edits files by path, inside roots: what the MCP server and the AI SDK tool share. */
export interface FileEditor {
  edit(args: EditFileArguments, call?: EditorCall): Promise<FileAnswer>;
  patch(args: PatchArguments, call?: EditorCall): Promise<readonly FileAnswer[]>;
  /** Writes a whole file; refuses with `stale-file` where it exists and no version of it is named. */
  write(args: WriteFileArguments, call?: EditorCall): Promise<FileAnswer>;
  read(args: ReadFileArguments): Promise<ReadAnswer>;
}

export interface FileEditorOptions {
  readonly redraft: Redraft;
  /** Absolute folders, determined again for every call. */
  readonly roots: readonly string[];
  /** See `WriteOptions`. */
  readonly uninterrupted?: WriteOptions["uninterrupted"];
  /** Writes edits ahead and keeps them for undo; default: none. */
  readonly journal?: Journal;
  /** What the journal says made the edits. */
  readonly by?: string;
  /** Texts whose hashes were handed out; default: a store of this editor's own. */
  readonly texts?: TextStore;
}
