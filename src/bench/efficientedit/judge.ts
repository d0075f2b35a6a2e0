import { execFile } from "node:child_process";
import type { HiddenTest, HiddenTests } from "./hidden-tests.ts";
import type { Sandbox, SandboxResult } from "./sandbox.ts";

/** Why an edit has no verdict: its task has no tests here, or they import what this Python has not. */
export type Untested = "no-tests" | "missing-module";

export type Judgement = SandboxResult["outcome"] | Untested;

export interface Judge {
  /** Runs the edited code with the hidden tests of its task. The same code is run once. */
  judge(id: string, code: string): Promise<Judgement>;
  /** Modules that tests import and this Python has not. */
  missingModules(): readonly string[];
}

/** Judges of the same sandbox and tests, at most so many programs at a time. */
export function createJudge(sandbox: Sandbox, testsOf: HiddenTests, parallel = 2): Judge {
  const known = new Map<string, Promise<Judgement>>();
  const modules = new Map<HiddenTest, Promise<readonly string[]>>();
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

  async function decide(test: HiddenTest, code: string): Promise<Judgement> {
    const asked = modules.get(test) ?? missingFrom(sandbox.executable, test);
    modules.set(test, asked);
    const absent = await asked;
    for (const name of absent) missing.add(name);
    if (absent.length > 0) return "missing-module";
    return (await sandbox.run(`${code}\n\n${test.tests}\n`)).outcome;
  }

  return {
    async judge(id, code) {
      const test = testsOf(id);
      if (test === undefined) return "no-tests";
      const key = `${code}\u0000${test.tests}`;
      const answer = known.get(key) ?? inTurn(() => decide(test, code));
      known.set(key, answer);
      return answer;
    },
    missingModules: () => [...missing].sort(),
  };
}

/** Parses, and runs nothing: names of imported modules that are not installed. */
const findMissing = `
import ast, importlib.util, json, sys
missing = set()
for text in json.load(sys.stdin):
    try:
        tree = ast.parse(text)
    except SyntaxError:
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
print(json.dumps(sorted(missing)))
`;

function missingFrom(python: string, { tests, related }: HiddenTest): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const child = execFile(python, ["-I", "-c", findMissing], (error, stdout) => {
      if (error) reject(error);
      else resolve(JSON.parse(stdout) as string[]);
    });
    child.stdin!.on("error", () => {});
    child.stdin!.end(JSON.stringify([tests, ...related]));
  });
}
