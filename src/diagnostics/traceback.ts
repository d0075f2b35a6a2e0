/** A place and what Python says about it. */
export interface TracedError {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

const frame = /^File "(?<file>[^"\n]+)", line (?<line>\d{1,9})(?:, in .*)?$/;
const exception =
  /^(?<name>[A-Za-z_][\w.]{0,120}(?:Error|Exception|Warning|Interrupt|Exit|Iteration))(?<rest>: .+)?$/;
/** `Sorry: IndentationError: expected an indented block (a.py, line 3)`, as py_compile writes. */
const sorry = /^Sorry: (?<message>.+) \((?<file>[^()]+), line (?<line>\d{1,9})\)/;
/** Between a frame and its exception are lines of source, carets and notes. */
const mostBetween = 400;

/**
 * Reads tracebacks of Python from lines without blanks around them, one line after another. The place of an error is the innermost
 * frame whose file is one of the caller's: those below it are in libraries.
 */
export class TracebackReader {
  private readonly isFile: (name: string) => boolean;
  private place: { readonly file: string; readonly line: number } | undefined;
  private between = 0;

  constructor(isFile: (name: string) => boolean) {
    this.isFile = isFile;
  }

  /** "frame": the line belongs to a traceback; an error: it ends one; undefined: it is something else. */
  read(line: string): TracedError | "frame" | undefined {
    const refused = sorry.exec(line)?.groups;
    if (refused && this.isFile(refused.file!)) {
      return { file: refused.file!, line: Number(refused.line), message: refused.message! };
    }
    if (line === "Traceback (most recent call last):") {
      this.place = undefined;
      return "frame";
    }
    const found = frame.exec(line)?.groups;
    if (found) {
      this.between = 0;
      const { file, line: number } = found;
      if (this.isFile(file!)) this.place = { file: file!, line: Number(number) };
      return "frame";
    }
    if (!this.place) return undefined;
    this.between += 1;
    const ended = exception.exec(line)?.groups;
    if (!ended) {
      if (this.between > mostBetween) this.place = undefined;
      return undefined;
    }
    const { file, line: number } = this.place;
    this.place = undefined;
    return { file, line: number, message: line };
  }
}
