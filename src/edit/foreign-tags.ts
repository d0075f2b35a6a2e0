import { spend } from "../text/budget.ts";
import type { EditInput } from "./format.ts";
import { sideNamed, wordsOfName } from "./side-names.ts";

/** Languages without tags: a line that is a tag can be no line of theirs. */
const withoutTags =
  /(?:\.(?:pyi?|rb|go|rs|java|kts?|scala|[ch]|cc|cpp|cxx|hh|hpp|cs|swift|m|mm|[mc]?ts|s?css|less|json[c5]?|ya?ml|toml|ini|cfg|conf|env|properties|sh|bash|zsh|fish|ps1|sql|lua|p[lm]|r|jl|exs?|erl|hs|mli?|clj[cs]?|dart|zig|nim|tf|hcl|proto|graphql|gradle|groovy|mk|sol|vim|el|v|sv|vhdl?)|(?:^|[\\/])(?:Makefile|Dockerfile|Jenkinsfile|Gemfile|Rakefile)[^\\/]*)$/i;

/** What a wrapping tag's name speaks of: files, code, edits and calls, not what a page is made of. */
const wrappingWords = new Set(
  (
    "file files filepath path code content contents source document artifact action answer response result output " +
    "edit edits change changes write create patch diff tool call calls function invoke parameter parameters args " +
    "arguments sketch snippet old new search replace replacement find before after original updated update modified " +
    "think thinking reasoning thought explanation description instruction instructions summary"
  ).split(" "),
);

/** Names that wrapping and HTML share. */
const htmlNames = new Set(["code", "source", "output", "summary", "content", "search", "data"]);

/** Languages in which any name may be an element. */
const ofData =
  /\.(?:xml|xsd|xslt?|svg|plist|resx|[a-z]*proj|props|targets|nuspec|xaml|storyboard|xib|rss|atom|kml|gpx|wsdl|ui|qrc)$/i;
const callWords = new Set(["tool", "call", "calls", "invoke", "parameter", "function"]);

/**
 * Whether a tag is none of the file's: the file has no such line, and its language no use for it. In a language with
 * tags the name has to speak of files and edits, and to be no element's; or the tag names the file, or what it wraps
 * begins as the file does.
 */
export function isForeignTag(whole: string, name: string, input: EditInput): boolean {
  if (input.inSource(whole)) return false;
  if (withoutTags.test(input.path)) return true;
  spend(input.source.length / 100);
  const plain = name.replace(/[.]/g, "\\.");
  if (/^[A-Z]/.test(name) || new RegExp(`<${plain}[\\s>]`).test(input.source)) return false;
  const words = wordsOfName(name);
  if (!words.some((word) => wrappingWords.has(word))) return false;
  if (whole.includes(`${input.path.split(/[\\/]/).at(-1)}"`) || bringsFirstLine(input)) return true;
  if (ofData.test(input.path))
    return words.some((word) => callWords.has(word)) || (words.length > 1 && !!sideNamed(words));
  if (name === "search") return input.text.includes("<replace");
  return !htmlNames.has(name);
}

function bringsFirstLine(input: EditInput): boolean {
  let brings = firstLines.get(input);
  if (brings === undefined) {
    brings = findsFirstLine(input);
    firstLines.set(input, brings);
  }
  return brings;
}

/** Every tag of an edit asks. */
const firstLines = new WeakMap<EditInput, boolean>();

function findsFirstLine(input: EditInput): boolean {
  const first = input.sourceLines.find((line) => line.trim() !== "")?.trim();
  return first !== undefined && input.lines.some((line) => line.trim() === first);
}
