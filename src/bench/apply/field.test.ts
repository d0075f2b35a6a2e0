import { describe, expect, it } from "vitest";
import { createRedraft } from "../../redraft/create-redraft.ts";
import { type FieldCase, fieldVerdict } from "./field.ts";

const one: FieldCase = {
  id: "a",
  set: "field",
  path: "a.txt",
  original: "one\ntwo\none\n",
  edit: '{"old_string": "two", "new_string": "three"}',
  expected: "one\nthree\none\n",
};
const unclear = { ...one, edit: '{"old_string": "one", "new_string": "three"}' };

describe("verdicts on field edits", () => {
  const redraft = createRedraft();
  it.each([
    ["right", one],
    ["right", { ...one, expected: "x", also: ["one\nthree\none\n"] }],
    ["wrong", { ...one, expected: "x" }],
    ["wrong", { ...one, expected: null }],
    ["gap", unclear],
    ["refused", { ...unclear, mayRefuse: true }],
    ["right", { ...unclear, expected: null }],
  ])("%s", async (verdict, field) => {
    expect(await fieldVerdict(redraft, field, false)).toBe(verdict);
  });

  it("go by the format that is named, or recognise it", async () => {
    const named: FieldCase = { ...one, format: "unified-diff" };
    expect(await fieldVerdict(redraft, named, false)).toBe("gap");
    expect(await fieldVerdict(redraft, named, true)).toBe("right");
  });
});
