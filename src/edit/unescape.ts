/** What a level of escaping turned into a backslash and a character. */
type EscapeClass = "quote" | "dollar" | "backslash" | "line" | "tab";

const classes: readonly EscapeClass[] = ["quote", "dollar", "backslash", "line", "tab"];

const escapeClassOf = (character: string): EscapeClass | undefined =>
  /["'`]/.test(character)
    ? "quote"
    : ({ $: "dollar", "\\": "backslash", n: "line", t: "tab" } as const)[character];

const plainCharacters: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/** One level of escapes of the given classes taken off; the other escapes stay. */
function withoutEscapes(text: string, taken: ReadonlySet<EscapeClass>): string {
  return text.replace(/\\([\s\S])/g, (both, character: string) => {
    const kind = escapeClassOf(character);
    return kind !== undefined && taken.has(kind) ? (plainCharacters[character] ?? character) : both;
  });
}

function classesIn(text: string): Set<EscapeClass> {
  const found = new Set<EscapeClass>();
  for (const [, character] of text.matchAll(/\\([\s\S])/g)) {
    const kind = escapeClassOf(character!);
    if (kind !== undefined) found.add(kind);
  }
  return found;
}

const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  "#39": "'",
  "#x27": "'",
  "#34": '"',
};

const namedEntity = /&(lt|gt|amp|quot|apos|#39|#x27|#34);/gi;

function withoutEntities(text: string): string {
  return text.replace(namedEntity, (_, name: string) => entities[name.toLowerCase()]!);
}

/** What both sides of a pair say with one level of escapes off. */
export interface Unescaped {
  readonly old: string;
  readonly new: string;
}

/**
 * An old text that the file contains only after one level of escapes (or entities) is removed, and the new text
 * with exactly the same level removed. Several different results: the new text leaves open which level that is.
 */
export function unescapedPairs(
  old: string,
  newText: string,
  isInSource: (old: string) => boolean,
): readonly Unescaped[] {
  const results = new Map<string, Unescaped>();
  const consider = (take: (text: string) => string): void => {
    const plain = take(old);
    if (plain === old || !isInSource(plain)) return;
    const result = { old: plain, new: take(newText) };
    results.set(JSON.stringify(result), result);
  };
  consider(withoutEntities);
  if (!old.includes("\\")) return [...results.values()];
  const present = new Set([...classesIn(old), ...classesIn(newText)]);
  const likely: Unescaped[] = [];
  for (const taken of subsets(classes.filter((one) => present.has(one)))) {
    consider((text) => withoutEscapes(text, taken));
    const all = [...results.values()];
    if (all.length > likely.length) likely.push(all.at(-1)!);
  }
  return plausible(likely);
}

/** Of several results those whose lines end outside of quotes, and nowhere else by an escape. */
function plausible(results: readonly Unescaped[]): readonly Unescaped[] {
  if (results.length < 2) return results;
  const whole = results.filter(({ new: text }) => text.split("\n").every(closesQuotes));
  const left = whole.filter(({ new: text }) => !endsLinesByEscape(text));
  return left.length > 0 ? left : results;
}

function subsets<Item>(items: readonly Item[]): Set<Item>[] {
  let all: Set<Item>[] = [new Set()];
  for (const item of items) all = [...all, ...all.map((set) => new Set([...set, item]))];
  return all.slice(1);
}

/** Whether every quote of a line of code is closed in it. */
function closesQuotes(line: string): boolean {
  return quoteAt(line, line.length) === undefined;
}

/** The quote that is open at this index of a line. */
export function quoteAt(line: string, end: number): string | undefined {
  let open: string | undefined;
  for (let index = 0; index < end; index++) {
    const character = line[index]!;
    if (character === "\\") index++;
    else if (open === undefined && /["'`]/.test(character)) open = character;
    else if (character === open) open = undefined;
  }
  return open;
}

/** Whether a line ends with an escape outside of quotes, where code has no use for it. */
export function endsLinesByEscape(text: string): boolean {
  return text.split("\n").some((line) => {
    for (const { index } of line.matchAll(/\\n/g)) {
      if (line[index - 1] !== "\\" && quoteAt(line, index) === undefined) return true;
    }
    return false;
  });
}

/** A text on one line whose lines end in `\n` as two characters, with real line ends; undefined for other texts. */
export function unescapeLineEnds(text: string): string | undefined {
  if (/[\r\n]/.test(text.trim()) || !/\\n/.test(text)) return undefined;
  // Code has such an escape in quotes only; a text that ends by one is surely escaped.
  const ends = /\\n\s*$/.test(text);
  const lines = text.split("\\n").length;
  return ends || (lines > 2 && endsLinesByEscape(text))
    ? withoutEscapes(text, new Set(classes))
    : undefined;
}
