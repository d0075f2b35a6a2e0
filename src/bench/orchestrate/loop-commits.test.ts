import { describe, expect, it } from "vitest";
import { loopOfCommit, wrongLoop } from "./loop-commits.ts";

const python = {
  path: "a.py",
  before:
    "def f(xs):\n    out = []\n    for x in xs:\n        if x.good:\n            out.append(x.name)\n    return out\n",
  after: "def f(xs):\n    out = [y.name for y in xs if y.good]\n    return out\n",
};
const script = {
  path: "a.ts",
  before: "const out = [];\nfor (const x of xs) {\n  out.push(x.name);\n}\n",
  after: "const out = xs.map((one) => one.name);\n",
};

describe("a loop in a commit", () => {
  it("gets the form that the commit writes", async () => {
    expect(await loopOfCommit([python])).toMatchObject({ line: 3, to: "comprehension" });
    expect(await loopOfCommit([script])).toMatchObject({ line: 2, to: "map" });
    const back = { ...python, before: python.after, after: python.before };
    expect(await loopOfCommit([back])).toMatchObject({ line: 2, to: "loop", form: "loop" });
    const some = script.after.replace("map", "some");
    expect(await loopOfCommit([{ ...script, after: some }])).toMatchObject({
      form: "some",
      to: undefined,
    });
  });

  it.each([
    ["it does something else", python.after.replace("y.good", "y.bad")],
    ["it stays a loop", python.before.replace("x.name", "x.title")],
    [
      "two loops become one",
      python.after.replace("    return", "    x = [y.name for y in xs if y.good]\n    return"),
    ],
  ])("is none where %s", async (_, after) => {
    expect(await loopOfCommit([{ ...python, after }])).toBeUndefined();
  });

  it("is answered with the form and the names of the commit, or wrongly", async () => {
    const one = (await loopOfCommit([python]))!;
    const answer = "def f(xs):\n    out = [x.name for x in xs if x.good]\n    return out\n";
    expect(await wrongLoop(one, answer)).toBeUndefined();
    expect(await wrongLoop(one, answer.replace(" if x.good", ""))).toContain("no comprehension");
    expect(
      await wrongLoop(one, answer.replace("out = [", "out = set(").replace("]", ")")),
    ).toContain("no comprehension");
    const list = answer.replace("[", "list(").replace("]", ")");
    expect(await wrongLoop(one, list)).toBeUndefined();
    const other = (await loopOfCommit([script]))!;
    const holes = "const out = Array.from(xs, (x) => x.name);\n";
    expect(await wrongLoop(other, holes)).toBeUndefined();
  });
});
