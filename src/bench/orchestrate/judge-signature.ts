import { type NameLanguage, nameLanguageOf } from "../../orchestrate/index/languages.ts";
import { LineDiff } from "../../text/line-diff.ts";
import type { CommitFile } from "./history.ts";
import { pairByLines } from "./paired-lines.ts";
import { boundTo, type SignatureOfCommit } from "./signature-commits.ts";
import {
  bareCode,
  readTree,
  type TextSpan,
  type WrittenCall,
  type WrittenFunction,
  writtenCalls,
  writtenFunctions,
} from "./written-functions.ts";

/** A file before, as the answer makes it, and as the commit has it; the old text where one of them does not touch it. */
export interface AnsweredFile extends CommitFile {
  readonly made: string;
}

interface ReadFile {
  readonly functions: readonly WrittenFunction[];
  readonly calls: readonly WrittenCall[];
}

type JudgedSignature = Pick<SignatureOfCommit, "name" | "calledAs" | "before" | "after" | "values">;

/**
 * How an answer differs from the change of parameters that a commit made among other changes; undefined where it does not. Declarations
 * have the list of the commit. A call passes for every parameter what it passes in the commit; arguments that the commit gave another
 * value, and those that it passes for new parameters that may be left out, say nothing. Nothing else is changed.
 */
export async function wrongSignature(
  { path, before, made, after }: AnsweredFile,
  asked: JudgedSignature,
): Promise<string | undefined> {
  const language = nameLanguageOf(path)!;
  const read = (text: string): Promise<ReadFile | undefined> =>
    readTree(path, text, (root) => ({
      functions: writtenFunctions(root, language).filter(({ name }) => name === asked.name),
      calls: writtenCalls(root, asked.calledAs),
    }));
  const [old, mine, now] = [await read(before), await read(made), await read(after)];
  if (!mine) return `${path} does not parse`;
  if (!old || !now) return before === made ? undefined : `${path} cannot be compared`;
  const listsOf = ({ functions, calls }: ReadFile): TextSpan[] =>
    [...functions, ...calls].map(({ listAt }) => listAt);
  const isElsewhere =
    !hasLinesOf(before, made, after) &&
    (old.calls.length !== mine.calls.length ||
      old.functions.length !== mine.functions.length ||
      maskedText(before, listsOf(old)) !== maskedText(made, listsOf(mine)));
  if (isElsewhere) return `${path}: something else than lists of \`${asked.name}\` is changed`;
  const wrong = wrongDeclaration(old, mine, now);
  if (wrong !== undefined) return `${path}:${wrong.line} is declared in another way`;
  const paired = pairByLines(before, after, old.calls, now.calls);
  for (const [at, call] of old.calls.entries()) {
    const other = mine.calls.length === old.calls.length ? paired.get(call) : undefined;
    const why = other && wrongCall(call, mine.calls[at]!, other, asked, language);
    if (why !== undefined) return `${path}:${call.row + 1} ${why}`;
  }
  return undefined;
}

/** Whether every line that the answer writes is one of the commit: so it is where a call has another name. */
function hasLinesOf(before: string, made: string, after: string): boolean {
  const now = new Set(after.split("\n").map(bareCode));
  const lines = made.split("\n");
  return new LineDiff(before.split("\n"), lines)
    .compare()
    .every(({ newStart, newEnd }) =>
      lines.slice(newStart, newEnd).every((line) => now.has(bareCode(line))),
    );
}

function wrongDeclaration(
  old: ReadFile,
  mine: ReadFile,
  now: ReadFile,
): WrittenFunction | undefined {
  return mine.functions.find((one, at) => {
    const was = old.functions[at]!;
    const same = (all: readonly WrittenFunction[]): WrittenFunction[] =>
      all.filter(({ scope }) => scope === was.scope);
    const [before, after] = [same(old.functions), same(now.functions)];
    if (before.length !== after.length) return false;
    const wanted = after[before.indexOf(was)]!;
    // Overloads that the commit forgot.
    if (before.length > 1 && bareCode(was.list) === bareCode(wanted.list)) return false;
    return bareCode(one.list) !== bareCode(wanted.list);
  });
}

function wrongCall(
  old: WrittenCall,
  mine: WrittenCall,
  now: WrittenCall,
  { before, after, values }: JudgedSignature,
  language: NameLanguage,
): string | undefined {
  const same = (one: WrittenCall, other: WrittenCall): boolean =>
    bareCode(one.items.join()) === bareCode(other.items.join());
  if (same(mine, now) || old.callee !== now.callee) return undefined;
  if (same(old, now)) return "passes something else, and the commit keeps it";
  const was = boundTo(old.items, before, language);
  const [made, wanted] = [mine, now].map(({ items }) => boundTo(items, after, language));
  for (const { name, fallback } of [{ name: "", fallback: undefined }, ...after]) {
    const [one, other] = [made, wanted].map((bound) => bareCode(bound!.get(name) ?? ""));
    if (one === other) continue;
    const isOld = before.some((two) => two.name === name);
    const isOther = isOld || name === "";
    if (isOther && other !== bareCode(was.get(name) ?? "")) continue;
    const mayLack =
      values[name] === "undefined" || (fallback !== undefined && values[name] === undefined);
    if (!isOther && mayLack && one === "") continue;
    return `passes \`${one}\` for ${name || "nothing"}, and the commit \`${other}\``;
  }
  return undefined;
}

/** A text maskedText some stretches, which may contain each other. */
function maskedText(text: string, all: readonly TextSpan[]): string {
  let result = "";
  let from = 0;
  for (const { start, end } of all.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (start < from) continue;
    result += `${text.slice(from, start)}()`;
    from = end;
  }
  return result + text.slice(from);
}
