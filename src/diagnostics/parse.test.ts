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
const parse = (output: string): object[] => parseDiagnostics(output, (name) => files.has(name));

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

  it("takes no time of day, no address and no file that is not there for a place", () => {
    expect(
      parse("12:30:45: started\nhttp://localhost:8080: ready\nb.ts:1:2: error: x\n[10:11:12] ok"),
    ).toEqual([]);
  });
});
