import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRedraft } from "../redraft/create-redraft.ts";
import { type Receipt, receiptText } from "../workspace/receipt/format.ts";
import { verifyReceipt } from "../workspace/receipt/verify.ts";
import { createApp } from "./app.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-http-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function call(path: string, body?: object, isOpen = true) {
  const files = isOpen ? { files: { roots: [folder] } } : {};
  const { app } = createApp({ redraft: createRedraft(), version: "0.0.0", ...files });
  const answer = await app.request(
    path,
    body && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    },
  );
  const json = (await answer.json()) as { edits?: unknown };
  return { status: answer.status, body: json };
}

it("applies edits of files as one, and takes them back", async () => {
  await writeFile(join(folder, "a"), "one\ntwo\n");
  const edits = [
    { path: "a", edit: JSON.stringify({ old_string: "two", new_string: "three" }) },
    { path: "b", edit: "new\n", format: "whole" },
  ];
  const done = await call("/v1/edits", { edits });
  expect(done).toMatchObject({ status: 200, body: { written: true, entry: expect.any(String) } });
  expect(await readFile(join(folder, "a"), "utf8")).toBe("one\nthree\n");
  expect(await call("/v1/edits")).toMatchObject({
    body: { edits: [{ by: "HTTP", state: "in place", paths: ["a", "b"] }] },
  });
  expect(await call("/v1/edits/undo", {})).toMatchObject({ status: 200, body: { written: true } });
  expect(await readFile(join(folder, "a"), "utf8")).toBe("one\ntwo\n");
  await expect(readFile(join(folder, "b"))).rejects.toThrow();
});

it("refuses what is outside, what is wrong, and everything where no folder is open", async () => {
  const outside = { edits: [{ path: "../x", edit: "x", format: "whole" }] };
  expect(await call("/v1/edits", outside)).toMatchObject({ status: 403 });
  expect(await call("/v1/edits", { edits: [] })).toMatchObject({ status: 400 });
  expect(await call("/v1/edits/undo", { last: 0 })).toMatchObject({ status: 400 });
  expect(await call("/v1/edits", outside, false)).toMatchObject({ status: 404 });
  expect(await call("/v1/edits", undefined, false)).toMatchObject({ status: 404 });
});

it("answers with receipts that verify, where they are asked for", async () => {
  await writeFile(join(folder, "a"), "one\ntwo\n");
  const one = { path: "a", edit: JSON.stringify({ old_string: "two", new_string: "three" }) };
  const two = { path: "a", edit: JSON.stringify({ old_string: "one", new_string: "zero" }) };
  const plain = await call("/v1/edits", { edits: [one], dry_run: true, receipts: true });
  expect(JSON.stringify(plain.body)).not.toContain("receipt");
  const { body } = await call("/v1/edits", { edits: [one, two], receipts: true });
  const receipts = (body.edits as { receipt: Receipt }[]).map(({ receipt }) => receipt);
  const texts = ["one\ntwo\n", "one\nthree\n", "zero\nthree\n"];
  for (const [index, receipt] of receipts.entries()) {
    const sides = { before: bytes(texts[index]!), after: bytes(texts[index + 1]!) };
    expect(verifyReceipt(bytes(receiptText(receipt)), sides)).toMatchObject({ ok: true });
  }
  expect(receipts).toHaveLength(2);
});

it("names no place of this machine in an error", async () => {
  await writeFile(join(folder, "a"), "one\n");
  await call("/v1/edits", { edits: [{ path: "a", edit: "two\n", format: "whole" }] });
  await mkdir(join(folder, "b"));
  const answers = [
    await call("/v1/edits", { edits: [{ path: "b", edit: "x\n", format: "whole" }] }),
    await call("/v1/edits", { edits: [{ path: "none", edit: "x" }] }),
    await call("/v1/edits", { edits: [{ path: "../x", edit: "x", format: "whole" }] }),
    await writeFile(join(folder, "a"), "three\n").then(() => call("/v1/edits/undo", {})),
  ];
  for (const { status, body } of answers) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(body)).not.toContain(folder);
  }
});
