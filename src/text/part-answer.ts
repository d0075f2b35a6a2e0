import type { PartLines } from "./file-part.ts";

/** A declaration that a model was asked to write anew, in its file. */
export interface AskedPart extends PartLines {
  readonly name: string;
  readonly file: { readonly path: string; readonly text: string };
}

type FindNames = (text: string) => readonly (PartLines & { readonly name: string })[];

/** What an instruction says where the name of a part may disappear. */
const mayGo = /\b(?:remov|delet|renam|replac|drop|inline|turn|convert)/i;

/**
 * Why an answer is another part of the file than the one that was asked for: it is without its name, or has declarations that the rest of the
 * file has already. Undefined where it may be the part.
 *
 * @param code the part as it was shown
 */
export function problemWithPart(
  { name, file, start, end }: AskedPart,
  written: string,
  code: string,
  instruction: string,
  namedPartsOf: FindNames = () => [],
): string | undefined {
  const declared = (text: string): Set<string> =>
    new Set(namedPartsOf(text).map((one) => one.name));
  const answer = declared(written);
  if (!answer.has(name) && !mayGo.test(instruction)) {
    return `the answer does not contain ${name}, the part of ${file.path} that was to be rewritten.`;
  }
  const own = declared(code);
  const outside = namedPartsOf(file.text).filter((one) => one.end <= start || one.start >= end);
  const twice = outside.find((one) => answer.has(one.name) && !own.has(one.name));
  return (
    twice &&
    `the answer contains ${twice.name} too, which ${file.path} has outside of ${name} already.`
  );
}
