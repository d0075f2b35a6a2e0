import { describe, it } from "vitest";
import { go, spring, type Trap } from "./rename-traps.ts";

const traps: Record<string, Trap> = {
  "a variable declared again in a block": {
    files: go(
      "func f() {\n\t«old» := 1\n\tif x {\n\t\told := 2\n\t\tuse(old)\n\t}\n\tuse(«old»)\n}\n",
    ),
    at: "a.go:4",
  },
  "the right side of := is evaluated before": {
    files: go("func f() {\n\t«old» := 1\n\t{\n\t\told := «old» + 1\n\t\tuse(old)\n\t}\n}\n"),
    at: "a.go:4",
  },
  "use before an inner declaration": {
    files: go(
      "func f() {\n\t«old» := 1\n\t{\n\t\tuse(«old»)\n\t\told := 2\n\t\tuse(old)\n\t}\n}\n",
    ),
    at: "a.go:4",
  },
  "a second := in the same block assigns": {
    files: go("func f() {\n\t«old», err := g()\n\t«old», b := h()\n\tuse(«old», b, err)\n}\n"),
  },
  "an if with a declaration": {
    files: go(
      "func f() {\n\tif «old» := g(); «old» > 1 {\n\t\tuse(«old»)\n\t} else {\n\t\tuse(«old»)\n\t}\n}\n",
    ),
  },
  range: { files: go("func f() {\n\tfor _, «old» := range xs {\n\t\tuse(«old», x.old)\n\t}\n}\n") },
  "a type switch": {
    files: go(
      "func f(old any) {\n\tswitch «old» := old.(type) {\n\tcase int:\n\t\tuse(«old»)\n\t}\n}\n",
    ),
    at: "a.go:4",
    refused: ["ambiguous", "2 symbols"],
  },
  "the cases of a type switch": {
    files: go(
      "func f(x any) {\n\tswitch «old» := x.(type) {\n\tcase int:\n\t\tuse(«old»)\n\tdefault:\n\t\tuse(«old»)\n\t}\n}\n",
    ),
  },
  select: {
    files: go(
      "func f() {\n\tselect {\n\tcase «old» := <-ch:\n\t\tuse(«old»)\n\tcase old2 := <-ch:\n\t\tuse(old2)\n\t}\n}\n",
    ),
  },
  "a parameter and a field": { files: go("func f(«old» int) { use(«old», x.old) }\n") },
  "a named result": { files: go("func f() («old» int, err error) {\n\t«old» = 1\n\treturn\n}\n") },
  "a receiver": { files: go("type T struct{}\n\nfunc («old» *T) M() { use(«old») }\n") },
  "a closure": { files: go("func f() {\n\t«old» := 1\n\tgo func() { «old»++ }()\n}\n") },
  "a label": { files: go("func f() {\n«old»:\n\tfor {\n\t\tbreak «old»\n\t}\n}\n") },
  "a function of the package in two files": {
    files: {
      ...go("func «old»() {}\n"),
      "b.go": "package a\n\nfunc g() { «old»() }\n",
      "other/c.go": "package other\n\nfunc old() {}\n",
    },
    at: "a.go:3",
  },
  "an exported function in another package": {
    files: {
      ...go("func «Old»() {}\n"),
      "cmd/main.go": 'package main\n\nimport "m.test/m"\n\nfunc main() { m.«Old»(); x.Old() }\n',
    },
    from: "Old",
    to: "Next",
  },
  "a package under another name": {
    files: {
      "go.mod": "module m.test/m\n",
      "pkg/a.go": "package pkg\n\ntype «Old» struct{}\n",
      "main.go": 'package main\n\nimport p "m.test/m/pkg"\n\nvar v p.«Old»\nvar w = &p.«Old»{}\n',
    },
    from: "Old",
    to: "Next",
  },
  "a package variable hides the package": {
    files: {
      "go.mod": "module m.test/m\n",
      "pkg/a.go": "package pkg\n\nfunc «Old»() {}\nfunc f() { «Old»() }\n",
      "main.go": 'package main\n\nimport "m.test/m/pkg"\n\nfunc f(pkg T) { pkg.Old() }\n',
    },
    from: "Old",
    to: "old",
  },
  "a private name that another package uses": {
    files: {
      "go.mod": "module m.test/m\n",
      "pkg/a.go": "package pkg\n\nfunc Old() {}\n",
      "main.go": 'package main\n\nimport "m.test/m/pkg"\n\nfunc f() { pkg.Old() }\n',
    },
    from: "Old",
    to: "old",
    refused: ["usage", "main.go is of another package"],
  },
  "a private name that a test in a package of its own uses": {
    files: {
      ...go("func Old() {}\n"),
      "b_test.go": 'package a_test\n\nimport "m.test/m"\n\nfunc TestB() { m.Old() }\n',
    },
    from: "Old",
    to: "old",
    refused: ["usage", "b_test.go is of another package"],
  },
  "a field that becomes private": {
    files: go("type T struct{ Old int }\n\nfunc f(t T) { use(t.Old) }\n"),
    from: "T.Old",
    to: "old",
    refused: ["usage", "encoders"],
  },
  "a public name": {
    files: go("func «old»() {}\nfunc f() { «old»() }\n"),
    to: "Next",
  },
  "a parameter hides the package": {
    files: {
      "go.mod": "module m.test/m\n",
      "pkg/a.go": "package pkg\n\nfunc «Old»() {}\n",
      "main.go":
        'package main\n\nimport "m.test/m/pkg"\n\nfunc f(pkg T) { pkg.Old() }\nfunc g() { pkg.«Old»() }\n',
    },
    from: "Old",
    to: "Next",
  },
  "the tests of a package": {
    files: {
      ...go("func «Old»() {}\n"),
      "a_test.go": "package a\n\nfunc TestOld() { «Old»() }\n",
      "b_test.go":
        'package a_test\n\nimport "m.test/m"\n\nfunc TestB() { m.«Old»() }\nfunc Old() {}\n',
    },
    from: "Old",
    to: "Next",
    at: "a.go:3",
  },
  "a type": {
    files: go(
      "type «Old» struct{ a int }\n\nfunc (o *«Old») M(x []«Old») map[string]*«Old» { return nil }\n",
    ),
    from: "Old",
    to: "Next",
  },
  "a type parameter": {
    files: go("func f[«Old» any](x «Old») «Old» { return x }\n"),
    from: "Old",
    to: "Next",
  },
  "a field through the receiver, a literal and a variable": {
    files: go(
      'type T struct{ «Old» int }\n\nfunc (t *T) M() int { return t.«Old» }\n\nfunc f() {\n\tx := T{«Old»: 1}\n\tuse(x.«Old», []T{{«Old»: 2}}, map[string]*T{"a": {«Old»: 3}})\n}\n',
    ),
    from: "Old",
    to: "Next",
  },
  "a key of a map is a value": {
    files: go(
      'const «old» = "k"\n\nvar m = map[string]int{«old»: 1}\n\ntype S map[string]int\n\nvar s = S{«old»: 2}\n',
    ),
  },
  "a key of a struct is none": {
    files: go("type T struct{ old int }\n\nfunc f() {\n\t«old» := 1\n\tuse(T{old: «old»})\n}\n"),
    at: "a.go:6",
  },
  "a field of an unknown value": {
    files: go("type T struct{ Old int }\n\nfunc f() { use(g().Old) }\n"),
    from: "Old",
    to: "Next",
    refused: ["ambiguous", "whose type is not known"],
  },
  "a field of another package's type": {
    files: {
      "go.mod": "module m.test/m\n",
      "pkg/a.go": "package pkg\n\ntype T struct{ «Old» int }\n",
      "main.go":
        'package main\n\nimport "m.test/m/pkg"\n\nfunc f(t *pkg.T) int { return t.«Old» + pkg.T{«Old»: 1}.«Old» }\n',
    },
    from: "Old",
    to: "Next",
  },
  "a field of an embedded type": {
    files: go(
      "type B struct{ «Old» int }\n\ntype T struct{ B }\n\nfunc (t T) M() int { return t.«Old» }\n",
    ),
    from: "Old",
    to: "Next",
  },
  "an embedded type is a field": {
    files: go("type Old struct{}\n\ntype T struct{ Old }\n\nfunc (t T) M() any { return t.Old }\n"),
    from: "Old",
    to: "Next",
    refused: ["ambiguous", "embedded type"],
  },
  "a method that an interface may ask for": {
    files: go("type I interface{ Old() }\n\ntype T struct{}\n\nfunc (t T) Old() {}\n"),
    from: "T.Old",
    to: "Next",
    refused: ["ambiguous", "another type has a member"],
  },
  "a method that no interface names": {
    files: go("type T struct{}\n\nfunc (t T) «Old»() {}\n\nfunc (t T) B() { t.«Old»() }\n"),
    from: "Old",
    to: "Next",
  },
  "strings, comments and struct tags": {
    files: go('// old\nvar «old» = "old"\n\ntype T struct {\n\tA int `json:"old"`\n}\n'),
  },
  "a const group": { files: go("const (\n\t«old» = iota\n\tb = «old» + 1\n)\n") },
  "the new name is declared in the package": {
    files: { ...go("func old() {}\n"), "b.go": "package a\n\nfunc next() {}\n" },
    refused: ["check-failed", "cannot become `next`"],
  },
  "the new name would be captured": {
    files: go("var old = 1\n\nfunc f(next int) int { return old + next }\n"),
    refused: ["check-failed", "cannot become `next`"],
  },
  "the new name is built in and used": {
    files: go("func f(old []int) int { return len(old) }\n"),
    to: "len",
    refused: ["check-failed", "cannot become `len`"],
  },
  "the new name is an import of the file": {
    files: go('import "fmt"\n\nfunc f(old int) { fmt.Println(old) }\n'),
    to: "fmt",
    refused: ["check-failed", "cannot become `fmt`"],
  },
  "a private name becomes public": { files: go("func «old»() {}\n"), to: "Next" },
  "a keyword": {
    files: go("var old = 1\n"),
    to: "func",
    refused: ["usage", "cannot be a new name"],
  },
  main: { files: go("func main() {}\n"), from: "main", refused: ["usage", "cannot be renamed"] },
};

describe("renames in Go", () => {
  it.each(Object.entries(traps))("%s", async (_name, trap) => {
    await spring(trap);
  });
});
