/** The edit formats that callers write. `auto` in a request means: detect one of these. */
export const formatNames = ["lazy", "search-replace", "unified-diff", "patch", "whole"] as const;
export type FormatName = (typeof formatNames)[number];

/**
 * What the caller's format says about a line:
 * `either` the line must be in the result; it is a source line where it matches one, new otherwise (lazy sketches);
 * `keep` the line is in the source and stays (context of a diff);
 * `add` the line is new;
 * `drop` the line is in the source and is removed.
 */
export type LineRole = "either" | "keep" | "add" | "drop";

/** One line of an edit, without its line end. */
export interface EditLine {
  readonly text: string;
  readonly role: LineRole;
  /** 1-based line in the caller's text, for messages; 0 where the format has no lines (JSON pairs). */
  readonly at: number;
}

/** Consecutive lines of the result, nothing elided between them. */
export interface LinesSegment {
  readonly kind: "lines";
  readonly lines: readonly EditLine[];
  /** 1-based source line that the caller's format names. A hint: often wrong, so it only breaks ties. */
  readonly nearLine?: number;
  /**
   * 1-based source line of the first keep or drop line of this segment, for certain: the reader
   * found it in the source itself (a pair inside a line, "replace all"). With only add lines: they go
   * right before this line (line count + 1 = after the last).
   */
  readonly atLine?: number;
  /**
   * `start`: the first line of this segment is the first of the file; `end`: its last is the last of the
   * file (`*** End of File`, an empty search part of a new file). Only add lines: prepended or appended.
   */
  readonly anchor?: "start" | "end";
  /** Source lines that are said to be somewhere above, outermost first (`@@ class A`). */
  readonly under?: readonly string[];
}

/** Any number of source lines, none included, that stay as they are. */
export interface ElisionSegment {
  readonly kind: "elision";
  readonly text: string;
  readonly at: number;
}

/** A comment that says that something of the source is removed here, as in `// removed foo()`. */
export interface RemovalSegment {
  readonly kind: "removal";
  readonly text: string;
  readonly at: number;
  /** What it says was removed, comment syntax and the word itself taken off; may be empty. */
  readonly what: string;
}

export type Segment = LinesSegment | ElisionSegment | RemovalSegment;

/** An edit as written, read into one form for every format. */
export interface Edit {
  readonly format: FormatName;
  /** Why the detector took it for this format; shown in `--json`. */
  readonly why: string;
  /**
   * `file`: the segments describe the whole file from first to last line, elisions represent the rest (lazy, whole).
   * `parts`: each lines segment is placed by itself and everything around it stays (search/replace, diffs, patches).
   */
  readonly extent: "file" | "parts";
  readonly segments: readonly Segment[];
  readonly action: "update" | "create" | "delete" | "move";
  /** The path the edit itself names, as written. */
  readonly path?: string;
  /** Other files that it names as well, as written: their parts are not in `segments`. */
  readonly otherPaths?: readonly string[];
  /** For `move`: the new path, as written. */
  readonly moveTo?: string;
  /** Whether the edit says how the file ends: true with, false without a final newline; absent = as it was. */
  readonly finalNewline?: boolean;
  /** A whole file: its text shows its own end, by a closing fence or a final newline, so its last line is whole. */
  readonly ended?: boolean;
}
