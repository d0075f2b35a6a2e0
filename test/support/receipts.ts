import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EditRequest, EditResult } from "../../src/core/request.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { encodeText } from "../../src/workspace/encoding.ts";
import type { Receipt } from "../../src/workspace/receipt/format.ts";
import { receiptOf } from "../../src/workspace/receipt/receipt.ts";
import { readTextFile } from "../../src/workspace/text-file.ts";

/** A receipt with everything that it can be compared with. */
export interface ReceiptCase {
  readonly name: string;
  readonly receipt: Receipt;
  readonly before?: Buffer;
  readonly after?: Buffer;
  readonly edit?: Buffer;
  readonly base?: Buffer;
}

const root = fileURLToPath(new URL("../edits/", import.meta.url));

/** The receipts of all golden edits that are made. */
export async function goldenReceipts(): Promise<ReceiptCase[]> {
  const redraft = createRedraft();
  const cases: ReceiptCase[] = [];
  for (const name of readdirSync(root)) {
    const folder = join(root, name);
    const file = readdirSync(folder).find((one) => one.startsWith("before."));
    const { path: named, refused } = JSON.parse(
      readFileSync(join(folder, "case.json"), "utf8"),
    ) as { readonly path?: string; readonly refused?: unknown };
    if (refused !== undefined) continue;
    const after = readdirSync(folder).find((one) => one.startsWith("after."));
    const path = named ?? `before${extname(file ?? after ?? "")}`;
    const before = await readTextFile(join(folder, file ?? "none"));
    const edit = readFileSync(join(folder, "edit.txt"), "utf8");
    const result = await redraft.apply({ path, source: before.text, edit });
    const { text } = result;
    cases.push({
      name,
      receipt: receiptOf(result, { edit, before }),
      edit: Buffer.from(edit),
      ...(file && { before: readFileSync(join(folder, file)) }),
      ...(text !== null && { after: encodeText(text, before.encoding, before.bom) }),
    });
  }
  return cases;
}

/** The receipt of an edit of a text. */
export async function receiptFor(
  request: Omit<EditRequest, "path"> & { readonly path?: string },
  change: (result: EditResult) => EditResult = (result) => result,
): Promise<ReceiptCase & { readonly text: string | null }> {
  const { source, edit, base } = request;
  const redraft = createRedraft();
  const result = change(await redraft.apply({ path: "a.ts", ...request }));
  return {
    name: result.path,
    text: result.text,
    receipt: receiptOf(result, { edit, before: source }),
    before: Buffer.from(source),
    edit: Buffer.from(edit),
    ...(result.text !== null && { after: Buffer.from(result.text) }),
    ...(typeof base === "string" && { base: Buffer.from(base) }),
  };
}
