import { describe, expect, it } from "vitest";
import { parseDiagnostics } from "./parse.ts";

const files = new Set([
  "src/a.ts",
  "/p/a.js",
  "a.c",
  "a.py",
  "./x.go",
  "src/main.rs",
  "C:\\src\\a.cs",
  "a b/c (1).ts",
  "A.java",
]);
/** Without codes, which have a test of their own. */
const parse = (output: string): object[] =>
  parseDiagnostics(output, (name) => files.has(name)).map(({ code: _, ...rest }) => rest);

const place = (file: string, line: number, column?: number): object => ({
  file,
  line,
  ...(column === undefined ? {} : { column }),
});

describe("messages of tools", () => {
  const shapes: [tool: string, output: string, ...found: object[]][] = [
    [
      "tsc",
      "src/a.ts(3,7): error TS2322: Type 'x' is not 'y'.\n  Types of property.",
      { ...place("src/a.ts", 3, 7), severity: "error", message: "TS2322: Type 'x' is not 'y'." },
    ],
    [
      "tsc --pretty",
      "\u001b[96msrc/a.ts\u001b[0m:\u001b[93m3\u001b[0m:\u001b[93m7\u001b[0m - \u001b[91merror\u001b[0m\u001b[90m TS2322: \u001b[0mno.\n\n3 const a = 1;\n  ~~~~~",
      { ...place("src/a.ts", 3, 7), severity: "error", message: "TS2322: no." },
    ],
    [
      "msvc and dotnet",
      "C:\\src\\a.cs(12): warning CS0168: unused [C:\\src\\p.csproj]",
      {
        ...place("C:\\src\\a.cs", 12),
        severity: "warning",
        message: "CS0168: unused [C:\\src\\p.csproj]",
      },
    ],
    [
      "eslint unix",
      "/p/a.js:1:5: 'x' is unused. [Error/no-unused-vars]\n/p/a.js:2:1: Odd. [Warning/odd]",
      {
        ...place("/p/a.js", 1, 5),
        severity: "error",
        message: "'x' is unused. [Error/no-unused-vars]",
      },
      { ...place("/p/a.js", 2, 1), severity: "warning", message: "Odd. [Warning/odd]" },
    ],
    [
      "eslint compact",
      "/p/a.js: line 1, col 5, Warning - 'x' is unused. (no-unused-vars)",
      {
        ...place("/p/a.js", 1, 5),
        severity: "warning",
        message: "'x' is unused. (no-unused-vars)",
      },
    ],
    [
      "eslint by default",
      "\n/p/a.js\n  1:5   error    'x' is unused  no-unused-vars\n  12:1  warning  odd  odd\n\n✖ 2 problems",
      { ...place("/p/a.js", 1, 5), severity: "error", message: "'x' is unused  no-unused-vars" },
      { ...place("/p/a.js", 12, 1), severity: "warning", message: "odd  odd" },
    ],
    [
      "gcc",
      "a.c: In function 'f':\na.c:3:5: error: expected ';'\n    3 | int x\n      |     ^\na.c:1:1: note: declared here\na.c:9:1: fatal error: x.h: No such file",
      { ...place("a.c", 3, 5), severity: "error", message: "expected ';'" },
      { ...place("a.c", 9, 1), severity: "error", message: "x.h: No such file" },
    ],
    [
      "mypy",
      "a.py:3: error: Bad  [arg-type]\na.py:4:2: note: see\na.py:5:2:5:9: error: Worse",
      { ...place("a.py", 3), severity: "error", message: "Bad  [arg-type]" },
      { ...place("a.py", 5, 2), severity: "error", message: "Worse" },
    ],
    [
      "ruff",
      "a.py:1:8: F401 [*] `os` imported but unused\nFound 1 error.",
      { ...place("a.py", 1, 8), severity: "error", message: "F401 [*] `os` imported but unused" },
    ],
    [
      "ruff by default",
      "F401 [*] `os` imported but unused\n --> a.py:1:8\n  |\n1 | import os\n  |        ^^\nhelp: Remove unused import: `os`\n\nFound 1 error.",
      { ...place("a.py", 1, 8), severity: "error", message: "F401 [*] `os` imported but unused" },
    ],
    [
      "pyflakes",
      "a.py:1:7: invalid syntax\ndef f(:\n      ^\na.py:3:5: undefined name 'x'",
      { ...place("a.py", 1, 7), severity: "error", message: "invalid syntax" },
      { ...place("a.py", 3, 5), severity: "error", message: "undefined name 'x'" },
    ],
    [
      "py_compile",
      "  File \"a.py\", line 1\n    def f()\n           ^\nSyntaxError: expected ':'\nSorry: IndentationError: expected an indented block after 'if' statement on line 2 (a.py, line 3)",
      { ...place("a.py", 1), severity: "error", message: "SyntaxError: expected ':'" },
      {
        ...place("a.py", 3),
        severity: "error",
        message: "IndentationError: expected an indented block after 'if' statement on line 2",
      },
    ],
    [
      "a traceback, at the innermost frame of a known file",
      'Traceback (most recent call last):\n  File "b.py", line 9, in <module>\n    main()\n  File "a.py", line 5, in main\n    go()\n  File "/usr/lib/json.py", line 7, in go\n    f(1, 2)\n    ^^^^^^^\nNameError: name \'x\' is not defined\nValueError: not a place any more',
      { ...place("a.py", 5), severity: "error", message: "NameError: name 'x' is not defined" },
    ],
    [
      "a warning of Python",
      "a.py:4: RuntimeWarning: coroutine 'g' was never awaited\n  g()",
      {
        ...place("a.py", 4),
        severity: "error",
        message: "RuntimeWarning: coroutine 'g' was never awaited",
      },
    ],
    [
      "pyright",
      "a.py\n  a.py:1:8 - warning: Odd (reportOdd)",
      { ...place("a.py", 1, 8), severity: "warning", message: "Odd (reportOdd)" },
    ],
    [
      "go vet",
      "# example.com/x\nvet: ./x.go:3:5: undefined: y\n./x.go:4: missing return",
      { ...place("./x.go", 3, 5), severity: "error", message: "undefined: y" },
      { ...place("./x.go", 4), severity: "error", message: "missing return" },
    ],
    [
      "cargo short",
      "src/main.rs:2:5: error[E0308]: mismatched types: expected `u8`\nerror: could not compile",
      {
        ...place("src/main.rs", 2, 5),
        severity: "error",
        message: "[E0308]: mismatched types: expected `u8`",
      },
    ],
    [
      "cargo",
      "error[E0308]: mismatched types\n --> src/main.rs:2:5\n  |\n2 | 1\n",
      { ...place("src/main.rs", 2, 5), severity: "error", message: "[E0308]: mismatched types" },
    ],
    [
      "javac",
      "A.java:7: error: ';' expected\n    int x\n         ^\n1 error",
      { ...place("A.java", 7), severity: "error", message: "';' expected" },
    ],
    [
      "a name with blanks and brackets",
      "a b/c (1).ts:3:1: odd\na b/c (1).ts(4,2): error X: odder",
      { ...place("a b/c (1).ts", 3, 1), severity: "error", message: "odd" },
      { ...place("a b/c (1).ts", 4, 2), severity: "error", message: "X: odder" },
    ],
    [
      "line ends of Windows",
      "src/a.ts(3,7): error TS1: no\r\nsrc/a.ts(4,7): error TS1: no\r\n",
      { ...place("src/a.ts", 3, 7), severity: "error", message: "TS1: no" },
      { ...place("src/a.ts", 4, 7), severity: "error", message: "TS1: no" },
    ],
    [
      "a message that begins like a word of severity",
      "a.c:1:1: errors are here\na.c:2:1: note-taking fails",
      { ...place("a.c", 1, 1), severity: "error", message: "errors are here" },
      { ...place("a.c", 2, 1), severity: "error", message: "note-taking fails" },
    ],
  ];
  for (const [tool, output, ...found] of shapes) {
    it(`reads ${tool}`, () => expect(parse(output)).toEqual(found));
  }

  it.each([
    ["src/a.ts(3,7): error TS2322: no.", "TS2322"],
    ["a.py:1:8: F401 [*] `os` imported but unused", "F401"],
    ["a.py:1:8: invalid-syntax: Expected `:`", "invalid-syntax"],
    ["a.py:3: error: Bad  [arg-type]", "arg-type"],
    ["a.py:1:8 - warning: Odd (reportOdd)", "reportOdd"],
    ["a.py:4: RuntimeWarning: coroutine 'g' was never awaited", "RuntimeWarning"],
    ["src/main.rs:2:5: error[E0308]: mismatched types", "E0308"],
    ["/p/a.js:1:5: 'x' is not defined. [Error/no-undef]", "no-undef"],
    ["/p/a.js: line 1, col 5, Warning - 'x' is unused. (no-unused-vars)", "no-unused-vars"],
    ["/p/a.js\n  1:5  error  'x' is not defined  no-undef", "no-undef"],
    ["./x.go:3:5: undefined: y", undefined],
    ["a.py:3:5: undefined name 'x'", undefined],
    ["a.c:3:5: error: expected ';'", undefined],
  ])("finds the code in %j", (output, code) => {
    expect(parseDiagnostics(output, (name) => files.has(name))[0]?.code).toBe(code);
  });

  it("takes no time of day, no address and no file that is not there for a place", () => {
    expect(
      parse("12:30:45: started\nhttp://localhost:8080: ready\nb.ts:1:2: error: x\n[10:11:12] ok"),
    ).toEqual([]);
  });
});
