import { isAbsolute, relative, sep } from "node:path";
import { RedraftError } from "../core/errors.ts";
import type { Receipt } from "../workspace/receipt/format.ts";
import {
  type ReceiptFiles,
  type Verification,
  verifyReceipt,
} from "../workspace/receipt/verify.ts";
import { sha256 } from "../workspace/sha256.ts";
import { git } from "./git.ts";

/** The outcome for one receipt, and what it is called in messages. */
export interface NamedVerification extends Verification {
  readonly name: string;
}

/**
 * Checks every receipt in the git note of a commit (one a line, blank lines between them). Receipts of one path follow each
 * other: the first begins with the file of the parent commit, each next one with what the last one left, and the last one ends
 * with the file of the commit. Paths are relative to `folder`, as they were when the edits were made.
 */
export async function verifyNote(commit: string, folder: string): Promise<NamedVerification[]> {
  if (commit.startsWith("-"))
    throw new RedraftError("usage", "--note needs a commit, whose name cannot begin with -.");
  const note = await git(["notes", "--ref=redraft", "show", commit], folder);
  if (!note.ok) {
    throw new RedraftError(
      "file-error",
      `${commit} has no note with receipts (refs/notes/redraft): git says ${JSON.stringify(note.said)}.`,
      { details: { commit } },
    );
  }
  const lines = note.bytes
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
  const receipts = lines.map((line) => Buffer.from(`${line}\n`));
  const alone = receipts.map((bytes) => verifyReceipt(bytes));
  const outcomes: NamedVerification[] = [];
  for (const [index, bytes] of receipts.entries()) {
    const name = `${commit}, line ${index + 1}`;
    const { receipt } = alone[index]!;
    if (!receipt) {
      outcomes.push({ name, ...alone[index]! });
      continue;
    }
    const others = (from: number, to: number): Receipt[] =>
      alone.slice(from, to).flatMap((one) => one.receipt ?? []);
    const last = others(0, index).findLast((one) => nowAt(one) === receipt.path);
    const next = others(index + 1, alone.length).find((one) => one.path === nowAt(receipt));
    const problems: string[] = [];
    const files: { -readonly [name in keyof ReceiptFiles]: ReceiptFiles[name] } = {};
    if (!last) await addFile(files, "before", `${commit}^`, receipt, folder, problems);
    else if (last.after?.sha256 !== receipt.before?.sha256)
      problems.push("before: it is not the result of the receipt above");
    if (!next) await addFile(files, "after", commit, receipt, folder, problems);
    const whole = verifyReceipt(bytes, files);
    const chained = [
      ...(last && problems.length === 0 ? ["before: it is the result of the receipt above"] : []),
    ];
    outcomes.push({
      ...whole,
      name,
      ok: whole.ok && problems.length === 0,
      problems: [...problems, ...whole.problems],
      checked: [...whole.checked, ...chained],
    });
  }
  return outcomes;
}

const nowAt = ({ path, movedTo }: Receipt): string => movedTo ?? path;

/** Reads one side of a receipt from a commit; a side without a file must have none there. */
async function addFile(
  files: { before?: Uint8Array; after?: Uint8Array },
  name: "before" | "after",
  revision: string,
  receipt: Receipt,
  folder: string,
  problems: string[],
): Promise<void> {
  const path = name === "after" ? nowAt(receipt) : receipt.path;
  const way = isAbsolute(path) ? relative(folder, path) : path;
  const found = await git(["show", `${revision}:./${way.replaceAll(sep, "/")}`], folder);
  const side = receipt[name];
  if (!found.ok) {
    if (side)
      problems.push(`${name}: ${revision} has no ${path} (git says ${JSON.stringify(found.said)})`);
  } else if (side && sha256(found.bytes) !== side.sha256) {
    problems.push(
      `${name}: ${path} in ${revision} has another hash: something else changed it too`,
    );
  } else files[name] = found.bytes;
}
