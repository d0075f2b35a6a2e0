import { isTellingKey, type LineComparison, lineKey } from "./guard-lines.ts";
import type { Guarded } from "./guarded.ts";

/** Lines by which one way of writing edits is known. */
interface Family {
  readonly name: string;
  readonly line: RegExp;
  /** Files whose own language has such lines. */
  readonly at?: RegExp;
}

const markup =
  /\.(?:md|mdx|markdown|rst|txt|adoc|qmd|rmd|org|textile|tex|livemd|prompt|mdc|eta|hbs|j2|jinja|tmpl)$/iu;
const markupPath =
  /\.(?:x?html?|xml|xsl|xsd|svg|vue|svelte|astro|jsx|tsx|php|md|mdx|markdown|txt|rst|hbs|ejs|erb|j2|jinja|tmpl|tpl|jsp|cshtml|razor|csproj|props|targets|xaml|axaml|plist|resx|gsp|ftl|mustache|heex|eex|leex|twig|liquid|prompt|mdc|storyboard|xib|kml|rss|wsdl|pom|ui|qrc|config|nuspec)$/iu;
const diffs = /\.(?:diff|patch|rej)$/iu;

const searchReplace: Family = {
  name: "a line of a search block",
  line: /^\s*(?:[<-]{3,}\s*(?:SEARCH|ORIGINAL|HEAD)\b.*|={5,}|>{3,}\s*(?:REPLACE|UPDATED)\b.*|[>+]{3,}\s*REPLACE\b.*|:start_line:\s*\d+)\s*$/u,
  at: markup,
};

const others: readonly Family[] = [
  {
    name: "a line of a patch",
    line: /^(?:\*\*\* (?:Begin Patch|End Patch|End of File|(?:Update|Add|Delete) File: .*|Move to: .*)|diff --git .*|@@ -\d.*|(?:---|\+\+\+) [ab]\/\S.*)\s*$/u,
    at: diffs,
  },
  { name: "a fence of a code block", line: /^\s*(?:`{3,}|~{3,})[\w+#.-]*\s*$/u, at: markup },
  {
    name: "a tag that frames the edit",
    line: /^\s*<\/?(?:[a-z]+[_-](?:text|code|string|str|content|file|edit|block|path)|(?:old|new|updated?|original|search|replace|code|file|edit|diff|changes?|content|result|output|answer)(?:\s[^<>]*)?)>\s*$/iu,
    at: markupPath,
  },
];

/**
 * A line of the result that the source has not, that is a bare line of the edit, and that frames edits: it was
 * taken for content. It is content where the source has such lines, where its language has, inside a
 * string or a comment, and where the edit says `+` or has it as a JSON string.
 */
export function writtenSyntax(guarded: Guarded, compared: LineComparison): string | undefined {
  const { edit, written, path } = guarded;
  const bare = new Set(written.split(/\r?\n/u).map((line) => line.trimEnd()));
  const isBlocks = edit.format === "search-replace";
  const families = isBlocks ? [searchReplace] : [searchReplace, ...others];
  for (const [index, line] of linesOnlyInResult(compared)) {
    if (!bare.has(line.trimEnd())) continue;
    const family = families.find((one) => one.line.test(line));
    if (!family || (family.at?.test(path) ?? false)) continue;
    if (compared.source.some((one) => family.line.test(one))) continue;
    if (isInText(guarded, compared, index)) continue;
    return (
      `line ${index + 1} of the result would be ${family.name}: ${JSON.stringify(line.trim())}. ` +
      "Send the edit without it, or in the format that it belongs to."
    );
  }
  return numberedLine(guarded, compared);
}

function* linesOnlyInResult(compared: LineComparison): Generator<[number, string]> {
  for (const [offset, key] of compared.newKeys.entries()) {
    if (key === "" || compared.oldCounts.of(key) >= compared.newCounts.of(key)) continue;
    const index = compared.newLines[offset]!;
    yield [index, compared.result[index]!];
  }
}

/** Inside a string, a comment or a document in the code: the grammar says so, or else the quotes above it. */
function isInText({ checker, text }: Guarded, { result }: LineComparison, index: number): boolean {
  const root = checker?.tree?.(text)?.rootNode;
  if (root) {
    const column = result[index]!.search(/\S/u);
    let node = root.descendantForPosition({ row: index, column });
    for (; node; node = node.parent) {
      if (node.isError) return false;
      // Of JavaScript a fence is a template that opens here: the text began above and continues below.
      if (node.startPosition.row >= index || node.endPosition.row <= index) continue;
      if (/string|comment|template|heredoc|raw_text/u.test(node.type)) return true;
    }
    return false;
  }
  const above = result.slice(0, index).join("\n");
  return [/"""/gu, /'''/gu].some((quotes) => (above.match(quotes)?.length ?? 0) % 2 === 1);
}

const numberPrefix = /^\s*\d+\s*(?:[|\u2192\t]|:\s)\s?(.*)$/u;

/** Lines that still have the number before them that a tool printed: known by one of them that is a line of the file. */
function numberedLine({ edit }: Guarded, compared: LineComparison): string | undefined {
  const isNumbered = (line: string): boolean => {
    const key = lineKey(numberPrefix.exec(line)?.[1] ?? "");
    return isTellingKey(key) && compared.inSource.of(key) > 0;
  };
  const added = [...linesOnlyInResult(compared)].filter(([, line]) => numberPrefix.test(line));
  if (added.length === 0 || compared.source.some((line) => numberPrefix.test(line)))
    return undefined;
  const shown = edit.segments.flatMap((one) => (one.kind === "lines" ? one.lines : []));
  const known =
    shown.some(({ text }) => isNumbered(text)) || added.some(([, one]) => isNumbered(one));
  if (!known) return undefined;
  const [index, line] = added[0]!;
  return (
    `line ${index + 1} of the result would have a line number in it: ${JSON.stringify(line.trim())}. ` +
    "Send the lines without their numbers."
  );
}
