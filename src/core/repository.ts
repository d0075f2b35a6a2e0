import type { Tree } from "web-tree-sitter";

declare global {
  /**
   * web-tree-sitter's types name it and bring no declaration: without this one a program of ours needs `skipLibCheck`. It
   * merges with that of `@types/emscripten`, where that is installed.
   */
  interface EmscriptenModule {}
}

/** The text of a file of a repository. */
export interface RepositoryText {
  readonly text: string;
  /** Of the bytes on the disk. */
  readonly hash: string;
}

/** The files of one folder, as a reader of all of them needs them. Paths are relative to the folder, with `/`. */
export interface RepositoryFiles {
  /** Every file that git does not ignore, sorted. */
  list(): Promise<readonly string[]>;
  /**
   * A stamp that changes with the content of a file, or undefined where there is no regular file. Equal stamps mean equal
   * content, so a file that was written a moment ago gets a stamp that never comes again.
   */
  stamp(path: string): string | undefined;
  /** Undefined for what is not text, is too large, or disappeared meanwhile. */
  read(path: string): Promise<RepositoryText | undefined>;
}

/** Parses texts of one language. */
export interface TreeParser {
  /** A tree that the caller deletes, or undefined where the text is too long or takes too long. */
  parse(text: string): Tree | undefined;
}

/** The parser for a file by its extension, or undefined where there is no grammar. */
export type ParserFor = (path: string) => Promise<TreeParser | undefined>;
