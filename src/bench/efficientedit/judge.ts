import { execFile } from "node:child_process";
import type { Sandbox, SandboxResult } from "../sandbox/sandbox.ts";
import type { HiddenTest, HiddenTests } from "./hidden-tests.ts";

/** Why an edit has no verdict: its task has no tests here, they are not Python, or they import what this Python has not. */
export type Untested = "no-tests" | "broken-tests" | "missing-module";

export type TestVerdict = SandboxResult["outcome"] | Untested;

export function isVerdict(judgement: TestVerdict): judgement is SandboxResult["outcome"] {
  return ["passed", "failed", "timed-out"].includes(judgement);
}

export interface Judge {
  /** Runs the edited code with the hidden tests of its task. The same code is run once. */
  judge(id: string, code: string): Promise<TestVerdict>;
  /** Runs what the data set itself calls right. */
  judgeSolution(id: string): Promise<TestVerdict>;
  /** Modules that tests import and this Python has not. */
  missingModules(): readonly string[];
}

/** Judges of the same sandbox and tests, at most so many programs at a time. */
export function createJudge(sandbox: Sandbox, testsOf: HiddenTests, parallel = 2): Judge {
  const known = new Map<string, Promise<TestVerdict>>();
  const needs = new Map<HiddenTest, Promise<TestNeeds>>();
  const missing = new Set<string>();
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inTurn<T>(run: () => Promise<T>): Promise<T> {
    if (running >= parallel) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  }

  async function decide(test: HiddenTest, code: string, tests: string): Promise<TestVerdict> {
    const asked = needs.get(test) ?? needsOf(sandbox.executable, test);
    needs.set(test, asked);
    const { absent, broken } = await asked;
    if (broken) return "broken-tests";
    for (const name of absent) missing.add(name);
    if (absent.length > 0) return "missing-module";
    return (await sandbox.run(`${code}\n\n${tests}\n`)).outcome;
  }

  function once(test: HiddenTest, code: string, tests: string): Promise<TestVerdict> {
    const key = `${code}\u0000${tests}`;
    const answer = known.get(key) ?? inTurn(() => decide(test, code, tests));
    known.set(key, answer);
    return answer;
  }

  return {
    async judge(id, code) {
      const test = testsOf(id);
      return test === undefined ? "no-tests" : once(test, code, test.tests);
    },
    async judgeSolution(id) {
      const test = testsOf(id);
      if (test === undefined) return "no-tests";
      const { code, tests } = test.solution;
      return once({ ...test, tests, related: [code] }, code, tests);
    },
    missingModules: () => [...missing].sort(),
  };
}

interface TestNeeds {
  /** Modules that are imported and not installed. */
  readonly absent: readonly string[];
  /** Whether the tests are not Python: no edit can pass them. */
  readonly broken: boolean;
}

/** Parses, and runs nothing of what it reads. */
const findMissing = `
import ast, importlib.util, json, sys
missing = set()
broken = False
for i, text in enumerate(json.load(sys.stdin)):
    try:
        tree = ast.parse(text)
    except SyntaxError:
        broken = broken or i == 0
        continue
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module]
        for name in names:
            top = name.split(".")[0]
            if importlib.util.find_spec(top) is None:
                missing.add(top)
print(json.dumps({"absent": sorted(missing), "broken": broken}))
`;

function needsOf(python: string, { tests, related }: HiddenTest): Promise<TestNeeds> {
  return new Promise((resolve, reject) => {
    const child = execFile(python, ["-I", "-c", findMissing], (error, stdout) => {
      if (error) reject(error);
      else resolve(JSON.parse(stdout) as TestNeeds);
    });
    child.stdin!.on("error", () => {});
    child.stdin!.end(JSON.stringify([tests, ...related]));
  });
}
