import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openSandbox, type Sandbox } from "../sandbox/sandbox.ts";
import { readHiddenTests } from "./hidden-tests.ts";
import { createJudge } from "./judge.ts";
import { referenceRows } from "./reference.ts";

const data = mkdtempSync(join(tmpdir(), "redraft-hidden-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));
const before = "def add(a, b):\n    return a - b\n";
const after = "def add(a, b):\n    return a + b\n";
const tests = "assert add(2, 1) == 3\n";
const canitedit = [
  { full_name: "1_add", before, after, tests },
  { full_name: "2_odd", before, after, tests: `import no_such_module_of_ours\n${tests}` },
];
const requirements = {
  "Exception Handling": { unit_test: ["try: add('a'); assert False except TypeError: pass"] },
  "Edge Case Handling": { unit_test: ["assert add(0, 0) == 0"] },
  "Functionality Extension": { unit_test: "assert add('a', 'b') == 'ab'" },
};
const codeif = [{ task_id: 7, code: after, test: [tests.trim()], requirements }];
const written = (rows: readonly unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");
mkdirSync(join(data, "benchmarks"));
writeFileSync(join(data, "benchmarks", "canitedit.jsonl"), written(canitedit));
writeFileSync(join(data, "benchmarks", "codeif_L_1_part_1.jsonl"), written(codeif));

const testsOf = readHiddenTests(data);

describe("readHiddenTests", () => {
  it("finds a task's tests by the id of the edit", () => {
    expect(testsOf("canitedit/1_add/lazy")?.tests).toBe(tests);
    expect(testsOf("m/fn_multi/7/Edge Case Handling")?.tests).toBe(
      "assert add(2, 1) == 3\nassert add(0, 0) == 0",
    );
    expect(testsOf("m/l1_multi/jinja2.f/Edge Case Handling")).toBeUndefined();
  });

  it("drops the tests of before where the function is to do something else", () => {
    const extended = testsOf("m/fn_multi/7/Functionality Extension")?.tests;
    expect(extended).toBe("assert add('a', 'b') == 'ab'");
  });

  it("says what it needs where it is not there", () => {
    expect(() => readHiddenTests(join(data, "none"))).toThrow(/codeif_L_1_part_1.*--tests/);
  });
});

const opened = await openSandbox();

describe.skipIf("missing" in opened)("createJudge", () => {
  const judge = createJudge(opened as Sandbox, testsOf);

  it("passes right edits and fails the others", async () => {
    expect(await judge.judge("canitedit/1_add/lazy", after)).toBe("passed");
    expect(await judge.judge("canitedit/1_add/lazy", before)).toBe("failed");
    expect(await judge.judge("m/l1_multi/jinja2.f/Edge Case Handling", after)).toBe("no-tests");
  });

  it("judges a task's own solution by its own tests", async () => {
    expect(await judge.judgeSolution("m/fn_multi/7/Exception Handling")).toBe("passed");
  });

  it("leaves a task out whose tests are not Python", async () => {
    expect(await judge.judge("m/fn_multi/7/Exception Handling", after)).toBe("broken-tests");
  });

  it("leaves a task out whose tests need an absent module, and names it", async () => {
    expect(await judge.judge("canitedit/2_odd/lazy", after)).toBe("missing-module");
    expect(judge.missingModules()).toEqual(["no_such_module_of_ours"]);
  });

  it("counts a module that only the model imports as its mistake", async () => {
    const invented = `import no_such_module_of_ours\n${after}`;
    expect(await judge.judge("canitedit/1_add/lazy", invented)).toBe("failed");
  });

  it("judges what the data set itself calls right and not yet edited", async () => {
    const records = canitedit.map(({ full_name }) => ({
      id: `canitedit/${full_name}/lazy`,
      instruction: "",
      original: before,
      edited: after,
    }));
    const [solution, edited, original] = await referenceRows("canitedit", records, judge, () => {});
    expect(solution).toMatchObject({ text: "solution", passed: 1, missingModule: 1 });
    expect(edited).toMatchObject({ cases: 2, passed: 1, missingModule: 1, unexpected: [] });
    expect(original).toMatchObject({ passed: 0, failed: 1, unexpected: [] });
  });
});
