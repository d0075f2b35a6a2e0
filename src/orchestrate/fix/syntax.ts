import type { TreeParser } from "../../core/repository.ts";
import { firstBrokenLine } from "../names/nodes.ts";
import type { Replacement } from "../rename/rewrite.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";
import { isSyntaxMessage } from "./said.ts";

type SyntaxKind =
  /** A sign is missing before the place. */
  | { readonly is: "expected"; readonly sign: string }
  /** A bracket is open. */
  | { readonly is: "open"; readonly bracket: string }
  /** A comma is missing somewhere on the line. */
  | { readonly is: "comma" }
  /** A bracket of another kind closes. */
  | { readonly is: "mismatch"; readonly written: string; readonly wanted: string }
  /** A misspelt keyword. */
  | { readonly is: "keyword"; readonly keyword: string }
  /** The parser says where it stops, and not what is missing. */
  | { readonly is: "any" };

const closingBracket: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Writes the sign that the parser names. Every candidate is parsed: only what takes the error away is proposed. */
export const syntaxSign: FixRule<SyntaxKind> = {
  name: "syntax",
  recognise(said, code) {
    const open = /^'(?<bracket>[([{])' was never closed/u.exec(said)?.groups;
    if (open) return { is: "open", bracket: open.bracket! };
    if (/Perhaps you forgot a comma\?/u.test(said)) return { is: "comma" };
    const mismatch =
      /^closing parenthesis '(?<written>[)\]}])' does not match opening parenthesis '(?<bracket>[([{])'/u.exec(
        said,
      )?.groups;
    if (mismatch) {
      const wanted = closingBracket[mismatch.bracket!]!;
      return { is: "mismatch", written: mismatch.written!, wanted };
    }
    const keyword = /^Unknown keyword or identifier\. Did you mean '(?<keyword>\w+)'\?/u.exec(
      said,
    )?.groups;
    if (keyword) return { is: "keyword", keyword: keyword.keyword! };
    const sign =
      /^['`"](?<sign>[,:;()[\]{}]|=>)['`"] expected/u.exec(said)?.groups?.sign ??
      /^(?:SyntaxError: )?[Ee]xpected ['`](?<sign>[,:;()[\]{}])['`]/u.exec(said)?.groups?.sign ??
      /^syntax error: [^\n]*?(?:missing|expected|expecting) (?<sign>[,:;()[\]{}])/u.exec(said)
        ?.groups?.sign;
    if (sign !== undefined) return { is: "expected", sign };
    return code === "syntax" || isSyntaxMessage(code === undefined ? said : `${code}: ${said}`)
      ? { is: "any" }
      : undefined;
  },
  async propose(kind, problem, { parserFor }) {
    const parser = await parserFor(problem.path);
    if (!parser) return [];
    const tryAll = (list: readonly SignCandidate[]) =>
      list.map((one) => ({ ...one, brokenAt: brokenLine(problem.text, one.change, parser) }));
    const named = tryAll(candidatesFor(kind, problem));
    const isNamed = named.some(({ brokenAt }) => brokenAt === undefined);
    const tried = isNamed ? named : [...named, ...tryAll(anySign(problem))];
    const clean = tried.filter(({ brokenAt }) => brokenAt === undefined);
    // A file may have more errors behind this one.
    const line = problem.diagnostic.line + 1;
    const better = named.filter(({ brokenAt }) => brokenAt !== undefined && brokenAt > line);
    const found = clean.length > 0 ? clean : better;
    return found.slice(0, 4).map(
      ({ change, shown }, at): Fix => ({
        title: shown,
        why:
          clean.length > 0
            ? "the file has no syntax error then"
            : "the parser asks for it, and this line has no syntax error then",
        confidence: signConfidence(found.length, at, isNamed, clean.length > 0),
        changes: [change],
      }),
    );
  },
};

/** Where the message names no sign, and several are possible, the tool would confirm any of them. */
function signConfidence(count: number, at: number, isNamed: boolean, isClean: boolean): number {
  const doubt = isClean ? 0 : 0.1;
  if (count === 1) return 0.95 - doubt;
  if (isNamed || !isClean) return (at === 0 ? 0.8 : 0.5) - doubt;
  return at === 0 ? 0.25 : 0.2;
}

interface SignCandidate {
  readonly change: Replacement;
  readonly shown: string;
}

function candidatesFor(kind: SyntaxKind, problem: FixProblem): SignCandidate[] {
  if (kind.is === "expected") {
    const byIndent = unclosedBlock(problem.text).filter(
      ({ change }) => change.text.trim() === kind.sign,
    );
    return [...byIndent, ...expected(kind.sign, problem)];
  }
  if (kind.is === "open") return closed(closingBracket[kind.bracket]!, problem);
  if (kind.is === "comma") return commas(problem);
  if (kind.is === "mismatch") return mismatched(kind, problem);
  if (kind.is === "any") return [];
  const word = /^[\p{L}\p{N}_$]+/u.exec(problem.text.slice(problem.start))?.[0];
  if (word === undefined) return [];
  const change = { start: problem.start, end: problem.start + word.length, text: kind.keyword };
  return [{ change, shown: `\`${word}\` -> \`${kind.keyword}\`` }];
}

const inserted = (at: number, sign: string, text: string): SignCandidate => {
  const line = text.slice(0, at).split("\n").length;
  return {
    change: { start: at, end: at, text: sign },
    shown: `insert \`${sign.trim()}\` in line ${line}`,
  };
};

/** Behind the last token before the place; without a column, at the end of the line. */
function expected(
  sign: string,
  { text, start, lineStart, lineEnd, diagnostic }: FixProblem,
): SignCandidate[] {
  const endOf = (offset: number): number => {
    let at = offset;
    while (at > 0 && /\s/u.test(text[at - 1]!)) at -= 1;
    return at;
  };
  const written = (at: number): string =>
    sign === "," && /\S/u.test(text[at] ?? "") ? ", " : sign;
  const places =
    diagnostic.column === undefined
      ? []
      : [endOf(start), start, closeBefore(text, lineStart, start)];
  const code = codeEnd(text, lineStart, lineEnd);
  const all = new Set([...places, code].filter((at) => at >= 0));
  return [...all].map((at) => inserted(at, written(at), text));
}

/** Before the `;`, `{` or `:` that ends the line before a place: where a bracket that was not closed may end. */
function closeBefore(text: string, from: number, to: number): number {
  const found = /[;{:]\s*$/u.exec(text.slice(from, to).slice(-200));
  if (!found) return -1;
  let at = to - found[0].length;
  while (at > from && /\s/u.test(text[at - 1]!)) at -= 1;
  return at;
}

/** The end of the code of a line, without a comment of Python. */
function codeEnd(text: string, from: number, to: number): number {
  const line = text.slice(from, to);
  const comment = /\s#[^'"#\n]*$/u.exec(line);
  return from + (comment ? line.slice(0, comment.index) : line).trimEnd().length;
}

/** Longer texts are not parsed again and again. */
const longestSearched = 200_000;

/** A sign that is missing near the place: before it, or at the end of its line or of one before; and a brace on a line of its own. */
function anySign({ text, start, lineStart, language }: FixProblem): SignCandidate[] {
  if (text.length > longestSearched) return [];
  let before = start;
  while (before > 0 && /\s/u.test(text[before - 1]!)) before -= 1;
  const places = new Set([before, start]);
  let from = lineStart;
  const found: SignCandidate[] = language === "python" ? [] : unclosedBlock(text);
  for (let count = 0; count < 8; count++) {
    const next = text.indexOf("\n", from);
    const code = codeEnd(text, from, next < 0 ? text.length : next);
    if (text.slice(from, code).trim() !== "") {
      places.add(code);
      // Before the signs that end the line.
      for (let at = code; at > from && /[;{:,)\]}]/u.test(text[at - 1]!); at--) places.add(at - 1);
    }
    if (from === 0) break;
    from = text.lastIndexOf("\n", from - 2) + 1;
  }
  if (language === "script") found.push(...returnedObjects(text, lineStart));
  const signs = language === "python" ? [")", "]", ":", ",", "}"] : [")", "]", ",", "}"];
  for (const sign of signs) for (const at of places) found.push(inserted(at, sign, text));
  return found;
}

/** An object on its own that is read as a block: its `return` is missing. */
function returnedObjects(text: string, lineStart: number): SignCandidate[] {
  let from = lineStart;
  for (let count = 0; count < 8 && from > 0; count++) {
    from = text.lastIndexOf("\n", from - 2) + 1;
    const brace = /^[ \t]*(?=\{)/u.exec(text.slice(from, from + 200));
    if (brace) return [inserted(from + brace[0].length, "return ", text)];
  }
  return [];
}

/** Where the indentation says that a block ends without its bracket: before the first line that is not indented more than its head. */
function unclosedBlock(text: string): SignCandidate[] {
  const open: { readonly indent: string; readonly closer: string }[] = [];
  let from = 0;
  /** The end of the last line that is not blank. */
  let end = 0;
  while (from < text.length) {
    const next = text.indexOf("\n", from);
    const stop = next < 0 ? text.length : next;
    const line = text.slice(from, stop).trimEnd();
    const body = line.trimStart();
    const indent = line.slice(0, line.length - body.length);
    from = stop + 1;
    if (body === "" || /^(?:\/\/|\/?\*)/u.test(body)) continue;
    const top = open.at(-1);
    if (/^[)\]}]/u.test(body)) open.pop();
    else if (top && indent.length <= top.indent.length) {
      return [inserted(end, `\n${top.indent}${top.closer}`, text)];
    }
    const closer = closingBracket[body.at(-1)!];
    if (closer !== undefined) open.push({ indent, closer });
    end = from - 1 - (text[stop - 1] === "\r" ? 1 : 0);
  }
  return [];
}

/** Lines in which a bracket may be closed. */
const mostLinesToClose = 40;

function closed(bracket: string, { text, lineStart }: FixProblem): SignCandidate[] {
  const found: SignCandidate[] = [];
  let from = lineStart;
  for (let count = 0; count < mostLinesToClose && from < text.length; count++) {
    const next = text.indexOf("\n", from);
    const end = next < 0 ? text.length : next;
    const code = codeEnd(text, from, end);
    const line = text.slice(from, code);
    if (/[:,]$/u.test(line)) found.push(inserted(code - 1, bracket, text));
    for (const place of line.matchAll(/(?<=[\w)\]}'"])(?=[)\]}]+[:,]?$)/gu)) {
      found.push(inserted(from + place.index, bracket, text));
    }
    if (line.trim() !== "") found.push(inserted(code, bracket, text));
    from = end + 1;
  }
  return found;
}

function commas({ text, lineStart, lineEnd }: FixProblem): SignCandidate[] {
  const line = text.slice(lineStart, lineEnd);
  const found: SignCandidate[] = [];
  for (const gap of line.matchAll(/(?<=[\w)\]}'"])[ \t]+(?=[\w([{'"])/gu)) {
    found.push(inserted(lineStart + gap.index, ",", text));
  }
  const end = codeEnd(text, lineStart, lineEnd);
  found.push(inserted(end, ",", text));
  return found;
}

function mismatched(
  { written, wanted }: { readonly written: string; readonly wanted: string },
  { text, lineStart, lineEnd }: FixProblem,
): SignCandidate[] {
  const found: SignCandidate[] = [];
  for (let at = lineStart; at < lineEnd; at++) {
    if (text[at] !== written) continue;
    found.push({
      change: { start: at, end: at + 1, text: wanted },
      shown: `\`${written}\` -> \`${wanted}\``,
    });
    found.push(inserted(at, wanted, text));
  }
  return found;
}

/** The 1-based line of the first error that is left. */
function brokenLine(
  text: string,
  { start, end, text: written }: Replacement,
  parser: TreeParser,
): number | undefined {
  const tree = parser.parse(text.slice(0, start) + written + text.slice(end));
  if (!tree) return 0;
  try {
    return firstBrokenLine(tree.rootNode);
  } finally {
    tree.delete();
  }
}
