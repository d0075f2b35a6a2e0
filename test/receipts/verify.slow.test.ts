import { describe, expect, it } from "vitest";
import {
  canonical,
  type Receipt,
  receiptText,
  sealed,
} from "../../src/workspace/receipt/format.ts";
import { verifyReceipt } from "../../src/workspace/receipt/verify.ts";
import { goldenReceipts, type ReceiptCase, receiptFor } from "../support/receipts.ts";

const golden = await goldenReceipts();
const problemsOf = (one: ReceiptCase, receipt: Receipt = one.receipt): readonly string[] =>
  verifyReceipt(Buffer.from(receiptText(receipt)), one).problems;

describe("receipts of the golden edits", () => {
  for (const one of golden) {
    it(`${one.name}: verifies against its texts, each line traced`, () => {
      expect(problemsOf(one)).toEqual([]);
      expect(one.receipt.lines.result.filter(({ from }) => from === "other")).toEqual([]);
      expect(receiptText(one.receipt).length).toBeLessThan(4000);
    });
  }

  it("are many, and of every action", () => {
    expect(golden.length).toBeGreaterThan(20);
    expect(new Set(golden.map(({ receipt }) => receipt.action))).toEqual(
      new Set(["update", "create", "delete", "move"]),
    );
  });

  it("do not verify with any byte changed", () => {
    for (const [index, { name, receipt }] of golden.entries()) {
      const bytes = Buffer.from(receiptText(receipt));
      // All have the same fields: every third byte, in turn from another one on.
      for (let at = index % 3; at < bytes.length; at += 3) {
        const changed = Buffer.from(bytes);
        changed[at] = bytes[at]! ^ (1 << (at % 8));
        if (verifyReceipt(changed).ok)
          expect.fail(`${name}, byte ${at}: ${changed.subarray(at - 9, at + 9)}`);
      }
    }
  });

  it("do not verify with bytes added or left out", () => {
    for (const { receipt } of golden) {
      const text = receiptText(receipt);
      for (let at = 0; at < text.length; at += 7) {
        for (const other of [
          text.slice(0, at) + text.slice(at + 1),
          `${text.slice(0, at)} ${text.slice(at)}`,
        ])
          if (verifyReceipt(Buffer.from(other)).ok) expect.fail(other);
      }
      for (const other of [
        `\ufeff${text}`,
        text.slice(0, -1),
        `${text}\n`,
        text.replace("\n", "\r\n"),
        JSON.stringify(JSON.parse(text), null, 2),
        text.replace('"bom":false', '"bom":false,"bom":false'),
        text.replace("utf-8", "\\u0075tf-8"),
        text.replace('"receipt":1', '"receipt":1.0'),
        text.replace(/"route":"(\w+)","tool":"([^"]*)"/, '"tool":"$2","route":"$1"'),
      ]) {
        if (other !== text) expect(verifyReceipt(Buffer.from(other)).ok, other).toBe(false);
      }
    }
  });
});

/** Fields that no text can confirm: the word of the program that wrote the receipt. */
const said = /^(?:tool|path|movedTo|why|route|model\..*|checks\..*|edit\.format|base\.sha256)$/;

/** All places of a value that hold no list and no object. */
function* leaves(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<(string | number)[]> {
  if (typeof value !== "object" || value === null) yield [...path];
  else
    for (const [name, inner] of Object.entries(value))
      yield* leaves(inner, [...path, Array.isArray(value) ? Number(name) : name]);
}

function withChange(
  receipt: Receipt,
  path: readonly (string | number)[],
  change: (value: unknown) => unknown,
): Receipt {
  const { digest: _, ...copy } = structuredClone(receipt);
  let holder = copy as Record<string | number, unknown>;
  for (const name of path.slice(0, -1)) holder = holder[name] as Record<string | number, unknown>;
  holder[path.at(-1)!] = change(holder[path.at(-1)!]);
  return sealed(copy as Receipt);
}

function otherValues(value: unknown): unknown[] {
  if (typeof value === "number") return [value + 1, value - 1, value + 1000, 0.5];
  if (typeof value === "boolean") return [!value];
  if (value === null) return [0, {}];
  const text = String(value);
  const hash = /^[0-9a-f]{64}$/.test(text);
  return hash ? [text.replace(/./, (one) => (one === "0" ? "1" : "0"))] : [`${text}x`, ""];
}

describe("a receipt that was changed and sealed anew", () => {
  it("does not verify against the texts, in any field that they can confirm", () => {
    let tried = 0;
    for (const one of golden) {
      for (const path of leaves(one.receipt)) {
        if (path[0] === "digest" || said.test(path.join("."))) continue;
        const value = path.reduce<unknown>((inner, name) => (inner as never)[name], one.receipt);
        for (const other of otherValues(value)) {
          const receipt = withChange(one.receipt, path, () => other);
          tried++;
          if (problemsOf(one, receipt).length === 0)
            expect.fail(`${one.name} ${path.join(".")} = ${other}`);
        }
      }
    }
    expect(tried).toBeGreaterThan(1000);
  });

  it("does not verify with fields added or left out", () => {
    const [one] = golden;
    for (const name of Object.keys(one!.receipt).filter(
      (name) => name !== "digest" && name !== "base",
    )) {
      const { digest: _, [name as "path"]: __, ...less } = one!.receipt;
      expect(problemsOf(one!, sealed(less as Receipt)), name).not.toEqual([]);
    }
    expect(
      problemsOf(one!, sealed({ ...one!.receipt, more: 1, digest: undefined } as never)),
    ).not.toEqual([]);
  });
});

describe("what a receipt is compared with", () => {
  const block = "<<<<<<< SEARCH\ntwo\n=======\nTWO\nthree\n>>>>>>> REPLACE\n";

  it("says which texts were not given", async () => {
    const { receipt, before, after, edit } = await receiptFor({
      source: "one\ntwo\n",
      edit: block,
    });
    const bytes = Buffer.from(receiptText(receipt));
    expect(verifyReceipt(bytes, {}).notChecked).toContain("before: not given");
    expect(verifyReceipt(bytes, { before: before!, after: after! }).checked).toContain(
      "1 line kept as they were",
    );
    const whole = verifyReceipt(bytes, { before: before!, after: after!, edit: edit! });
    expect(whole).toMatchObject({ ok: true });
    expect(whole.checked).toContain("2 lines from the edit");
    expect(whole.notChecked).toHaveLength(1);
  });

  it("is refused where a text is another one", async () => {
    const one = await receiptFor({ source: "one\ntwo\n", edit: block });
    const bytes = Buffer.from(receiptText(one.receipt));
    for (const name of ["before", "after", "edit"] as const) {
      const { ok, problems } = verifyReceipt(bytes, { ...one, [name]: Buffer.from("other\n") });
      expect(ok).toBe(false);
      expect(problems.join()).toContain(`${name}: `);
    }
    expect(verifyReceipt(bytes, { base: one.before! }).ok).toBe(false);
  });

  it("names the version that it cannot read", () => {
    const next = `${canonical({ ...golden[0]!.receipt, receipt: 2 })}\n`;
    expect(verifyReceipt(Buffer.from(next)).problems[0]).toContain("version 2");
  });
});
