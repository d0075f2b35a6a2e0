/**
 * Why an edit may mean another text than the best one. The name is stable and is reported as `details.reading`; the reason
 * follows a colon in the message: "the block has 2 possible results: ...".
 */
export interface Meaning {
  readonly name: string;
  readonly why: string;
}

/** The meaning of another placement that costs about as much. */
export const anotherPlace: Meaning = {
  name: "another-place",
  why: "its quoted lines match there about as well",
};

/** The meaning of another placement that begins or ends elsewhere. */
export const anotherExtent: Meaning = {
  name: "another-extent",
  why: "its first or last quoted line matches again further out",
};
