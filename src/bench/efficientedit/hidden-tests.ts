import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RedraftError } from "../../core/errors.ts";

/** The hidden tests of one task. */
export interface HiddenTest {
  /** Python that follows the edited code. */
  readonly tests: string;
  /** Code of the data set that may import what the edited code will. */
  readonly related: readonly string[];
  /** Code of the data set that is right, and the tests that it must pass: for a CodeIF function those before the edit. */
  readonly solution: { readonly code: string; readonly tests: string };
}

/** The hidden tests by the id of a recorded edit; undefined where its task has none that run by themselves. */
export type HiddenTests = (id: string) => HiddenTest | undefined;

interface CanItEditTask {
  readonly full_name: string;
  readonly before: string;
  readonly after: string;
  readonly tests: string;
}

interface CodeIfTask {
  readonly task_id: number | string;
  readonly code: string;
  readonly test: readonly string[];
  readonly requirements: Readonly<
    Record<string, { readonly unit_test: string | readonly string[] } | undefined>
  >;
}

/** A requirement that changes what the function does: the tests of before no longer hold. */
const extendingRequirement = "Functionality Extension";

/**
 * Reads `canitedit.jsonl` and `codeif_L_1_part_1.jsonl` from the folder, or from `benchmarks/` in it. The tests of a CodeIF
 * edit are those of the task and of its requirement, of an extendingRequirement only the latter, as EfficientEdit counts them.
 * CodeIF's functions from repositories (part 2) have tests in their projects, which are not part of the data.
 */
export function readHiddenTests(data: string): HiddenTests {
  const folder = [join(data, "benchmarks"), data].find((one) =>
    existsSync(join(one, "codeif_L_1_part_1.jsonl")),
  );
  if (folder === undefined) {
    throw new RedraftError(
      "file-error",
      `neither ${data} nor benchmarks/ in it has codeif_L_1_part_1.jsonl, whose tests decide Pass@1; --tests names the folder`,
    );
  }
  const edits = new Map<string, HiddenTest>();
  for (const task of linesOf<CanItEditTask>(join(folder, "canitedit.jsonl"))) {
    const { full_name, tests, before, after } = task;
    const solution = { code: after, tests };
    edits.set(full_name, { tests, related: [before, after], solution });
  }
  const functions = new Map<string, HiddenTest>();
  for (const task of linesOf<CodeIfTask>(join(folder, "codeif_L_1_part_1.jsonl"))) {
    for (const [name, requirement] of Object.entries(task.requirements)) {
      if (requirement === undefined) continue;
      const own = [requirement.unit_test].flat();
      const tests = [...(name === extendingRequirement ? [] : task.test), ...own].join("\n");
      const solution = { code: task.code, tests: task.test.join("\n") };
      functions.set(`${task.task_id}/${name}`, { tests, related: [task.code], solution });
    }
  }
  return (id) => {
    const [set, ...rest] = id.split("/");
    if (set === "canitedit") return edits.get(rest[0] ?? "");
    // "qwen2.5-32b/fn_multi/11/Edge Case Handling"
    return rest[0]?.startsWith("fn_") ? functions.get(rest.slice(1).join("/")) : undefined;
  };
}

function linesOf<Line>(file: string): Line[] {
  if (!existsSync(file)) throw new RedraftError("file-error", `${file} is not there`);
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Line);
}
