/** Lines behind the last quoted one in which the line that is being written is looked for. */
const mostLinesAhead = 40;

/** Which line of a source an edit quotes next, by those that it has quoted. */
export class QuotedSource {
  readonly lines: readonly string[];
  /** The line behind the last quoted one. */
  next = 0;
  private readonly places = new Map<string, number[]>();

  /** @param lines without their line ends */
  constructor(lines: readonly string[]) {
    this.lines = lines;
    for (const [index, line] of lines.entries()) {
      const known = this.places.get(line);
      if (known) known.push(index);
      else this.places.set(line, [index]);
    }
  }

  /** Takes a line of the edit, which may be one of the source. */
  take(line: string): void {
    const place = this.places.get(line)?.find((index) => index >= this.next);
    if (place !== undefined) this.next = place + 1;
  }

  /** The next line that begins so, among the nearest ones. */
  nextWith(begun: string): number | undefined {
    const most = Math.min(this.lines.length, this.next + mostLinesAhead);
    for (let at = this.next; at < most; at++) if (this.lines[at]!.startsWith(begun)) return at;
    return undefined;
  }
}
