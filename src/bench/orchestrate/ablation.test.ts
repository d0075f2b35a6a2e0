import { describe, expect, it } from "vitest";
import { runWithout } from "./ablation.ts";
import type { RepositoryCase } from "./cases.ts";
import type { OrchestrateRow } from "./orchestrate-rows.ts";
import { orchestrateSvg } from "./orchestrate-svg.ts";

const before = { "a.py": "def f():\n    return 1\n", "b.py": "from a import f\n\nprint(f())\n" };
const after = (text: string): string => text.replaceAll(/\bf\b/gu, "g");
const files = Object.entries(before).map(([path, text]) => ({
  path,
  before: text,
  after: after(text),
}));
const one: RepositoryCase = {
  id: "r@1",
  type: "rename",
  instruction: "rename f to g",
  request: { rename: { from: "f", to: "g", at: { path: "a.py", line: 1 } } },
  texts: new Map(Object.entries(before)),
  judge: { kind: "commit", files },
};

describe("a run without a part", () => {
  it("misses other files without the index, and everything without specialists", async () => {
    expect(await runWithout(one, undefined)).toMatchObject({
      accepted: true,
      right: true,
    });
    expect((await runWithout(one, "index")).right).toBe(false);
    expect(await runWithout(one, "specialists")).toMatchObject({
      recognised: false,
      accepted: false,
    });
  });
});

it("a picture of the rows has a bar for each number", () => {
  const row: OrchestrateRow = {
    suite: "orchestrate",
    type: "rename",
    cases: 4,
    recognised: 4,
    proposed: 3,
    accepted: 2,
    asked: 0,
    right: 1,
    seconds: 0.1,
    indexSeconds: 0.1,
  };
  const svg = orchestrateSvg([row]);
  expect(
    [...svg.matchAll(/<title>(\w+): (\d of 4)<\/title>/gu)].map(([, name, n]) => [name, n]),
  ).toEqual([
    ["proposed", "3 of 4"],
    ["accepted", "2 of 4"],
    ["right", "1 of 4"],
  ]);
});
