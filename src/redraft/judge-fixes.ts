import type { Diagnostic } from "../core/diagnostic.ts";
import { compareDiagnostics } from "../diagnostics/compare.ts";
import { type EditedText, followLines } from "../diagnostics/follow-lines.ts";
import type { FixCheckAnswer, TriedFix } from "../orchestrate/fix/fix-all.ts";
import { isSyntaxMessage } from "../orchestrate/fix/said.ts";

/** Texts that differ from the disk, and what a tool says with them. */
export interface SaidTexts {
  readonly said: readonly Diagnostic[];
  readonly texts: ReadonlyMap<string, string>;
}

/** A fix that answers nothing that the tool says must be at least this sure. */
const leastUnseen = 0.9;

/**
 * Whether a tool confirms fixes: the diagnostic of each disappears, and no new one appears. What a syntax error hid may appear with its
 * fix, but not in the lines that it changes.
 *
 * @param read the text of a file that none of the fixes changes
 */
export async function judgeFixes(
  before: SaidTexts,
  after: SaidTexts,
  added: readonly TriedFix[],
  read: (path: string) => Promise<string | undefined>,
): Promise<FixCheckAnswer> {
  const edits = await editsBetween(before.texts, after.texts, read);
  const { brought } = compareDiagnostics(before.said, after.said, edits);
  const isRevealing = added.some(({ diagnostics }) =>
    diagnostics.some(({ message }) => isSyntaxMessage(message)),
  );
  const bad = brought.find(
    (one) => !isRevealing || isSyntaxMessage(one.message) || isInChange(one, edits),
  );
  const said = new Set(before.said.map(idOf));
  const problems = added.map((fix) => problemWithFix(fix, said, after.said, edits));
  const blamed = [...added.keys()].filter(
    (at) => problems[at] !== undefined || brought.some((one) => isNear(one, added[at]!)),
  );
  if (bad) return { ok: false, blamed, why: `it brings ${bad.file}:${bad.line}: ${bad.message}` };
  const why = problems.find((one) => one !== undefined);
  return why === undefined ? { ok: true } : { ok: false, blamed, why };
}

function problemWithFix(
  { diagnostics, confidence }: TriedFix,
  said: ReadonlySet<string>,
  now: readonly Diagnostic[],
  edits: readonly EditedText[],
): string | undefined {
  const seen = diagnostics.filter((one) => said.has(idOf(one)));
  if (seen.length === 0 && confidence < leastUnseen) {
    return "the command does not report the message, so it cannot confirm the fix";
  }
  const isLeft = seen.some((one) => compareDiagnostics([one], now, edits).went === 0);
  return isLeft ? "the message stays" : undefined;
}

/** Lines between a fix and what it brings that make it the likely cause. */
const nearLines = 2;

const isNear = ({ file, line }: Diagnostic, { path, diagnostics }: TriedFix): boolean =>
  file === path && diagnostics.some((one) => Math.abs(one.line - line) <= nearLines);

const idOf = ({ file, line, message }: Diagnostic): string => `${file}\0${line}\0${message}`;

async function editsBetween(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  read: (path: string) => Promise<string | undefined>,
): Promise<EditedText[]> {
  const edits: EditedText[] = [];
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const disk = (await read(path)) ?? "";
    const [old, now] = [before.get(path) ?? disk, after.get(path) ?? disk];
    if (old !== now) edits.push({ path, newPath: path, before: old, after: now });
  }
  return edits;
}

function isInChange({ file, line }: Diagnostic, edits: readonly EditedText[]): boolean {
  const edit = edits.find(({ path }) => path === file);
  if (!edit) return false;
  const back = followLines({ ...edit, before: edit.after, after: edit.before })(line);
  return "stretch" in back;
}
