import { describe, expect, it } from "vitest";
import type { Edit, FormatName, LineRole } from "../../core/edit.ts";
import { merge } from "../merge.ts";

const roles: Readonly<Record<string, LineRole>> = { " ": "keep", "-": "drop", "+": "add" };

/** One explicit part, a line a string, with the sign of a diff before it. */
function apply(
  source: string,
  part: readonly string[],
  format: FormatName = "search-replace",
): string {
  const lines = part.map((line, index) => {
    return { text: line.slice(1), role: roles[line[0]!]!, at: index + 1 };
  });
  const edit: Edit = {
    format,
    why: "test",
    extent: "parts",
    segments: [{ kind: "lines", lines }],
    action: "update",
  };
  const outcome = merge(source, edit);
  return outcome.kind === "proved" ? outcome.text : outcome.kind;
}

const go = "func f() {\n\ta := 1\n\tif a > 0 {\n\t\tg(a)\n\t}\n}\n";

describe("new lines written with blanks in a file of tabs", () => {
  it("get its tabs, as deep as the lines beside them", () => {
    expect(apply(go, [" \t\tg(a)", "+        h(a)"])).toContain("\t\tg(a)\n\t\th(a)\n");
    expect(apply(go, ["-\ta := 1", "+  a := 2", "+  for {", "+    g(a)", "+  }"])).toContain(
      "\ta := 2\n\tfor {\n\t\tg(a)\n\t}\n",
    );
  });

  it("become recipes of a Makefile", () => {
    const make = "all:\n\tcc a.c\n\nclean:\n\trm -f a\n";
    const part = ["+test: all", "+    ./a", "+", " clean:"];
    expect(apply(make, part)).toContain("test: all\n\t./a\n\nclean:");
  });

  it("stay as written where they are the change, a long text, or a condition of make", () => {
    expect(apply(go, ["-\t\tg(a)", "+        g(a)"])).toContain("\n        g(a)\n");
    expect(apply(go, ["-\ta := 1", "+\ta := `", "+    x", "+`"])).toContain("\n    x\n");
    const make = "all:\n\tcc a.c\n\nclean:\n\trm -f a\n";
    const part = ["+ifdef X", "+    CC = x", "+endif", " clean:"];
    expect(apply(make, part)).toContain("ifdef X\n    CC = x\nendif\n");
  });

  it("stay as written in a whole file, beside code fences, and where the file has both", () => {
    expect(apply(go, [" \t\tg(a)", "+        h(a)"], "whole")).toContain("\n        h(a)\n");
    const guide = "Run:\n\n```\n\tmake\n\tmake test\n```\n\nend\n";
    expect(apply(guide, ["+    indented", " end"])).toContain("\n    indented\n");
    const both = "a\n\tb\n    c\n\td\n    e\n";
    expect(apply(both, [" \td", "+    x"])).toContain("\td\n    x\n");
  });
});

describe("new lines written with tabs in a file of blanks", () => {
  it("get its unit", () => {
    const source = "class A:\n  def f(self):\n    a = 1\n    b = 2\n    return a\n";
    expect(apply(source, ["     a = 1", "+\t\tc = 3", "     b = 2"])).toContain(
      "    a = 1\n    c = 3\n    b = 2\n",
    );
  });
});

describe("a search part that is not indented as the file is", () => {
  const source = "class A {\n    run() {\n        one();\n        two();\n    }\n}\n";

  it("gives the first new line what the first old one lost", () => {
    expect(apply(source, ["-one();", "-        two();", "+one(1);", "+        two(2);"])).toContain(
      "        one(1);\n        two(2);\n",
    );
  });

  it("leaves later lines at the margin that are meant so", () => {
    const part = ["-one();", "-        two();", "+one(1);", "+        two(2);", "+#endif"];
    expect(apply(source, part)).toContain("        two(2);\n#endif\n");
  });

  it("gives every new line the indentation of the old line that is written like it", () => {
    const part = ["     run() {", "     one();", "+    more();", "     two();", "     }"];
    expect(apply(source, part)).toContain(
      "        one();\n        more();\n        two();\n    }\n",
    );
  });

  it("keeps a change of indentation that the edit is about", () => {
    expect(apply(source, ["-        one();", "+one();", "         two();"])).toContain(
      "{\none();\n        two();\n",
    );
  });
});
