import { lineAt } from "../text/lines.ts";

/** Returns the 0-based line where a text stops being JSON, or undefined if it is JSON. */
export function jsonError(text: string): number | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return lineAt(text, new Reader(text, false).firstError() ?? text.length);
  }
}

/** The same with comments and trailing commas allowed, as configuration files are read; an empty text is sound. */
export function looseJsonError(text: string): number | undefined {
  const at = new Reader(text, true).firstError();
  return at === undefined ? undefined : lineAt(text, at);
}

const layout = /\s*/uy;
const spaceOrComment = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/uy;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings hold none.
const string = /(?<!\\)"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

/** Reads JSON with comments and trailing commas, one value on a stack rather than in a call: depth costs nothing. */
class Reader {
  private at = 0;
  private readonly text: string;
  private readonly loose: boolean;
  private readonly blank: RegExp;

  constructor(text: string, loose: boolean) {
    this.text = text.charCodeAt(0) === 0xfeff ? ` ${text.slice(1)}` : text;
    this.loose = loose;
    this.blank = loose ? spaceOrComment : layout;
  }

  firstError(): number | undefined {
    const open: string[] = [];
    this.take(this.blank);
    if (this.at === this.text.length) return this.loose ? undefined : this.at;
    for (;;) {
      this.take(this.blank);
      const one = this.text[this.at];
      if (one === "{" || one === "[") {
        open.push(one);
        this.at += 1;
        if (this.closes(open)) {
          if (!this.after(open)) return this.at;
        } else if (one === "{" && !this.key()) return this.at;
      } else if (this.take(string) || this.take(word)) {
        if (!this.after(open)) return this.at;
      } else return this.at;
      if (open.length === 0) return this.at === this.text.length ? undefined : this.at;
    }
  }

  /** What may follow a value: closing brackets, then a comma and the next value's place. */
  private after(open: string[]): boolean {
    while (open.length > 0) {
      if (this.closes(open)) continue;
      if (this.text[this.at] !== ",") return false;
      this.at += 1;
      if (this.loose && this.closes(open)) continue;
      return open.at(-1) === "[" || this.key();
    }
    this.take(this.blank);
    return true;
  }

  private closes(open: string[]): boolean {
    this.take(this.blank);
    if (this.text[this.at] !== (open.at(-1) === "{" ? "}" : "]")) return false;
    open.pop();
    this.at += 1;
    this.take(this.blank);
    return true;
  }

  private key(): boolean {
    this.take(this.blank);
    if (!this.take(string)) return false;
    this.take(this.blank);
    if (this.text[this.at] !== ":") return false;
    this.at += 1;
    return true;
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found || (found[0].length === 0 && pattern !== this.blank)) return false;
    this.at += found[0].length;
    return true;
  }
}
