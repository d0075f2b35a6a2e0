/**
 * Why an edit may mean another text than the best one. The name is stable and is reported as `details.reading`;
 * the sentence completes "the block may be meant in several ways: ..." in the message.
 */
export const readingReasons = {
  "another-place": "its quoted lines match there about as well",
  "another-extent": "its first or last quoted line matches again further out",
  "far-side": "its new lines may go before or after the lines that the edit leaves out",
  "file-edge": "its new lines may belong at the start or end of the file",
  "insertion-point": "its quoted lines allow several positions for the new lines",
  "in-place": "its new lines may replace the lines next to them or be added beside them",
  "shown-removal":
    "it changes nothing where it matches, so it may say that the lines between are removed",
  "repeated-lines": "the lines that it may also replace are repeated elsewhere in the file",
  "blank-edge": "the blank line at its edge also matches further out",
  copy: "its lines repeat lines nearby, which it may replace or copy",
  "removal-comment": "a comment among its new lines may be text, or say that lines are removed",
} as const;

export type ReadingName = keyof typeof readingReasons;
