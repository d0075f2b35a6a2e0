import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { EditResult } from "../core/request.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import type { TextFile } from "../workspace/text-file.ts";
import { summary } from "./summary.ts";

const file = (text: string): TextFile => ({
  path: "a.go",
  realPath: "/a.go",
  exists: true,
  text,
  hash: "0",
  encoding: "utf-8",
  bom: false,
});

function said(before: string, result: EditResult): string {
  return summary("a.go", { result, written: true, before: file(before) }, false);
}

it("counts the lines of a candidate that the ranker took, whose account is the merge's", async () => {
  const source = readFileSync("examples/edits/queue.go", "utf8");
  const edit = readFileSync("examples/edits/left-out.diff", "utf8");
  const redraft = createRedraft({ settle: "ranker" });
  const result = await redraft.apply({ path: "queue.go", source, edit });
  await redraft.dispose();
  expect(result.route).toBe("model");
  expect(result.proof).toBeDefined();
  expect(said(source, result)).toContain("7 lines added, 0 removed");
});

it("counts the lines of a text that a model wrote by comparing", async () => {
  const source = "a\nb\nc\n";
  const redraft = createRedraft({
    settle: {
      name: "writes",
      rewrite: async () => ({ text: "a\nB\nc\nd\n", why: "it wrote the file" }),
      dispose: async () => {},
    },
  });
  const result = await redraft.apply({
    path: "a.go",
    source,
    edit: "",
    instruction: "write b in capitals and add d",
  });
  expect(result.proof).toBeUndefined();
  expect(said(source, result)).toContain("2 lines added, 1 removed");
});
