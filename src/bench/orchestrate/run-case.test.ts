import { describe, expect, it } from "vitest";
import type { RepositoryCase } from "./cases.ts";
import { orchestrateRows } from "./orchestrate-rows.ts";
import { runCase } from "./run-case.ts";

const files = new Map([
  ["a.ts", "export function old(a: number) {\n  return a;\n}\n"],
  ["b.ts", 'import { old } from "./a";\nold(1);\n'],
]);
const renamed = [...files].map(([path, before]) => ({
  path,
  before,
  after: before.replaceAll("old", "next"),
}));
const rename: RepositoryCase = {
  id: "rename",
  type: "rename",
  request: { rename: { from: "old", to: "next" } },
  texts: files,
  instruction: "Rename old to next.",
  judge: {
    kind: "rename",
    files: renamed,
    rename: { from: "old", to: "next", at: [{ path: "a.ts", line: 1 }] },
  },
};

describe("a case of bench orchestrate", () => {
  it("is right where the edit is what the commit did", async () => {
    expect(await runCase(rename)).toMatchObject({ proposed: true, accepted: true, right: true });
  });

  it("is wrong where the commit did something else", async () => {
    const [a, b] = renamed;
    const judge = {
      ...rename.judge,
      files: [a!, { ...b!, after: b!.before }],
    } as RepositoryCase["judge"];
    expect(await runCase({ ...rename, judge })).toMatchObject({
      accepted: true,
      right: false,
      why: "b.ts:1 is renamed, and the commit keeps it",
    });
  });

  it("is refused with the reason, and counts with our decoding behind it", async () => {
    const missing = await runCase({ ...rename, request: { rename: { from: "none", to: "next" } } });
    expect(missing).toMatchObject({ recognised: true, proposed: false, accepted: false });
    const decoding = { tokens: 10, plain: 20, drafted: 4, sketch: 2 };
    const base = { ...missing, seconds: 1, indexSeconds: 1, decoding };
    const [row] = orchestrateRows([base, { ...base, accepted: true, right: true }]);
    // 40 seconds of plain decoding; 1 + 1 + 4 and 1 + 1 of ours.
    expect(row).toMatchObject({ cases: 2, accepted: 1, right: 1, precision: 100, againstPlain: 5 });
  });

  it("counts what tests say apart, and what was not run not at all", async () => {
    const right = await runCase(rename);
    const other = { ...right, right: false };
    const verdicts = ["right", "right", "wrong", "not run"] as const;
    const [row] = orchestrateRows([right, ...verdicts.map((tests) => ({ ...other, tests }))]);
    expect(row).toMatchObject({
      accepted: 5,
      right: 1,
      rightByTests: 2,
      wrongByTests: 1,
      notRun: 1,
      precision: 75,
    });
    expect(orchestrateRows([right])[0]).not.toHaveProperty("notRun");
  });

  it("takes a changed signature back", async () => {
    const one: RepositoryCase = {
      ...rename,
      type: "signature",
      request: {
        signature: { from: "old", parameters: "zz: number, a: number", values: { zz: "0" } },
      },
      judge: { kind: "undone", request: { signature: { from: "old", parameters: "a: number" } } },
    };
    expect(await runCase(one)).toMatchObject({ accepted: true, right: true });
  });

  it("has the person take the places that the commit changed", async () => {
    const head = "declare function foo(...all: number[]): void;\n";
    const before = `${head}foo(1);\nfoo(3);\nfoo(4);\n`;
    const edited = before.replace("foo(1)", "foo(1, 2)");
    const after = edited.replace("foo(3)", "foo(3, 2)");
    const one: RepositoryCase = {
      ...rename,
      type: "repeat",
      texts: new Map([["a.ts", edited]]),
      request: { repeat: { edit: [{ path: "a.ts", before, after: edited }], all: true } },
      judge: { kind: "commit", files: [{ path: "a.ts", before, after }] },
    };
    expect(await runCase(one)).toMatchObject({ accepted: true, asked: true, right: true });
    const judge = {
      kind: "commit" as const,
      files: [{ path: "a.ts", before, after: after.replace("foo(4)", "foo(4, 2)") }],
    };
    expect(await runCase({ ...one, judge })).toMatchObject({ asked: false, right: true });
  });

  it("is not recognised where no specialist takes the request", async () => {
    const request = { instruction: "Make it faster." };
    const outcome = await runCase({ ...rename, type: "multi-file", request });
    expect(outcome).toMatchObject({ recognised: false, proposed: false, files: [] });
  });
});
