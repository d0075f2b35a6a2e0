import { describe, expect, it } from "vitest";
import { type KnownEdit, openTasks } from "./open-tasks.ts";

const known: KnownEdit = {
  id: "one",
  repository: "a/b",
  language: "python",
  style: "CXx",
  path: "list.py",
  format: "patch",
  source: "start()\nadd(1)\nstop()\nstart()\nadd(1)\nend()\n",
  edit: "*** Begin Patch\n*** Update File: list.py\n@@\n add(1)\n+add(2)\n*** End Patch\n",
  expected: "start()\nadd(1)\nadd(2)\nstop()\nstart()\nadd(1)\nend()\n",
};

describe("openTasks", () => {
  it("yields what is ambiguous, and nothing that is placed, refused or unreadable", async () => {
    const placed = { ...known, id: "placed", edit: known.edit.replace("add(1)", "stop()") };
    const refused = { ...known, id: "refused", edit: known.edit.replace("add(1)", "never()") };
    const unreadable = { ...known, id: "unreadable", edit: "" };
    const found = [];
    for await (const one of openTasks([placed, known, refused, unreadable])) found.push(one);
    expect(found.map((one) => one.known.id)).toEqual(["one"]);
    const texts = found[0]!.task.outcome.candidates.map(({ text }) => text);
    expect(texts).toContain(known.expected);
    expect(texts).toHaveLength(2);
  });
});
