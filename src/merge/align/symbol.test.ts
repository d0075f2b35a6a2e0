import { describe, expect, it } from "vitest";
import { readEdit } from "../../edit/read.ts";
import { merge } from "../merge.ts";

const source = `function first() {


  begin(1);
  run(1);

} // first

function second() {
  if (ready) {
    begin(2);
  } // ready
} // second


`;

function textOf(edit: string): string | undefined {
  const outcome = merge(source, readEdit(edit, { path: "a.ts", source, format: "lazy" }));
  return outcome.kind === "proved" ? outcome.text : undefined;
}

describe("a sketch without a marker", () => {
  it("shows one symbol if it begins with its first line", () => {
    const edit = "function second() {\n  if (ready) {\n    begin(3);\n  } // ready\n} // second\n";
    expect(textOf(edit)).toBe(source.replace("begin(2)", "begin(3)"));
    expect(textOf(`// The second one.\n${edit}`)).toBe(
      source.replace("begin(2)", "begin(3)").replace("function second", "// The second one.\n$&"),
    );
  });

  it("shows the file if lines that stand further up come first", () => {
    const emptied = source.replace("  begin(1);\n  run(1);\n", "");
    for (const added of ["  const x = load(7);\n\n", "  again();\n", ""]) {
      const edit = emptied.replace("  } // ready", `${added}  } // ready`);
      expect(textOf(edit)).toBe(edit);
    }
  });
});
