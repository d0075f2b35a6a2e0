import { declares } from "./declares.ts";
import type { PartLines } from "./file-part.ts";

/** A declaration that a model was asked to write anew, in its file. */
export interface AskedPart extends PartLines {
  readonly name: string;
  readonly file: { readonly path: string; readonly text: string };
}

type FindNames = (text: string) => readonly (PartLines & { readonly name: string })[];

/** What an instruction says where the name of a part may disappear. */
const mayGo = /\b(?:remov|delet|renam|replac|drop|inline|turn|convert)/i;
/** What it says where several declarations become one, or find another place. */
const mayMove = /\b(?:merg|combin|mov|split)/i;
/** A declaration whose members are used from outside; what a function declares inside is its own. */
const hasMembers =
  /\b(?:class|struct|interface|trait|impl|enum|module|namespace|object|extension|protocol|record|mixin|describe)\b/;

/**
 * The first declaration that a part had and its answer has no more, though others may use it: one that no function holds, unless the
 * instruction asks for such a thing and names it, or names no declaration of the part at all.
 *
 * @param code the part as it was shown
 * @param asked the name of the part itself, which is judged apart
 */
export function leftOutDeclaration(
  code: string,
  written: string,
  instruction: string,
  namedPartsOf: FindNames,
  asked = "",
): string | undefined {
  const lines = code.split("\n");
  const parts = namedPartsOf(code);
  const isVisible = (one: PartLines): boolean =>
    parts.every(
      (outer) =>
        outer === one ||
        outer.start > one.start ||
        outer.end < one.end ||
        hasMembers.test(headWords(outer, lines)),
    );
  const answer = new Set(namedPartsOf(written).map(({ name }) => name));
  const words = new Set(instruction.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
  const isSaid = ({ name }: { readonly name: string }): boolean => words.has(lastName(name));
  const mayLose = mayGo.test(instruction) || mayMove.test(instruction);
  const namesNone = !parts.some(isSaid);
  return parts.find(
    (one) =>
      one.name !== asked &&
      !answer.has(one.name) &&
      isVisible(one) &&
      !(mayLose && (namesNone || isSaid(one))),
  )?.name;
}

/** Where the head of a declaration is more than what it declares: parameters, body, a comment. */
const endOfKind = /[({]|=>|\/[/*]|\s#/u;

/** The words that say what a declaration is, from the line that declares it: not those of its comment, its parameters and its body. */
function headWords(
  { name, start, end }: PartLines & { readonly name: string },
  lines: readonly string[],
): string {
  const head = lines.slice(start, end).find((line) => declares(line) === name) ?? "";
  const [kind = ""] = head.split(endOfKind, 1);
  // A function may be called `record`.
  return kind.replace(lastName(name), "");
}

const lastName = (name: string): string => name.split(/\.|::/).at(-1)!;

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
  if (twice) {
    return `the answer contains ${twice.name} too, which ${file.path} has outside of ${name} already.`;
  }
  const lost = leftOutDeclaration(code, written, instruction, namedPartsOf, name);
  return lost === undefined ? undefined : leavesOut(lost);
}

/** What is said about an answer without a declaration that it had to keep. */
export const leavesOut = (name: string): string =>
  `the answer leaves out ${name}, which nothing asks for.`;
