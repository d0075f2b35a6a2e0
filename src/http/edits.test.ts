import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRedraft } from "../engine.ts";
import { createApp } from "./app.ts";

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
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
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
