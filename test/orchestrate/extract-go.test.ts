import { describe, expect, it } from "vitest";
import { planExtract } from "../../src/orchestrate/extract/extract.ts";
import { memoryView } from "../support/memory-repository.ts";
import { type ExtractTrap, extractTrap } from "./extract-traps.ts";

const traps: Record<string, ExtractTrap> = {
  "one in, one out, as gofmt writes it": {
    code: "func f(a int) int {\n>\tb := a * 2\n>\tc := b + 1\n\treturn c\n}\n\nfunc g() {}\n",
    has: "\tc := part(a)\n\treturn c\n}\n\nfunc part(a int) int {\n\tb := a * 2\n\tc := b + 1\n\treturn c\n}\n\nfunc g() {}\n",
  },
  "several come out, neighbours share a type": {
    code: "func f(a, b int, s string) int {\n>\tc := a + b\n>\tn := len(s)\n\treturn c + n\n}\n",
    has: [
      "\tc, n := part(a, b, s)\n",
      "func part(a, b int, s string) (int, int) {\n",
      "\treturn c, n\n}",
    ],
  },
  "a variable is assigned anew": {
    code: "func f(xs []int) int {\n\tsum := 0\n>\tfor _, x := range xs {\n>\t\tsum += x\n>\t}\n\treturn sum\n}\n",
    has: ["\tsum = part(xs, sum)\n", "func part(xs []int, sum int) int {\n"],
  },
  "declared here and before, in one block": {
    code: "func f(s string) (int, error) {\n\tvar err error\n>\tn, err := strconv.Atoi(s)\n\treturn n, err\n}\n",
    has: [
      "\tn, err := part(s, err)\n",
      "func part(s string, err error) (int, error) {\n",
      "\treturn n, err\n}",
    ],
  },
  "declared here, and before in a block around": {
    code: 'func f(s string) int {\n\tm := 0\n\tif s != "" {\n>\t\tn := len(s)\n>\t\tm = n\n\t\treturn n + m\n\t}\n\treturn m\n}\n',
    has: [
      "\t\tvar n int\n\t\tm, n = part(s, m)\n",
      "func part(s string, m int) (int, int) {\n\tn := len(s)\n",
    ],
  },
  "an error of the outer block stays hidden": {
    code: 'func f(s string) error {\n\tvar err error\n\tif s != "" {\n>\t\t_ = err\n>\t\tn, err := strconv.Atoi(s)\n>\t\t_, _ = n, err\n\t}\n\treturn err\n}\n',
    refused: "`err` would mean something else",
  },
  "declared again behind the selection": {
    code: "func f(s string) int {\n>\tn, err := strconv.Atoi(s)\n>\t_ = err\n\tm, err := strconv.Atoi(s)\n\t_ = err\n\treturn n + m\n}\n",
    has: ["\tn := part(s)\n\tm, err :=", "func part(s string) int {\n"],
  },
  "the loop around it": {
    code: "func f(xs []int) {\n\tlast := 0\n\tfor _, x := range xs {\n>\t\tprintln(last)\n>\t\tlast = x\n\t}\n}\n",
    has: "\t\tlast = part(last, x)\n",
  },
  "the type of a map and of its elements": {
    code: "func f(m map[string][]int) {\n\tfor k, v := range m {\n>\t\tprintln(k, v[0])\n\t}\n}\n",
    has: "func part(k string, v []int) {\n",
  },
  "bytes of a string are runes in a range": {
    code: "func f(s string) {\n\tfor i, r := range s {\n>\t\tprintln(i, r)\n\t}\n}\n",
    has: "func part(i int, r rune) {\n",
  },
  "literals, conversions, make and new": {
    code: 'type T struct{ n int }\n\nfunc f() {\n\ta := &T{n: 1}\n\tb := []byte("x")\n\tc := make(chan int, 1)\n\td := new(T)\n\te := 1.5\n>\tprintln(a.n, b[0], <-c, d.n, e)\n}\n',
    has: "func part(a *T, b []byte, c chan int, d *T, e float64) {\n",
  },
  "functions, methods and fields of the package": {
    code: "type T struct{ next *T }\n\nfunc (t *T) size() int { return 1 }\n\nfunc load() (*T, error) { return nil, nil }\n\nfunc f() {\n\tt, err := load()\n\tn := t.size()\n\tu := t.next\n>\tprintln(t, err, n, u)\n}\n",
    has: "func part(t *T, err error, n int, u *T) {\n",
  },
  "values of one declaration have a type each": {
    code: 'func pair() (a, b string, n int) { return }\n\nfunc f() {\n\tvar a, b = 1, "x"\n\t_, c, n := pair()\n>\tprintln(a, b, c, n)\n}\n',
    has: "func part(a int, b, c string, n int) {\n",
  },
  "constants take the type of the other side": {
    code: "func f(n int64) {\n\ta := n * 2\n\tb := 2 < n\n\tc := 2 * 1.5\n>\tprintln(a, b)\n\t_ = c\n}\n",
    has: "func part(a int64, b bool) {\n",
  },
  "constants of two kinds": {
    code: "func f() {\n\tc := 2 * 1.5\n>\tprintln(c)\n}\n",
    refused: "the type of `c` is not known",
  },
  "a package that hides a type of the language": {
    code: "type string int\n\nfunc f(a int) {\n>\tprintln(a)\n}\n",
    refused: "declares `string`, a type of the language",
  },
  "a type that is not known": {
    code: "func f() {\n\tx := other.Load()\n>\tprintln(x)\n}\n",
    refused: "the type of `x` is not known from the text",
  },
  "a package under the name of a standard one": {
    code: 'import strings "example.com/strings"\n\nfunc f() {\n\tx := strings.ToUpper("a")\n>\tprintln(x)\n}\n',
    refused: "the type of `x` is not known",
  },
  "a function that hides a built-in one": {
    code: 'func len(s string) string { return s }\n\nfunc f() {\n\tx := len("a")\n>\tprintln(x)\n}\n',
    has: "func part(x string) {\n",
  },
  "variadic parameters are a slice": {
    code: "func f(xs ...string) {\n>\tprintln(xs[0])\n}\n",
    has: "func part(xs []string) {\n",
  },
  "a case of a type switch": {
    code: "func f(x any) {\n\tswitch v := x.(type) {\n\tcase *int:\n>\t\tprintln(*v)\n\t}\n}\n",
    has: "func part(v *int) {\n",
  },
  "a receiver is a parameter": {
    code: "type T struct{ n int }\n\nfunc (t *T) f(a int) {\n>\tt.n = a\n>\tt.g()\n}\n\nfunc (t *T) g() {}\n",
    has: ["\tpart(t, a)\n}", "func part(t *T, a int) {\n"],
  },
  "a value receiver that a method of a pointer may change": {
    code: "type T struct{ n int }\n\nfunc (t T) f() int {\n>\tt.g()\n\treturn t.n\n}\n\nfunc (t *T) g() {}\n",
    refused: "the address of `t` is taken",
  },
  "a field of a value is assigned": {
    code: "type T struct{ n int }\n\nfunc f(t T) int {\n>\tt.n = 2\n\treturn t.n\n}\n",
    has: ["\tt = part(t)\n", "func part(t T) T {\n"],
  },
  "an element of an array is assigned": {
    code: "func f(a [2]int, s []int) int {\n>\ta[0] = 2\n>\ts[0] = 2\n\treturn a[0] + s[0]\n}\n",
    has: ["\ta = part(a, s)\n", "func part(a [2]int, s []int) [2]int {\n"],
  },
  "an address is taken": {
    code: "func f() int {\n\tvar n int\n>\tp := &n\n>\t*p = 2\n\treturn n\n}\n",
    refused: "the address of `n` is taken",
  },
  "a slice of an array": {
    code: 'func f() byte {\n\tvar b [4]byte\n>\tcopy(b[:], "ab")\n\treturn b[0]\n}\n',
    refused: "the address of `b` is taken",
  },
  "a buffer": {
    code: 'import "strings"\n\nfunc f() string {\n\tvar b strings.Builder\n>\tb.WriteString("a")\n\treturn b.String()\n}\n',
    refused: "`b` is a `strings.Builder`, which must not be copied",
  },
  "a value of another package with a method": {
    code: "func f(v other.Value) {\n>\tv.Close()\n\tprintln(v)\n}\n",
    refused: "whether `v.Close` takes the address of `v` is not known",
  },
  "an address of what nothing else uses": {
    code: "type T struct{ n int }\n\nfunc (t *T) add() { t.n++ }\n\nfunc f(t T) {\n\tt.n = 1\n>\tt.add()\n>\tg := &t\n>\tprintln(g.n)\n}\n",
    has: "func part(t T) {\n",
  },
  "an address that is taken before": {
    code: "type T struct{ n int }\n\nfunc f(t T) {\n\tg := &t\n>\tt.n = 2\n>\tprintln(g.n)\n}\n",
    refused: "the address of `t` is taken",
  },
  "closures leave with all of a variable": {
    code: "func f(n int) func() int {\n>\tif n == 0 {\n>\t\tn = 1\n>\t}\n>\treturn func() int { n++; return n }\n}\n",
    has: "\treturn part(n)\n",
  },
  "closures leave, and one is made before": {
    code: "func f(n int) func() int {\n\tdefer func() { println(n) }()\n>\tif n == 0 {\n>\t\tn = 1\n>\t}\n>\treturn func() int { n++; return n }\n}\n",
    refused: "`n` is shared with a function inside, and changes",
  },
  "closures leave in every round": {
    code: "func f(n int, run func(func())) {\n\tfor {\n>\t\tn++\n>\t\trun(func() { n++ })\n\t}\n}\n",
    refused: "`n` is shared with a function inside, and changes",
  },
  "a part behind a pointer changes": {
    code: "type T struct{ n int }\n\nfunc f(t *T) {\n>\tg := func() { println(t.n) }\n\tt.n = 2\n\tg()\n}\n",
    has: "\tg := part(t)\n",
  },
  "a part of the variable changes": {
    code: "type T struct{ n int }\n\nfunc f(t T) {\n>\tg := func() { println(t.n) }\n\tt.n = 2\n\tg()\n}\n",
    refused: "`t` is shared with a function inside, and changes",
  },
  "a field of the standard library": {
    code: 'import "net/http"\n\nfunc f(r *http.Request) string {\n\tpath := r.URL.RawPath\n>\tif path == "" {\n>\t\tpath = r.URL.Path\n>\t}\n\treturn path\n}\n',
    has: ["func part(r *http.Request, path string) string {\n"],
  },
  "a field whose type the file does not import": {
    code: 'import "net/http"\n\nfunc f(r *http.Request) string {\n\tu := r.URL\n>\tp := u.Path\n\treturn p\n}\n',
    refused: "the type of `u` is not known",
  },
  "a context is a reference": {
    code: 'import "context"\n\nfunc f(ctx context.Context) {\n>\t<-ctx.Done()\n}\n',
    has: "func part(ctx context.Context) {\n",
  },
  "a closure shares a variable that changes": {
    code: "func f() int {\n\tn := 0\n>\tg := func() { n++ }\n>\tg()\n\treturn n\n}\n",
    refused: "`n` is shared with a function inside, and changes",
  },
  "a closure that is made later shares a variable": {
    code: "func f(a int) func() int {\n>\tn := 0\n>\tif a > 1 {\n>\t\tn = a\n>\t}\n\treturn func() int { n++; return n }\n}\n",
    has: ["\tn := part(a)\n", "func part(a int) int {\n"],
  },
  "a closure that is made later, in a loop": {
    code: "func f(a int) func() int {\n\tvar get func() int\n\tn := 0\n\tfor a < 3 {\n>\t\tn += a\n>\t\ta++\n\t\tget = func() int { return n }\n\t}\n\treturn get\n}\n",
    refused: "`n` is shared with a function inside, and changes",
  },
  "a variable of a loop in a closure": {
    code: "func f(xs []int, run func(func())) {\n\tfor _, x := range xs {\n>\t\trun(func() { println(x) })\n\t}\n}\n",
    refused: "`x` is shared with a function inside, and changes",
  },
  "a closure over a constant value": {
    code: "func f(a int, run func(func())) {\n>\trun(func() { println(a) })\n}\n",
    has: "func part(a int, run func(func())) {\n",
  },
  "return on every way": {
    code: 'func f(a int) (string, error) {\n\tb := a + 1\n>\tif b > 3 {\n>\t\treturn "big", nil\n>\t}\n>\treturn "small", nil\n}\n',
    has: ["\treturn part(b)\n}", "func part(b int) (string, error) {\n"],
  },
  "return on every way of a switch": {
    code: "func f(a int) int {\n>\tswitch a {\n>\tcase 1:\n>\t\treturn 1\n>\tdefault:\n>\t\treturn 2\n>\t}\n}\n",
    has: "\treturn part(a)\n}",
  },
  "a switch that may break": {
    code: "func f(a int) int {\n>\tswitch a {\n>\tcase 1:\n>\t\tif a > 0 {\n>\t\t\tbreak\n>\t\t}\n>\t\treturn 1\n>\tdefault:\n>\t\treturn 2\n>\t}\n\treturn 3\n}\n",
    refused: "`return` is not reached",
  },
  "return on one way": {
    code: "func f(a int) int {\n>\tif a > 0 {\n>\t\treturn 1\n>\t}\n\treturn 2\n}\n",
    refused: "`return` is not reached",
  },
  "an error is returned on some ways": {
    code: "func g(a int) error\n\nfunc f(xs []int) error {\n\ta := 1\n>\tfor _, x := range xs {\n>\t\tif err := g(x + a); err != nil {\n>\t\t\treturn err\n>\t\t}\n>\t}\n\treturn g(a)\n}\n",
    has: [
      "\tif err := part(xs, a); err != nil {\n\t\treturn err\n\t}\n\treturn g(a)\n",
      "func part(xs []int, a int) error {\n",
      "\t}\n\treturn nil\n}\n",
    ],
  },
  "an error that may be nil is returned": {
    code: "func g(a int) error\n\nfunc f(a int) error {\n\terr := g(1)\n>\tif a > 1 {\n>\t\treturn err\n>\t}\n\treturn g(a)\n}\n",
    refused: "`return` is not reached",
  },
  "an error that is made nil is returned": {
    code: "func g(a int) error\n\nfunc f(a int) error {\n>\tif err := g(a); err != nil {\n>\t\terr = nil\n>\t\treturn err\n>\t}\n\treturn g(1)\n}\n",
    refused: "`return` is not reached",
  },
  "an error is returned where there is none": {
    code: "func g(a int) error\n\nfunc f(a int) error {\n>\tif err := g(a); err != nil {\n>\t\tprintln(1)\n>\t} else {\n>\t\treturn err\n>\t}\n\treturn g(1)\n}\n",
    refused: "`return` is not reached",
  },
  "an error is returned on some ways, and another value is read": {
    code: "func g(a int) error\n\nfunc f(a int) error {\n\tb := 1\n>\tif err := g(a); err != nil {\n>\t\treturn err\n>\t}\n>\tb = 2\n\treturn g(b)\n}\n",
    refused: "`return` is not reached",
  },
  "an error of two results is returned on some ways": {
    code: "func g(a int) error\n\nfunc f(a int) (int, error) {\n>\tif err := g(a); err != nil {\n>\t\treturn 0, err\n>\t}\n\treturn 1, nil\n}\n",
    refused: "`return` is not reached",
  },
  "return without results, up to the end": {
    code: "func f(a int) {\n>\tif a > 0 {\n>\t\treturn\n>\t}\n>\tprintln(a)\n}\n",
    has: "func f(a int) {\n\tpart(a)\n}\n\nfunc part(a int) {\n",
  },
  "return without results, in a block": {
    code: "func f(a int) {\n\tif a > 0 {\n>\t\tprintln(a)\n>\t\treturn\n\t}\n\tprintln(2)\n}\n",
    has: "\t\tpart(a)\n\t\treturn\n\t}\n",
  },
  "a bare return": {
    code: "func f(a int) (n int) {\n>\tprintln(a)\n>\treturn\n}\n",
    has: ["\treturn part(a)\n}", "func part(a int) (n int) {\n"],
  },
  "a bare return of what has a value": {
    code: "func f(a int) (n int) {\n\tn = a\n>\tprintln(a)\n>\treturn\n}\n",
    refused: "a bare `return` gives back `n`, which may have a value",
  },
  "a bare return of an error that is nil": {
    code: "func g(a int) (int, error)\n\nfunc f(a int) (err error) {\n\tb, err := g(a)\n\tif err != nil {\n\t\treturn err\n\t}\n>\tif _, err = g(b); err != nil {\n>\t\treturn\n>\t}\n>\t_, err = g(b + 1)\n>\treturn\n}\n",
    has: ["\treturn part(b)\n}", "func part(b int) (err error) {\n"],
  },
  "a bare return of an error that may be there": {
    code: "func g(a int) (int, error)\n\nfunc f(a int) (err error) {\n\tb, err := g(a)\n\tif err != nil && a > 1 {\n\t\treturn err\n\t}\n>\tprintln(b)\n>\treturn\n}\n",
    refused: "gives back `err`, which may have a value",
  },
  "a bare return of an error that is assigned after it was nil": {
    code: "func g(a int) error\n\nfunc f(a int) (err error) {\n\terr = g(a)\n\tif err != nil {\n\t\treturn err\n\t}\n\terr = g(2)\n>\tprintln(a)\n>\treturn\n}\n",
    refused: "gives back `err`, which may have a value",
  },
  "a bare return of what a closure has": {
    code: "func f(a int) (err error) {\n\tdefer func() { println(err) }()\n>\tprintln(a)\n>\treturn\n}\n",
    refused: "gives back `err`, which may have a value",
  },
  "the bracket behind the statements": {
    code: "func f(a int) int {\n>\tb := a\n>\treturn b\n>}\n",
    refused: "not whole statements of one block",
  },
  "a bare return on some ways": {
    code: "func f(a int) (err error) {\n>\tif a > 1 {\n>\t\treturn\n>\t}\n\treturn nil\n}\n",
    refused: "`return` is not reached",
  },
  "a named result is assigned": {
    code: "func f(a int) (n int) {\n>\tn = a\n\treturn\n}\n",
    refused: "`n` is a named result",
  },
  "an endless loop": {
    code: "func f() int {\n>\tfor {\n>\t\tprintln(1)\n>\t}\n}\n",
    refused: "ends in a panic or an endless loop",
  },
  defer: { code: "func f() {\n>\tdefer println(1)\n}\n", refused: "`defer` runs at the end" },
  recover: { code: "func f() {\n>\tprintln(recover())\n}\n", refused: "`recover` means something" },
  "a label": {
    code: "func f() {\n>outer:\n>\tfor {\n>\t\tbreak outer\n>\t}\n}\n",
    refused: "a label is for the whole function",
  },
  goto: {
    code: "func f() {\nagain:\n\tprintln(0)\n>\tprintln(1)\n\tgoto again\n}\n",
    refused: "has a `goto`",
  },
  "continue leaves": {
    code: "func f(xs []int) {\n\tfor range xs {\n>\t\tprintln(1)\n>\t\tcontinue\n\t}\n}\n",
    refused: "`continue` leaves the selection",
  },
  "break of a switch inside of the loop": {
    code: "func f(xs []int) {\n\tfor _, x := range xs {\n>\t\tswitch x {\n>\t\tcase 1:\n>\t\t\tcontinue\n>\t\t}\n\t}\n}\n",
    refused: "`continue` leaves the selection",
  },
  "break to a label around": {
    code: "func f(xs []int) {\nouter:\n\tfor range xs {\n>\t\tfor range xs {\n>\t\t\tbreak outer\n>\t\t}\n\t}\n}\n",
    refused: "`break outer` leaves the selection",
  },
  fallthrough: {
    code: "func f(a int) {\n\tswitch a {\n\tcase 1:\n>\t\tprintln(a)\n>\t\tfallthrough\n\tdefault:\n\t}\n}\n",
    refused: "`fallthrough` leaves the selection",
  },
  "a type parameter": {
    code: "func f[T any](a T) {\n>\tprintln(a)\n}\n",
    refused: "the type of `a` is not known",
  },
  "a type parameter in the statements": {
    code: "func f[T any](a int) {\n>\tvar b T\n>\tprintln(a, b)\n}\n",
    refused: "`T` is a type parameter of the function",
  },
  "a type parameter of the receiver": {
    code: "type L[T any] struct{ n T }\n\nfunc (l *L[T]) f() {\n>\tprintln(l.n)\n}\n",
    refused: "the type of `l` is not known",
  },
  "a generic function whose types are not used": {
    code: "func f[T any](a T, b int) {\n>\tprintln(b)\n\tprintln(a)\n}\n",
    has: "func part(b int) {\n",
  },
  "a type of the function": {
    code: "func f(a int) {\n\ttype T struct{ n int }\n>\tt := T{n: a}\n>\tprintln(t.n)\n}\n",
    refused: "`T` is a type of the function",
  },
  "a constant of the function": {
    code: "func f() {\n\tconst n = 2\n>\tprintln(n)\n}\n",
    refused: "`n` is a constant of the function",
  },
  iota: {
    code: "func f() {\n>\tconst n = iota\n>\tprintln(n)\n}\n",
    refused: "`iota` means something",
  },
  "a field has the name of a variable": {
    code: "type T struct{ n int }\n\nfunc f(a, n int) T {\n\tprintln(n)\n>\tt := T{n: a}\n\treturn t\n}\n",
    has: "\tt := part(a)\n",
  },
  "a key of a map is a variable": {
    code: "type M map[int]int\n\nfunc f(a, n int) M {\n>\tm := M{n: a}\n\treturn m\n}\n",
    has: "\tm := part(a, n)\n",
  },
  "lines of a raw string stay": {
    code: "func f(a int) {\n\tif a > 0 {\n>\t\tprintln(`x\n>\t\ty`)\n\t}\n}\n",
    has: "func part() {\n\tprintln(`x\n\t\ty`)\n}\n",
  },
  "inside of a function literal": {
    code: "func f(run func(func(int) int)) {\n\trun(func(a int) int {\n>\t\tif a > 1 {\n>\t\t\treturn 1\n>\t\t}\n>\t\treturn 2\n\t})\n}\n",
    has: ["\t\treturn part(a)\n\t})\n}\n\nfunc part(a int) int {\n"],
  },
  "only assigned after it": {
    code: "func f(a int) {\n>\tb := a\n>\tprintln(b)\n\tb = 3\n}\n",
    refused: "declared in the selection and only assigned after it",
  },
  "a name of the language": {
    code: "func f(a int) {\n>\tprintln(a)\n}\n",
    name: "len",
    refused: "the language declares it",
  },
  "a name of the file": {
    code: "func f(a int) {\n>\tprintln(a)\n}\n\nfunc part() {}\n",
    refused: "`part` is written in a.go already",
  },
};

const imports = 'package p\n\nimport (\n\t"strconv"\n\n\t"example.com/other"\n)\n\n';

describe("extract in Go", () => {
  for (const [title, trap] of Object.entries(traps)) {
    it(title, async () => {
      const head = trap.code.startsWith("import ") ? "package p\n\n" : imports;
      expect(trap.has ?? trap.refused).toBeDefined();
      await extractTrap("a.go", { ...trap, code: head + trap.code });
    });
  }

  const files = {
    "x/a.go": "package x\n\nfunc f() {\n\tv, err := load()\n\tprintln(v.size, err)\n}\n",
    "x/b.go":
      'package x\n\nimport "net/url"\n\ntype T struct{ size int }\n\nfunc load() (*T, error) { return nil, nil }\n\nfunc at() url.Values { return nil }\n',
    "y/c.go": "package y\n\nfunc part() {}\n",
  };

  it("knows the types of other files of the package", async () => {
    const view = await memoryView(files);
    const plan = await planExtract(view, { path: "x/a.go", from: 5, to: 5, name: "part" });
    expect(plan.after).toContain("func part(v *T, err error) {\n");
  });

  it("does not write a type whose package the file does not import", async () => {
    const view = await memoryView({
      ...files,
      "x/a.go": "package x\n\nfunc f() {\n\tv := at()\n\tprintln(v)\n}\n",
    });
    const plan = planExtract(view, { path: "x/a.go", from: 5, to: 5, name: "part" });
    await expect(plan).rejects.toThrow("the type of `v` is not known");
  });

  it("takes a name that another file of the package has for members only", async () => {
    const text = "package a\n\nfunc f() {\n\tprintln(1)\n}\n";
    const made = async (other: string): Promise<string> => {
      const view = await memoryView({ "a.go": text, "b.go": `package a\n\n${other}\n` });
      const request = { path: "a.go", from: 4, to: 4, name: "part" };
      return planExtract(view, request).then(
        () => "made",
        (error: Error) => error.message,
      );
    };
    expect(await made("type T struct{}\n\n// part of it\nfunc (t T) part() { t.part() }")).toBe(
      "made",
    );
    for (const other of [
      "var part = 1",
      'import part "fmt"',
      "func g() { h(part) }",
      'import "x/part"',
    ])
      expect(await made(other)).toContain("is written in b.go already");
  });

  it("refuses a name of another file of the package", async () => {
    const view = await memoryView(files);
    const plan = planExtract(view, { path: "x/a.go", from: 5, to: 5, name: "load" });
    await expect(plan).rejects.toThrow("already. Choose another name");
  });
});
