/**
 * Makes the receipt of every edit of a set, and has both verifiers check it against the texts: all verify, and few lines are
 * without an origin. Prints what was found, and the size and time of a receipt; ends with 1 where one does not verify.
 *
 *   npm run soak:receipts -- <edits.jsonl> [<originals.jsonl>]
 *
 * Rows are {path, original, edit, format?}, or {case, sketch} with the originals in a second file as {id, path, before}.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatNames } from "../../src/core/edit.ts";
import { RedraftError } from "../../src/core/errors.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { receiptText } from "../../src/workspace/receipt/format.ts";
import { receiptOf } from "../../src/workspace/receipt/receipt.ts";
import { verifyReceipt } from "../../src/workspace/receipt/verify.ts";

interface Row {
  readonly id?: string;
  readonly path?: string;
  readonly original?: string;
  readonly before?: string;
  readonly edit?: string;
  readonly sketch?: string;
  readonly case?: string;
  readonly format?: string;
}

const rowsOf = (path: string): Row[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Row);

const [editsPath, originalsPath] = process.argv.slice(2);
if (editsPath === undefined) throw new Error("usage: npm run soak:receipts -- <edits.jsonl>");
const originals = new Map(
  originalsPath === undefined ? [] : rowsOf(originalsPath).map((row) => [row.id, row]),
);
const redraft = createRedraft();
const counts = { edits: 0, refused: 0, receipts: 0, failed: 0 };
const lines: Record<string, number> = {};
const sizes: number[] = [];
const times: number[] = [];
let slowest: { readonly ms: number; readonly id: string | undefined } = { ms: 0, id: undefined };
const forPython: string[] = [];
for (const row of rowsOf(editsPath)) {
  counts.edits++;
  const source = row.original ?? row.before ?? originals.get(row.case ?? row.id)?.before ?? "";
  const path = row.path ?? originals.get(row.case ?? row.id)?.path ?? "a.txt";
  const edit = row.edit ?? row.sketch ?? "";
  const format = formatNames.find((one) => one === row.format) ?? "auto";
  let receipt: ReturnType<typeof receiptOf>;
  let after: string | null;
  try {
    const result = await redraft.apply({ path, source, edit, format });
    after = result.text;
    const start = performance.now();
    receipt = receiptOf(result, { edit, before: source });
    const ms = performance.now() - start;
    if (ms > slowest.ms) slowest = { ms, id: row.id };
    times.push(ms);
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    counts.refused++;
    continue;
  }
  counts.receipts++;
  const bytes = Buffer.from(receiptText(receipt));
  sizes.push(bytes.length);
  for (const run of receipt.lines.result)
    lines[run.from] = (lines[run.from] ?? 0) + run.lines[1] - run.lines[0] + 1;
  const files = {
    ...(receipt.before && { before: Buffer.from(source) }),
    ...(after !== null && { after: Buffer.from(after) }),
    ...(receipt.edit && { edit: Buffer.from(edit) }),
  };
  const { ok, problems } = verifyReceipt(bytes, files);
  if (!ok) say(`FAILED ${row.id}: ${problems[0]}`);
  if (!ok) counts.failed++;
  const texts = [bytes, files.before, files.after, files.edit, undefined];
  forPython.push(JSON.stringify(texts.map((one) => one?.toString("base64") ?? null)));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const at = (numbers: number[], part: number): number =>
  numbers.sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))] ??
  0;

const driver = `
import base64, json, sys
sys.path.insert(0, sys.argv[1])
import verify_receipt
for line in sys.stdin:
    try:
        verify_receipt.verify(*(one and base64.b64decode(one) if one else (None if one is None else b"") for one in json.loads(line)))
        print("ok")
    except Exception as error:
        print("no", repr(error))
`;
const folder = fileURLToPath(new URL("../../verifiers", import.meta.url));
const python = spawnSync("python3", ["-c", driver, folder], {
  input: `${forPython.join("\n")}\n`,
  encoding: "utf8",
  maxBuffer: 1 << 28,
});
const answers = python.status === 0 ? python.stdout.trimEnd().split("\n") : [];
const wrong = answers.filter((one) => one !== "ok");
for (const one of wrong.slice(0, 10)) say(`FAILED in Python: ${one}`);
say(
  `${counts.edits} edits: ${counts.refused} refused, ${counts.receipts} receipts, ${counts.failed} do not verify`,
);
say(
  python.status === 0
    ? `Python: ${answers.length - wrong.length} verify, ${wrong.length} do not`
    : `Python was not run: ${python.error ?? python.stderr}`,
);
say(`lines of the results by origin: ${JSON.stringify(lines)}`);
say(`bytes of a receipt: p50 ${at(sizes, 0.5)}, p95 ${at(sizes, 0.95)}, most ${at(sizes, 1)}`);
say(
  `ms to make one: p50 ${at(times, 0.5).toFixed(2)}, p95 ${at(times, 0.95).toFixed(2)}, most ${at(times, 1).toFixed(2)} (${slowest.id})`,
);
if (counts.failed + wrong.length > 0) process.exitCode = 1;
