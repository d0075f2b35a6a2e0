import { describe, expect, it } from "vitest";
import { planRepeat, type RepeatPlan } from "../../src/orchestrate/like-places/repeat.ts";
import type { NameView } from "../../src/orchestrate/names/resolve-name.ts";
import { memoryView } from "../support/memory-repository.ts";

const lib = "export function foo(...all: any[]) {}\nexport const ctx = 1;\n";
const many = 1500;

const lines = (write: (at: number) => string, count = many): string =>
  Array.from({ length: count }, (_, at) => write(at)).join("");

interface CountedPlan {
  readonly plan: RepeatPlan | Error;
  /** How often the text of the repository was parsed, all parses of its parts together. */
  readonly parsed: number;
  readonly written: ReadonlyMap<string, string>;
}

/** Repeats an edit in a generated repository and counts what is parsed for it. */
async function countedPlan(
  files: Readonly<Record<string, string>>,
  edit: { path: string; before: string },
): Promise<CountedPlan> {
  const view = await memoryView(files);
  let read = 0;
  const counting: NameView = {
    ...view,
    async parserFor(path) {
      const parser = await view.parserFor(path);
      return (
        parser && {
          parse(text) {
            read += text.length;
            return parser.parse(text);
          },
        }
      );
    },
  };
  const after = files[edit.path]!;
  const plan = await planRepeat(counting, { edit: [{ ...edit, after }] }).catch(
    (error: unknown) => error as Error,
  );
  const size = Object.values(files).reduce((sum, text) => sum + text.length, 0);
  const made = plan instanceof Error ? [] : plan.files;
  return {
    plan,
    parsed: read / size,
    written: new Map(made.map((file) => [file.path, file.after])),
  };
}

/** Parsing each place by itself would parse the text thousands of times. */
const mostParsed = 15;

describe("an edit with a thousand places and more", () => {
  const imports = 'import { foo, ctx } from "./lib";\n';

  it("calls in one file", async () => {
    const body = lines((at) => `function f${at}(q: any) {\n  return foo(q + ${at});\n}\n`);
    const head = `${imports}foo(0);\n`;
    const before = head + body;
    const files = { "lib.ts": lib, "a.ts": head.replace("foo(0)", "foo(0, ctx)") + body };
    const { plan, parsed, written } = await countedPlan(files, { path: "a.ts", before });
    expect((plan as RepeatPlan).places).toHaveLength(many);
    expect(written.get("a.ts")).toBe(before.replaceAll(/foo\((.*)\)/gu, "foo($1, ctx)"));
    expect(parsed).toBeLessThan(mostParsed);
  });

  it("calls in many files, none of which has the new name", async () => {
    const files: Record<string, string> = { "lib.ts": lib, "a.ts": `${imports}foo(0, ctx);\n` };
    for (let at = 0; at < many / 10; at += 1) {
      const calls = Array.from({ length: 10 }, (_, call) => `foo(${call});\n`).join("");
      files[`m${at}.ts`] = `import { foo } from "./lib";\n${calls}`;
    }
    const { plan, parsed } = await countedPlan(files, {
      path: "a.ts",
      before: `${imports}foo(0);\n`,
    });
    expect((plan as Error).message).toContain("`ctx` is not declared here");
    expect(parsed).toBeLessThan(mostParsed);
  });

  it("values that need brackets, beside names of their own", async () => {
    const head = 'import { foo } from "./lib";\ndeclare const p: any;\nconst a = foo(p);\n';
    const count = 300;
    const body = lines((at) => `const x${at} = foo(p || ${at});\n`, count);
    const files = { "lib.ts": lib, "a.ts": head.replace("foo(p)", "p.foo()") + body };
    const { written, parsed } = await countedPlan(files, { path: "a.ts", before: head + body });
    expect(written.get("a.ts")).toContain(`const x${count - 1} = (p || ${count - 1}).foo();`);
    // The first ones are each read without brackets.
    expect(parsed).toBeLessThan(100);
  });

  it("calls inside of each other", async () => {
    const body = Array.from(
      { length: many / 50 },
      (_, at) => `${"foo(".repeat(50)}${at}${")".repeat(50)};\n`,
    ).join("");
    const head = `${imports}foo(0);\n`;
    const files = { "lib.ts": lib, "a.ts": head.replace("foo(0)", "foo(0, ctx)") + body };
    const { plan, parsed, written } = await countedPlan(files, {
      path: "a.ts",
      before: head + body,
    });
    expect((plan as RepeatPlan).places).toHaveLength(many);
    expect(written.get("a.ts")).toBe(
      head.replace("foo(0)", "foo(0, ctx)") + body.replaceAll(")", ", ctx)"),
    );
    expect(parsed).toBeLessThan(mostParsed);
  });

  it("words of comments", async () => {
    const body = lines((at) => `// and https://example.org/old/p${at}\nexport const b${at} = 1;\n`);
    const head = "// see https://example.org/old/guide\n";
    const files = { "a.ts": head.replace("old", "new") + body };
    const { parsed, written } = await countedPlan(files, { path: "a.ts", before: head + body });
    expect(written.get("a.ts")).toBe((head + body).replaceAll("old", "new"));
    expect(parsed).toBeLessThan(mostParsed);
  });
});
