interface InstructionWord {
  readonly text: string;
  readonly isQuoted: boolean;
}

const wordForm = /`[^`\n]*`|"[^"\n]*"|'[^'\n]*'|[^\s`"']+/gu;
const nameForm = /^#?[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*$/u;

/** Words that mean a thing and are no name of one, unless they are quoted. */
const pronouns = new Set(
  "a an the this that these those it them all any every each and or to in into of with from variable function method class type interface parameter argument constant property field attribute symbol name names file files code loop selection".split(
    " ",
  ),
);

/** Reads an instruction word by word: what is quoted is one word. */
export class InstructionReader {
  private readonly words: readonly InstructionWord[];
  private at = 0;

  constructor(instruction: string) {
    this.words = instructionWords(instruction);
    this.take("please");
  }

  get isDone(): boolean {
    return this.at === this.words.length;
  }

  /** What is not read yet. */
  get rest(): string {
    return this.words
      .slice(this.at)
      .map(({ text }) => text)
      .join(" ");
  }

  /** The next word, if it is one of these; they are written in small letters. */
  take(...wanted: readonly string[]): string | undefined {
    const word = this.words[this.at];
    if (!word || word.isQuoted) return undefined;
    const text = word.text.toLowerCase();
    if (!wanted.includes(text)) return undefined;
    this.at += 1;
    return text;
  }

  /** Passes over these words, however many there are. */
  skip(...unneeded: readonly string[]): void {
    while (this.take(...unneeded) !== undefined);
  }

  /** These words, one after another; else none of them is read. */
  takePhrase(phrase: string): boolean {
    const start = this.at;
    if (phrase.split(" ").every((word) => this.take(word) !== undefined)) return true;
    this.at = start;
    return false;
  }

  /** A name, quoted or not; `get()` is `get`. */
  name(): string | undefined {
    const word = this.words[this.at];
    const text = word?.text.replace(/\(\)$/u, "");
    if (!word || text === undefined || !nameForm.test(text)) return undefined;
    if (!word.isQuoted && pronouns.has(text.toLowerCase())) return undefined;
    this.at += 1;
    return text;
  }

  /** A path: it has a dot or a slash in it. */
  path(): string | undefined {
    const { text = "" } = this.words[this.at] ?? {};
    if (!/[./]/u.test(text)) return undefined;
    this.at += 1;
    return text;
  }

  number(): number | undefined {
    const { text = "" } = this.words[this.at] ?? {};
    if (!/^\d{1,7}$/u.test(text)) return undefined;
    this.at += 1;
    return Number(text);
  }

  /** What is quoted here, or else the words up to one of these. */
  quotedOrUntil(...ends: readonly string[]): string {
    const first = this.words[this.at];
    if (first?.isQuoted) {
      this.at += 1;
      return first.text;
    }
    const start = this.at;
    while (this.at < this.words.length && !ends.includes(this.words[this.at]!.text.toLowerCase()))
      this.at += 1;
    return this.words
      .slice(start, this.at)
      .map(({ text }) => text)
      .join(" ");
  }
}

function instructionWords(instruction: string): InstructionWord[] {
  const words: InstructionWord[] = [];
  for (const [word] of instruction.matchAll(wordForm)) {
    const isQuoted = word.length > 1 && /^["'`]/u.test(word) && word.at(-1) === word[0];
    if (isQuoted) words.push({ text: word.slice(1, -1).trim(), isQuoted });
    else {
      // `3-5` and `3–5` are three words, so that lines are read alike.
      const range = /^(\d{1,7})[-–](\d{1,7})[.,;]?$/u.exec(word);
      const bare = word.replace(/[.,;!]$/u, "");
      const texts = range ? [range[1]!, "-", range[2]!] : [bare];
      for (const text of texts) if (text !== "") words.push({ text, isQuoted });
    }
  }
  return words;
}
