import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import { readEdit } from "./read.ts";

const pair = (old: string, fresh: string, source: string, path = "a.js"): string[] =>
  showEdit(readEdit(JSON.stringify({ old_string: old, new_string: fresh }), { path, source }));

const block = (search: string, replace: string, source: string, path = "a.js"): string[] =>
  showEdit(
    readEdit(`<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`, { path, source }),
  );

describe("strings escaped once too often", () => {
  const source = 'log("hi " + name);\nlog("bye\\n");\nconst id = /^\\w+$/;\n';

  for (const [what, read] of [
    ["pairs", pair],
    ["blocks", block],
  ] as const) {
    it(`${what}: the level that the old side has too many comes off both`, () => {
      expect(read('log(\\"hi \\" + name);', 'log(\\"hello \\" + name);', source)).toEqual(
        expect.arrayContaining(['-log("hi " + name);', '+log("hello " + name);']),
      );
      expect(read("const id = /^\\\\w+$/;", "const id = /^\\\\w{2,}$/;", source)).toEqual(
        expect.arrayContaining(["-const id = /^\\w+$/;", "+const id = /^\\w{2,}$/;"]),
      );
    });

    it(`${what}: entities too`, () => {
      const code = "if (a < b && c) {\n";
      expect(read("if (a &lt; b &amp;&amp; c) {", "if (a &lt;= b &amp;&amp; c) {", code)).toEqual(
        expect.arrayContaining(["+if (a <= b && c) {"]),
      );
    });

    it(`${what}: refused where the new side leaves open which level that is`, () => {
      expect(() => read('log(\\"hi \\" + name);', 'log(\\"\\\\d\\" + name);', source)).toThrow(
        /in the file only without its backslashes, so both strings seem to be escaped once too often/,
      );
    });

    it(`${what}: refused where only the new side has escaped line ends`, () => {
      expect(() => read("log(name);", "log(name);\\n  more();\\n", "log(name);\n")).toThrow(
        /\\n as two characters where a line ends/,
      );
    });

    it(`${what}: refused where a string was cut by a raw line end`, () => {
      expect(() => read("log(name);", 'log("a\n");', "log(name);\n")).toThrow(
        /line end inside a quoted text.*a backslash was lost/,
      );
    });
  }

  it("takes only what the file shows: an escape inside a string stays", () => {
    expect(pair('log(\\"bye\\n\\");', 'log(\\"bye bye\\n\\");', source)).toContain(
      '+log("bye bye\\n");',
    );
    expect(pair('log(\\"bye\\\\n\\");', 'log(\\"ciao\\\\n\\");', source)).toContain(
      '+log("ciao\\n");',
    );
    expect(pair('log(\\"hi \\" + name);', 'log(\\"hi\\n\\" + name);', source)).toContain(
      '+log("hi\\n" + name);',
    );
  });

  it("leaves alone what stands in the file as written", () => {
    const escaped = "s = 'L\\'a';\nt = '&lt;';\n";
    expect(pair("s = 'L\\'a';", "s = 'L\\'b';", escaped)).toContain("+s = 'L\\'b';");
    expect(pair("t = '&lt;';", "t = '&gt;';", escaped)).toContain("+t = '&gt;';");
    expect(pair("split(',')", "split(/,\\n/)", "x.split(',')\n")).toContain("+x.split(/,\\n/)");
  });
});

describe("line numbers of a reading tool", () => {
  const source = "def a():\n    return 1\n\ndef b():\n    return 1\n";
  const wanted = ["-    return 1", "+    return 2"];

  for (const [name, number] of [
    ["bars", (n: number) => `${n} | `],
    ["arrows", (n: number) => `     ${n}→`],
    ["tabs", (n: number) => `${n}\t`],
    ["colons", (n: number) => `  ${n}: `],
    ["line hashes", (n: number) => `${n}:c3|`],
  ] as const) {
    it(`${name}: off on both sides, the first number tells the place`, () => {
      for (const read of [pair, block]) {
        const old = `${number(5)}    return 1`;
        const numbered = read(old, `${number(5)}    return 2`, source, "a.py");
        expect(numbered.slice(1)).toEqual(wanted);
        expect(numbered[0]).toMatch(/~lines (?:at|near) 5/);
        expect(read(old, "    return 2", source, "a.py")).toEqual(numbered);
      }
    });
  }

  it("may be missing on new lines and on blank ones", () => {
    const old = "2|    return 1\n3|\n4|def b():";
    const fresh = "2|    return 1\n    # next\n\n4|def b():";
    expect(pair(old, fresh, source, "a.py")).toContain("+    # next");
    expect(
      pair(
        "1|def a():\n2|    return 1\n\n4|def b():",
        "1|def a():\n2|    return 3\n\n4|def b():",
        source,
        "a.py",
      ),
    ).toEqual(["~lines at 2", "-    return 1", "+    return 3"]);
  });

  it("are text where the file's own lines begin so, or they do not ascend", () => {
    const table = "1: one\n2: two\n3: three\n";
    expect(pair("1: one\n2: two", "1: uno\n2: due", table, "a.yaml")).toContain("+1: uno");
    const skipping = pair("2|    return 1\n5|    return 1", "x", source, "a.py");
    expect(skipping).toContain("-2|    return 1");
  });

  it("leave numbers that are no line numbers in the new lines", () => {
    const codes = "codes = {\n  200: 'ok',\n}\n";
    expect(pair("2:   200: 'ok',", "  200: 'ok',\n  404: 'no',", codes, "a.py")).toEqual([
      "~lines at 3",
      "+  404: 'no',",
    ]);
  });

  it("stay where nothing of the numbered lines is in the file, so that it is refused as written", () => {
    expect(pair("7|    return 9", "7|    return 8", source, "a.py")).toContain("-7|    return 9");
  });
});

describe("a first line without its indentation", () => {
  const source = "class A:\n    def f(self):\n        x = one()\n        y = two()\n";

  it("gets that of the others on both sides, also where every line changes", () => {
    const search = "x = one()\n        y = two()";
    expect(block(search, "x = uno()\n        y = due()", source, "a.py")).toEqual([
      "~lines",
      "-        x = one()",
      "-        y = two()",
      "+        x = uno()",
      "+        y = due()",
    ]);
  });

  it("gets it in the units of the block", () => {
    const tabs = source.replaceAll("    ", "\t");
    const read = pair("x = one()\n        y = two()", "x = uno()\n        y = due()", tabs, "a.py");
    expect(read).toEqual(expect.arrayContaining(["+        x = uno()", "+        y = due()"]));
  });

  it("gets it where the new lines of a single one are written as in the file", () => {
    expect(block("x = one()", "x = one()\n        z = 3", source, "a.py")).toEqual([
      "~lines",
      "         x = one()",
      "+        z = 3",
    ]);
    expect(block("y = two()", "if x:\n    y = two()", source, "a.py")).toContain("+if x:");
  });

  it("leaves a block alone that lacks it in every line", () => {
    expect(block("x = one()\ny = two()", "x = uno()\ny = due()", source, "a.py")).toContain(
      "+x = uno()",
    );
  });
});
