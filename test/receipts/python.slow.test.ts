import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Receipt, receiptText, sealed } from "../../src/workspace/receipt/format.ts";
import { verifyReceipt } from "../../src/workspace/receipt/verify.ts";
import { goldenReceipts, type ReceiptCase, receiptFor } from "../support/receipts.ts";

const program = fileURLToPath(new URL("../../verifiers/verify_receipt.py", import.meta.url));
const hasPython = spawnSync("python3", ["--version"]).status === 0;
const files = ["before", "after", "edit", "base"] as const;

/** Runs the verifier's `verify` over many receipts in one process: a start takes longer than a thousand of them. */
const driver = `
import base64, json, sys
sys.path.insert(0, sys.argv[1])
import verify_receipt
for line in sys.stdin:
    values = [None if one is None else base64.b64decode(one) for one in json.loads(line)]
    try:
        verify_receipt.verify(*values)
        print("ok")
    except Exception as error:
        print("no", repr(error))
`;

interface Question {
  readonly name: string;
  readonly bytes: Buffer;
  readonly texts: Partial<ReceiptCase>;
}

function askPython(questions: readonly Question[]): string[] {
  const input = questions.map(({ bytes, texts }) =>
    JSON.stringify(
      [bytes, ...files.map((name) => texts[name])].map((one) => one?.toString("base64") ?? null),
    ),
  );
  const answer = spawnSync("python3", ["-c", driver, join(program, "..")], {
    input: `${input.join("\n")}\n`,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  expect(answer.stderr).toBe("");
  return answer.stdout.trimEnd().split("\n");
}

/** Edits that show what the golden ones do not: models, notebooks, JSON in JSON, merged and moved lines, a base. */
async function moreReceipts(): Promise<ReceiptCase[]> {
  const source = "const a = 1;\nconst b = 2;\n\nfunction f() {\n\treturn “a”;\n}\n";
  const pair = { old_string: "b = 2;\n\nfunction f", new_string: "b = 3;\n\n// new\n\nfunction g" };
  const cell = (id: string, ...lines: string[]): object => ({
    cell_type: "code",
    id,
    metadata: {},
    outputs: [],
    execution_count: null,
    source: lines,
  });
  const notebook = JSON.stringify(
    {
      cells: [cell("one", "x = 1\n", "y = 2"), cell("two", "z = 3\n", "print(z)")],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    },
    null,
    1,
  );
  const asModel = { route: "model", model: "/models/tiny.gguf", confidence: 0.97314 } as const;
  const blocks =
    "<<<<<<< SEARCH\nx = 1\n=======\nx = 10\n>>>>>>> REPLACE\n<<<<<<< SEARCH\nprint(z)\n=======\nprint(z, z)\n>>>>>>> REPLACE\n";
  return [
    await receiptFor({ source, edit: JSON.stringify(pair) }),
    await receiptFor({
      source,
      edit: JSON.stringify({ name: "edit", arguments: JSON.stringify({ path: "a.ts", ...pair }) }),
    }),
    await receiptFor({
      source,
      edit: JSON.stringify({ old_string: "const ", new_string: "let ", replace_all: true }),
    }),
    await receiptFor({
      source,
      edit: '<<<<<<< SEARCH\n    return "a";\n=======\n    return "a" + "b";\n>>>>>>> REPLACE\n',
    }),
    await receiptFor({ source, edit: "a\n  b\n", format: "whole" }, ({ proof: _, ...result }) => ({
      ...result,
      ...asModel,
    })),
    await receiptFor({ source: "one\r\ntwo", edit: "@@ -1,2 +1,3 @@\n one\n two\n+😀 three\n" }),
    await receiptFor({ source: `\ufeffzero\n${source}`, edit: "zero\n", format: "whole" }),
    await receiptFor({ source: `zero\n${source}`, base: source, edit: JSON.stringify(pair) }),
    await receiptFor({
      path: "n.ipynb",
      source: notebook,
      edit: "y = 2\n# 20\n",
      cell: "one",
      format: "whole",
    }),
    await receiptFor({ path: "n.ipynb", source: notebook, edit: blocks }),
  ];
}

const leaves = function* (
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<(string | number)[]> {
  yield [...path];
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value))
    yield* leaves(inner, [...path, Array.isArray(value) ? Number(name) : name]);
};

/** A receipt with one thing in it changed, and the digest made anew: only the texts and the other fields tell. */
function* forged(receipt: Receipt): Generator<readonly [string, Receipt]> {
  const { digest: _, ...open } = receipt;
  for (const path of leaves(open)) {
    if (path.length === 0) continue;
    const value = path.reduce<unknown>((inner, name) => (inner as never)[name], open);
    const others: unknown[] = [undefined, null, "merge", 1, 0.25, -1, true, {}];
    if (typeof value === "number") others.push(value + 1, value - 1, value + 0.5);
    if (Array.isArray(value))
      others.push([...value, value[0]], value.slice(1), [...value].reverse());
    for (const other of others) {
      const copy = structuredClone(open);
      let holder = copy as Record<string | number, unknown>;
      for (const name of path.slice(0, -1))
        holder = holder[name] as Record<string | number, unknown>;
      if (other === undefined) delete holder[path.at(-1)!];
      else holder[path.at(-1)!] = other;
      yield [`${path.join(".")} = ${JSON.stringify(other)}`, sealed(copy)];
    }
  }
}

describe.skipIf(!hasPython)("the verifier in Python (skipped: there is no python3)", () => {
  it("has at most 150 lines", () => {
    expect(readFileSync(program, "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
  });

  it("agrees on all receipts, whole, damaged and forged, with all texts and with some", async () => {
    const cases = [...(await goldenReceipts()), ...(await moreReceipts())];
    const questions: Question[] = [];
    for (const one of cases) {
      const bytes = Buffer.from(receiptText(one.receipt));
      const { name } = one;
      expect(verifyReceipt(bytes, one), name).toMatchObject({ ok: true, problems: [] });
      questions.push({ name, bytes, texts: one });
      for (const left of files) {
        const { [left]: _, ...texts } = one;
        questions.push({ name: `${name} without ${left}`, bytes, texts });
        const other = Buffer.from("another text\n");
        questions.push({
          name: `${name} with another ${left}`,
          bytes,
          texts: { ...one, [left]: other },
        });
      }
      for (let at = 0; at < bytes.length; at += 31) {
        const damaged = Buffer.from(bytes);
        damaged[at] = bytes[at]! ^ (1 << (at % 8));
        questions.push({ name: `${name}, byte ${at}`, bytes: damaged, texts: one });
      }
    }
    for (const one of cases.filter((_, at) => at % 8 === 0 || at >= cases.length - 10)) {
      for (const [what, receipt] of forged(one.receipt)) {
        questions.push({
          name: `${one.name}: ${what}`,
          bytes: Buffer.from(receiptText(receipt)),
          texts: one,
        });
      }
    }
    const theirs = askPython(questions);
    expect(theirs).toHaveLength(questions.length);
    const apart = questions.flatMap(({ name, bytes, texts }, at) => {
      const own = verifyReceipt(bytes, texts);
      return own.ok === (theirs[at] === "ok")
        ? []
        : [`${name}: ${own.ok} ${own.problems[0] ?? ""}, Python ${theirs[at]}`];
    });
    expect(apart).toEqual([]);
    expect(theirs.filter((one) => one === "ok").length).toBeGreaterThan(100);
    expect(questions.length).toBeGreaterThan(3000);
  }, 400_000);

  it("is a program: 0 verifies, 1 does not, 2 wrong usage", async () => {
    const folder = mkdtempSync(join(tmpdir(), "redraft-python-"));
    try {
      const one = (await goldenReceipts())[0]!;
      const path = join(folder, "receipt.json");
      writeFileSync(path, receiptText(one.receipt));
      writeFileSync(join(folder, "before"), one.before!);
      const run = (...words: string[]): ReturnType<typeof spawnSync> =>
        spawnSync("python3", [program, ...words], { cwd: folder, encoding: "utf8" });
      expect(run(path, "--before", "before")).toMatchObject({
        status: 0,
        stdout: "verifies; compared with: before\n",
      });
      expect(run(path, "--after", "before")).toMatchObject({ status: 1 });
      expect(run("nothing")).toMatchObject({ status: 2 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
