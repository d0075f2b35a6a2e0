import type { Check } from "../core/request.ts";
import { quotedLine } from "../text/quote.ts";
import { type Declaration, declaredBy, mayDeclare } from "./declaration-patterns.ts";
import { declarationsOf } from "./declarations.ts";
import { Accounts, type DeclaredSpan, type Restated, wordOf } from "./guard-accounts.ts";
import { type Counts, isTellingKey, LineComparison, lineKey } from "./guard-lines.ts";
import { placeProblem } from "./guard-places.ts";
import { countedLines, isExplicit } from "./guard-stretches.ts";
import { writtenSyntax } from "./guard-syntax-lines.ts";
import type { Guarded } from "./guarded.ts";
import { notRestated } from "./restated-lines.ts";

/**
 * Looks at an answer once more, whoever made it, by rules that need no placement: what the edit does not
 * speak of is still there, where it was, once; and no line that only frames the edit came in. Shares no
 * code with the merge, so that a mistake there is not repeated here.
 */
export function guard(guarded: Guarded): Check[] {
  if (guarded.text === guarded.source) return [];
  const compared = new LineComparison(guarded.source, guarded.text);
  const named: DeclaredSpan[] = [];
  return [
    checkNamed("no line of the edit's own syntax", writtenSyntax(guarded, compared)),
    checkNamed("no declaration lost", lostDeclaration(guarded, compared, named)),
    checkNamed("nothing lost unnamed", lostLine(guarded, compared, named)),
    checkNamed("nothing doubled", doubledLine(guarded, compared)),
    checkNamed("every change in its place", placeProblem(guarded.edit, compared)),
  ];
}

const checkNamed = (name: string, message: string | undefined): Check =>
  message === undefined ? { name, ok: true } : { name, ok: false, message };

/** `named` is given the declarations that go because the edit says so. */
function lostDeclaration(
  guarded: Guarded,
  compared: LineComparison,
  named: DeclaredSpan[],
): string | undefined {
  const { edit, isWhole, instruction } = guarded;
  if (isWhole || compared.oldKeys.length === 0) return undefined;
  const missing = compared.lost();
  const isDeclared = (line: string): boolean =>
    mayDeclare(line) || declaredBy(line, guarded.path) !== undefined;
  if (!missing.some(({ line }) => isDeclared(compared.source[line]!))) return undefined;
  const dropped = isExplicit(edit) ? countedLines(edit, true) : undefined;
  const suspects = notRestated(missing, compared)
    .map(({ line }) => line)
    .filter((line) => {
      const text = compared.source[line]!;
      // A removed line of a diff or a block names what it declares.
      return isDeclared(text) && !dropped?.take(lineKey(text));
    });
  if (suspects.length === 0) return undefined;
  const { lost, restated } = lostAmong(suspects, guarded, compared);
  if (lost.length === 0) return undefined;
  const accounts = new Accounts(edit, compared, isWhole, 2);
  const spans = lost.map(({ line, end }): DeclaredSpan => {
    return { line, end: staysInside(line, end, compared) ? line : end };
  });
  const lostNumbers = new Set<number>();
  for (const { line, end } of spans) for (let at = line; at <= end; at++) lostNumbers.add(at);
  for (const [index, one] of lost.entries()) {
    if (named.some(({ line, end }) => line < one.line && one.end <= end)) continue;
    if (
      accounts.removesByName(one) ||
      (instruction !== undefined && wordOf(one.name).test(instruction)) ||
      accounts.quotesAround(one.line, {
        lost: lostNumbers,
        restated,
        isHead: one.end > spans[index]!.end,
      })
    ) {
      named.push(withItsComment(spans[index]!, compared.source));
      continue;
    }
    if (accounts.renames(one)) continue;
    const { line, end } = spans[index]!;
    const place = end > line ? `lines ${line + 1}-${end + 1}` : `line ${line + 1}`;
    return (
      `\`${one.name}\` (${place}) would be lost, and the edit does not mention it. ` +
      "Quote the lines right above and below it, or say in a comment that it is removed."
    );
  }
  return undefined;
}

/** A declaration with the comment and the attributes right above it, which are part of it. */
function withItsComment({ line, end }: DeclaredSpan, source: readonly string[]): DeclaredSpan {
  let first = line;
  while (first > 0 && /^\s*(?:\/\/|\/?\*|#|--|@|\[|<!--)/u.test(source[first - 1]!)) first -= 1;
  return { line: first, end };
}

/** Declarations of these source lines that the result has no longer. */
function lostAmong(
  lines: readonly number[],
  guarded: Guarded,
  compared: LineComparison,
): { readonly lost: readonly Declaration[]; readonly restated: Restated } {
  const { source, text, path, checker } = guarded;
  const before = declarationsOf(source, compared.source, path, checker);
  const found = lines.flatMap((line) => before.on(line));
  if (found.length === 0) return { lost: [], restated: () => undefined };
  const after = declarationsOf(text, compared.result, path, checker);
  const known = new Map<
    string,
    { oldOnes: readonly Declaration[]; newOnes: readonly Declaration[] }
  >();
  const lost = found.filter((one) => {
    if (!known.has(one.name))
      known.set(one.name, { oldOnes: before.named(one.name), newOnes: after.named(one.name) });
    const { oldOnes, newOnes } = known.get(one.name)!;
    const inScope = (all: readonly Declaration[]): number =>
      all.filter(({ scope }) => scope === one.scope).length;
    if (inScope(newOnes) >= inScope(oldOnes)) return false;
    if (newOnes.length < oldOnes.length) return true;
    // As many of the name, in other scopes: moved with its lines, or replaced by another one.
    return !staysInside(one.line, one.end, compared) && one.end > one.line;
  });
  const restated: Restated = (line) => {
    const [there] = before.on(line).flatMap(({ name }) => after.named(name));
    return there && lineKey(compared.result[there.line]!);
  };
  return { lost, restated };
}

/** Whether most of what a declaration holds is still in the result, so that only its first line is removed. */
function staysInside(line: number, end: number, compared: LineComparison): boolean {
  let kept = 0;
  let all = 0;
  for (let at = line + 1; at <= end; at++) {
    const key = lineKey(compared.source[at] ?? "");
    if (!isTellingKey(key)) continue;
    all += 1;
    if (!compared.isFewer(key)) kept += 1;
  }
  return all > 0 && kept * 2 > all;
}

/** If an edit lists the removed lines one by one, nothing else may be removed. */
function lostLine(
  guarded: Guarded,
  compared: LineComparison,
  named: readonly DeclaredSpan[],
): string | undefined {
  const { edit, isWhole } = guarded;
  if (isWhole || compared.oldKeys.length === 0) return undefined;
  if (!isExplicit(edit)) return lostFromSketch(guarded, compared, named);
  const dropped = countedLines(edit, true);
  let removals = 0;
  for (const [key, count] of dropped.entries()) if (isTellingKey(key)) removals += count;
  const lost: string[] = [];
  for (const [key, count] of compared.oldCounts.entries()) {
    if (!isTellingKey(key)) continue;
    for (let missing = count - compared.newCounts.of(key); missing > 0; missing--) {
      if (dropped.take(key)) removals -= 1;
      else lost.push(key);
    }
  }
  // The rest are lines that the edit quotes less exactly; there cannot be more of them than it removes.
  if (lost.length <= removals) return undefined;
  const line = compared.oldLines[compared.oldKeys.indexOf(lost[0]!)]!;
  return (
    `line ${line + 1} (${quotedLine(compared.source[line]!)}) would be lost, and no removed line of the edit is that line. ` +
    "Copy the removed lines from the file as it is now."
  );
}

/** Lines that a sketch removes without replacement must have their neighbours quoted. */
function lostFromSketch(
  { edit, isWhole }: Guarded,
  compared: LineComparison,
  named: readonly DeclaredSpan[],
): string | undefined {
  let accounts: Accounts | undefined;
  for (const { line, bare } of compared.lost()) {
    const key = lineKey(compared.source[line]!);
    if (!bare || !isTellingKey(key) || !compared.isFewer(key)) continue;
    if (named.some((span) => span.line <= line && line <= span.end)) continue;
    accounts ??= new Accounts(edit, compared, isWhole, 3);
    if (accounts.quotesAround(line)) continue;
    return (
      `line ${line + 1} (${quotedLine(compared.source[line]!)}) would be lost, and the edit does not mention it. ` +
      "Quote the lines right above and below it, or say in a comment that it is removed."
    );
  }
  return undefined;
}

/** A line of the file comes in again only where the edit has it. */
function doubledLine({ edit }: Guarded, compared: LineComparison): string | undefined {
  if (edit.format === "whole") return undefined;
  let brought: Counts | undefined;
  const places = new Map<string, number>();
  for (const [index, key] of compared.newKeys.entries())
    if (!places.has(key)) places.set(key, index);
  for (const [key, count] of compared.newCounts.entries()) {
    const more = count - compared.oldCounts.of(key);
    if (more <= 0 || !isTellingKey(key)) continue;
    const line = compared.newLines[places.get(key)!]!;
    const had = compared.sourceCountOf(compared.result[line]!);
    if (had === 0) continue;
    brought ??= countedLines(edit, false);
    if (more <= brought.of(key)) continue;
    return (
      `line ${line + 1} of the result (${quotedLine(compared.result[line]!)}) would occur ${had + more} times instead of ${had}, ` +
      "and the edit does not add it. Quote more of the lines around the change."
    );
  }
  return undefined;
}
