import { resolve } from "node:path";
import { RedraftError } from "../core/errors.ts";
import type { EditResult } from "../core/request.ts";
import { type Receipt, receiptText } from "../workspace/receipt/format.ts";
import { receiptOf } from "../workspace/receipt/receipt.ts";
import { readTextFile } from "../workspace/text-file.ts";
import type { Updated } from "../workspace/update.ts";
import { writeChanges } from "../workspace/write.ts";

interface ReceiptOptions {
  readonly receipt?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Refuses, before anything is written, a place for the receipt that cannot be meant. */
export function checkReceiptOption(file: string, options: ReceiptOptions): void {
  const { receipt, dryRun, json } = options;
  if (receipt === undefined) return;
  if (dryRun)
    throw new RedraftError("usage", "--receipt needs a written edit: leave out --dry-run.");
  if (receipt === "-" && json)
    throw new RedraftError("usage", "--json prints the receipt already: leave out --receipt -.");
  if (receipt !== "-" && resolve(receipt) === resolve(file))
    throw new RedraftError("usage", "--receipt would overwrite the edited file: name another one.");
}

/** The receipt of an edit that was asked to be written, and of one that found nothing to do. */
export function receiptFor(edit: string, { result, before }: Updated<EditResult>): Receipt {
  return receiptOf(result, { edit, before });
}

/** Writes a receipt to a file, whole or not at all, or to standard output (`-`). */
export async function writeReceipt(path: string, receipt: Receipt): Promise<void> {
  const text = receiptText(receipt);
  if (path === "-") {
    process.stdout.write(text);
    return;
  }
  try {
    const old = await readTextFile(path);
    // Whatever was there before, a receipt is UTF-8.
    await writeChanges([{ before: { ...old, encoding: "utf-8", bom: false }, text }]);
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    throw new RedraftError(
      error.code,
      `${receipt.path} was edited, but its receipt could not be written: ${error.message}`,
      { cause: error, details: { ...error.details, receipt } },
    );
  }
}
