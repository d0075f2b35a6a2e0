import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { RedraftError } from "../core/errors.ts";
import { fileError } from "../workspace/disk.ts";
import { type ReceiptFiles, verifyReceipt } from "../workspace/receipt/verify.ts";
import { expandGlobs } from "./globs.ts";
import { readStdin } from "./input.ts";
import { type NamedVerification, verifyNote } from "./verify-note.ts";

interface VerifyCommandOptions {
  readonly before?: string;
  readonly after?: string;
  readonly edit?: string;
  readonly base?: string;
  readonly note?: string;
  readonly json?: boolean;
}

/** `redraft verify [receipt...]`: checks receipts by themselves and against the files that are named. */
export function verifyCommand(): Command {
  return new Command("verify")
    .description(
      "Checks the receipt of an edit: that it is intact, and that it is true of the given files. " +
        "Lists what was checked and what was not.",
    )
    .argument("[receipts...]", "files with receipts (default, or -: standard input)")
    .option("--before <file>", "the file as it was before the edit")
    .option("--after <file>", "the file as it was after the edit")
    .option("--edit <file>", "the edit as written")
    .option("--base <file>", "the text that the edit was written for")
    .option(
      "--note <commit>",
      "check the receipts in the git note of a commit (refs/notes/redraft) against the commit's own files",
    )
    .option("--json", "print the outcome as JSON")
    .addHelpText("after", help)
    .action(async (names: readonly string[], options: VerifyCommandOptions) => {
      const { note, json = false } = options;
      const given = [options.before, options.after, options.edit, options.base];
      const namesFiles = given.some((one) => one !== undefined);
      if (note === undefined) {
        const paths = names.length === 0 ? [undefined] : await expandGlobs(names);
        if (paths.length > 1 && namesFiles) {
          throw new RedraftError(
            "usage",
            "--before, --after, --edit and --base are the files of one receipt: give one receipt.",
          );
        }
        const files = await givenFiles(options);
        const outcomes: NamedVerification[] = [];
        for (const path of paths)
          outcomes.push({ name: path ?? "-", ...verifyReceipt(await bytesOf(path), files) });
        print(outcomes, json);
        return;
      }
      if (names.length > 0 || namesFiles) {
        throw new RedraftError(
          "usage",
          "--note takes the receipts and the files from git: leave out the other options.",
        );
      }
      print(await verifyNote(note, process.cwd()), json);
    });
}

async function bytesOf(path: string | undefined): Promise<Uint8Array> {
  if (path === undefined && process.stdin.isTTY)
    throw new RedraftError("usage", "no receipt: name its file, or pipe it in.");
  return path === undefined || path === "-" ? readStdin() : readBytes(path);
}

async function givenFiles(options: VerifyCommandOptions): Promise<ReceiptFiles> {
  const names = ["before", "after", "edit", "base"] as const;
  const pairs = names.flatMap((name) => {
    const path = options[name];
    return path === undefined ? [] : [readBytes(path).then((bytes) => [name, bytes] as const)];
  });
  return Object.fromEntries(await Promise.all(pairs));
}

async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw fileError("read", path, error);
  });
}

function print(outcomes: readonly NamedVerification[], json: boolean): void {
  if (outcomes.some(({ ok }) => !ok)) process.exitCode = 1;
  if (json) {
    for (const { name, ok, problems, checked, notChecked, receipt } of outcomes) {
      const more = receipt === undefined ? {} : { path: receipt.path };
      process.stdout.write(
        `${JSON.stringify({ receipt: name, ...more, ok, problems, checked, notChecked })}\n`,
      );
    }
    return;
  }
  for (const { name, ok, problems, checked, notChecked, receipt } of outcomes) {
    const what = receipt === undefined ? name : `${receipt.path} (${receipt.action})`;
    const lines = [
      `${what}: the receipt ${ok ? "verifies" : "DOES NOT VERIFY"}`,
      ...problems.map((problem) => `  wrong: ${problem}`),
      ...(ok ? checked.map((one) => `  checked: ${one}`) : []),
      ...notChecked.map((one) => `  not checked: ${one}`),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
}

const help = `
A receipt is one line of JSON. If any byte of it changes, it does not verify. It is not a signature: it shows that the files
and the edit are the ones it describes, not who wrote it.

Examples:
  redraft apply src/app.ts --edit sketch.txt --receipt receipt.json
  redraft verify receipt.json --before old.ts --after src/app.ts --edit sketch.txt
  git notes --ref=redraft append -F receipt.json HEAD      keeps a receipt with the commit of the edit
  redraft verify "receipts/*.json"                         many at once
  redraft verify --note HEAD                               checks it against the files of the commit

Exit codes: 0 nothing that was checked is wrong, 1 a receipt does not verify, 2 wrong usage, 3 a file cannot be read.`;
