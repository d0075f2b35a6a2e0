import type { FormatName } from "../../core/edit.ts";
import { completed, type LikelyEnds, likelyEnds } from "./likely-ends.ts";
import { QuotedSource } from "./quoted-source.ts";

/** Guesses where an edit of a format ends. @param lines of the source, without line ends */
export function endsOfFormat(format: FormatName | "auto", lines: readonly string[]): LikelyEnds {
  switch (format) {
    case "lazy":
      return likelyEnds(lines);
    case "unified-diff":
      return likelyDiffEnds(lines);
    case "search-replace":
      return likelyBlockEnds;
    case "whole":
      return likelyFileEnds(lines);
    default:
      return ownLineEnds;
  }
}

/** Where the last line may decide the format, or a patch has its own last line: the edit as it is, at a line end. */
const ownLineEnds: LikelyEnds = {
  take: () => {},
  ends: (text, open) => (open === text.length ? [text] : []),
};

/** A diff ends with a line of the file, or with a new one. */
function likelyDiffEnds(lines: readonly string[]): LikelyEnds {
  const source = new QuotedSource(lines);
  return {
    take(line) {
      if (/^(?: |-(?!--))/.test(line)) source.take(line.slice(1));
    },
    ends(text, open) {
      const [head, begun] = [text.slice(0, open), text.slice(open)];
      if (begun === "") return [text];
      if (begun.startsWith("+")) return completed(begun).map((line) => head + line);
      const at = source.nextWith(begun.slice(1));
      return at === undefined ? [] : [head + begun[0] + lines[at]];
    },
  };
}

const replaceMarker = ">>>>>>> REPLACE";

/** Search/replace blocks end with a marker. */
const likelyBlockEnds: LikelyEnds = {
  take: () => {},
  ends(text, open) {
    const begun = text.slice(open);
    if (begun === "") return [text, text + replaceMarker];
    return replaceMarker.startsWith(begun) ? [text.slice(0, open) + replaceMarker] : [];
  },
};

/** A whole file ends as the file does. */
function likelyFileEnds(lines: readonly string[]): LikelyEnds {
  const source = new QuotedSource(lines);
  return {
    take: (line) => source.take(line),
    ends(text, open) {
      const begun = text.slice(open);
      const at = begun === "" ? source.next : source.nextWith(begun);
      if (at === undefined) return [];
      return [`${text.slice(0, open)}${lines.slice(at).join("\n")}\n`];
    },
  };
}
