import { describe, expect, it } from "vitest";
import { planRepeat } from "../../src/orchestrate/like-places/repeat.ts";
import { memoryView } from "../support/memory-repository.ts";
import { type RepeatTrap, springRepeat } from "./repeat-traps.ts";

const lib = "export function foo(...all: any[]) {}\nexport const ctx = 1;\n";
const script: Record<string, RepeatTrap> = {
  "words of a comment, in other comments and not in strings": {
    files: {
      "a.ts":
        '// see https://example.org/‹old=new›/guide\nexport const a ≡ 1;\n// and https://example.org/«old=new»/api\nexport const b ≡ "https://example.org/old/api";\n',
      "b.ts": "/** At https://example.org/«old=new»/faq. */\nexport const c ≡ 1;\n",
    },
  },
  "words of a string, in other strings and not in comments or modules": {
    files: {
      "a.ts":
        'export const a ≡ "http://‹old=new›.example.org/a";\n// http://old.example.org/b\nexport const b ≡ `http://«old=new».example.org/c`;\n',
      "b.ts":
        'import "http://old.example.org/x.js";\nexport const c ≡ "http://bold.example.org";\n',
    },
  },
  "words behind others, which are in the new ones": {
    files: {
      "a.ts":
        "// takes a path of one file‹= or folder›\nexport const a ≡ 1;\n// the path of one file«= or folder»\n",
    },
  },
  "a comment that is only one word: the person chooses": {
    files: { "a.ts": "// ‹old=new›\nexport const a ≡ 1;\n// old\n" },
    refused: ["ambiguous", "1. a.ts:3: // old  ->  // new"],
  },
  "short words: those on one side of them are enough to list a place": {
    files: {
      "a.ts":
        "export const a ≡ \"The root can run ‹it's=its› own function\";\n// acts like a flag on it's own command\n",
    },
    refused: [
      "ambiguous",
      "1. a.ts:2: // acts like a flag on it's own command  ->  // acts like a flag on its own command",
    ],
  },
  "a removal where the next statement would take the place": {
    files: {
      "a.ts":
        "declare function flush(): void;\nfunction f(q: any) {\n‹  flush();\n=›  q.save();\n}\nfunction h(q: any) {\n«  flush();\n=»  q.load();\n}\nfunction g(q: any) {\n  if (q)\n‖    flush();\n  q.save();\n}\n",
    },
    why: "not one of several statements",
  },
  "a call that would be made only sometimes": {
    files: {
      "a.ts":
        "declare function pick(c: any, v: any): any;\nfunction f(c: any, q: any) {\n  ‹pick(c, q)=c ? q : undefined›;\n  «pick(q, 3)=q ? 3 : undefined»;\n‖  pick(c, q.next());\n}\n",
    },
    why: "only sometimes",
  },
  "a value that would be read later": {
    files: {
      "a.ts":
        'declare function log(m: any): void;\nfunction f(q: any) {\n  log(‹"a"≡() => "a"›);\n  log(«"b"≡() => "b"»);\n‖  for (let i = 0; i < 3; i++) log(i);\n}\n'.replaceAll(
          "≡",
          "=",
        ),
    },
    why: "later",
  },
  "an argument is added": {
    files: {
      "lib.ts": lib,
      "a.ts": 'import { foo, ctx } from "./lib";\nfoo(‹1=1, ctx›);\nfoo(«2=2, ctx»);\n',
      "b.ts": 'import { foo, ctx } from "./lib";\nfoo(«bar(1)=bar(1), ctx»);\n‖foo();\n',
    },
  },
  "another function of the name stays": {
    files: {
      "lib.ts": lib,
      "a.ts": 'import { foo } from "./lib";\nfoo(‹1=1, 2›);\nfoo(«3=3, 2»);\n',
      "b.ts": "function foo(a: any) {}\n‖foo(1);\nexport {};\n",
    },
    why: "means something else",
  },
  "a new name that is not imported there": {
    files: {
      "lib.ts": lib,
      "a.ts": 'import { foo, ctx } from "./lib";\nfoo(‹1=1, ctx›);\nfoo(«2=2, ctx»);\n',
      "b.ts": 'import { foo } from "./lib";\n‖foo(3);\n',
    },
    why: "not declared here",
  },
  "a new name that is another one there": {
    files: {
      "lib.ts": lib,
      "a.ts": 'import { foo, ctx } from "./lib";\nfoo(‹1=1, ctx›);\nfoo(«2=2, ctx»);\n',
      "b.ts": 'import { foo } from "./lib";\nconst ctx = 2;\n‖foo(3);\n',
    },
    why: "something else",
  },
  "a place in a value of another, where the new name is another one": {
    files: {
      "lib.ts": lib,
      "a.ts":
        'import { foo, ctx } from "./lib";\nfoo(‹1=1, ctx›);\nfoo([(ctx: any) =>\n‖  foo(2)\n]«=, ctx»);\n',
    },
    why: "something else",
  },
  "the old form inside of the new one": {
    files: {
      "lib.ts": lib,
      "a.ts":
        'import { foo } from "./lib";\nasync function f(a: any, b: any) {\n  ‹foo(a)=await foo(a)›;\n  await foo(a);\n  «foo(b)=await foo(b)»;\n}\n',
    },
  },
  "await where it cannot be": {
    files: {
      "lib.ts": lib,
      "a.ts":
        'import { foo } from "./lib";\nasync function f(a: any) {\n  ‹foo(a)=await foo(a)›;\n}\nfunction g(b: any) {\n‖  foo(b);\n}\nasync function h() { «foo(2)=await foo(2)»; }\n',
    },
    why: "async",
  },
  "a callee is replaced": {
    files: {
      "a.ts":
        "declare const z: any;\nfunction f(x: any) {\n  ‹x.oldName(1, 2)=x.newName(2, 1)›;\n  «x.oldName(3, 4)=x.newName(4, 3)»;\n‖  y.oldName(5, 6);\n}\n",
    },
  },
  "brackets where they are needed": {
    files: {
      "lib.ts": lib,
      "a.ts":
        'import { foo } from "./lib";\nfunction f(a: any, b: any) {\n  use(‹foo(a)=a.bar›);\n  use(«foo(a + b)=(a + b).bar»);\n}\n',
    },
  },
  "a value that may do something twice": {
    files: {
      "lib.ts": lib,
      "a.ts":
        'import { foo } from "./lib";\nfunction f(a: any, b: any) {\n  ‹foo(a)=a && foo(a)›;\n  «foo(b)=b && foo(b)»;\n‖  foo(b());\n}\n',
    },
    why: "more than once",
  },
  "two local names and an operator": {
    files: {
      "a.ts":
        "function f(a: any, b: any) {\n  return a ‹+=-› b;\n}\nfunction g(a: any, c: any) {\n  return a + c;\n}\n",
    },
    refused: ["no-match", "no part that can be found elsewhere"],
  },
  "comparison with null": {
    files: {
      "a.ts":
        "function f(a: any) { return a ‹≡≡=≡≡≡› null; }\nfunction g(b: any) { if («b.c ≡≡ null=b.c ≡≡≡ null») return; }\n",
    },
  },
  "nested places": {
    files: {
      "lib.ts": lib,
      "a.ts": 'import { foo } from "./lib";\nfoo(‹1=1, 0›);\nfoo(«foo(2)=foo(2, 0), 0»);\n',
    },
  },
  "a line that was taken out": {
    files: {
      "a.ts":
        'function f(a: any) {\n‹  console.log("here");\n=›  return a;\n}\nfunction g(a: any) {\n«  console.log("here");\n=»  return 2;\n}\n',
    },
  },
  "a statement that is added beside another": {
    files: {
      "lib.ts": "export function open(a: any): any {}\nexport function close(a: any) {}\n",
      "a.ts":
        'import { open, close } from "./lib";\nfunction f() {\n  const h = open(1);\n‹=  close(h);\n›}\nfunction g() {\n  const k = open(2);\n«=  close(k);\n»}\n',
    },
  },
  "two changes of one form leave open what differs": {
    files: {
      "a.ts":
        "declare const log: any;\nfunction f(a: any) {\n  log.info(‹a=a, 1›);\n  log.warn(‹a=a, 1›);\n}\nfunction g(b: any) {\n  log.error(«b=b, 1»);\n}\n",
    },
  },
  "two changes of one form in two files leave open what differs": {
    files: {
      "log.ts": "export const log: any ≡ 1;\n",
      "a.ts": 'import { log } from "./log";\nlog.info(‹"a"="a", 1›);\n',
      "b.ts": 'import { log } from "./log";\nlog.warn(‹"b"="b", 1›);\n',
      "c.ts": 'import { log } from "./log";\nlog.error(«"c"="c", 1»);\n',
    },
  },
  "a trailing comma and a call of several lines": {
    files: {
      "lib.ts": lib,
      "a.ts": 'import { foo } from "./lib";\nfoo(‹1=1, 2›);\nfoo(\n  «bar.baz=bar.baz, 2»,\n);\n',
    },
  },
  "a comment inside": {
    files: {
      "lib.ts": lib,
      "a.ts":
        'import { foo } from "./lib";\n‹foo(1, 2)=bar(1)›;\nfoo(3, 2);\n‖foo(4, /* why */ 2);\n'.replace(
          "foo(3, 2)",
          "«foo(3, 2)=bar(3)»",
        ),
    },
    why: "comment",
  },
  "a spread argument": {
    files: {
      "lib.ts": lib,
      "a.ts": 'import { foo } from "./lib";\nfoo(‹1=1, 2›);\n‖foo(...all);\nfoo(«3=3, 2»);\n',
    },
  },
  "an edit that is everywhere already": {
    files: { "lib.ts": lib, "a.ts": 'import { foo } from "./lib";\nfoo(‹1=1, 2›);\nfoo(3, 2);\n' },
    refused: ["no-match", "no other place"],
  },
};

const others: Record<string, RepeatTrap> = {
  "Python: an argument of a call": {
    files: {
      "lib.py": "def foo(a, b≡None):\n    return a\n",
      "a.py":
        "from lib import foo\n\n\ndef f(x):\n    foo(‹x=x, 2›)\n    return foo(«x.y=x.y, 2»)\n",
      "b.py": "import other\n\n\ndef g(x):\n‖    return other.foo(x)\n",
    },
  },
  "Python: comparison with None": {
    files: {
      "a.py":
        "def f(x):\n    return x ‹≡≡=is› None\n\n\ndef g(y):\n    if «y.z ≡≡ None=y.z is None»:\n        return 1\n",
    },
  },
  "Python: await only in async functions": {
    files: {
      "a.py":
        "from lib import foo\n\n\nasync def f(x):\n    ‹foo(x)=await foo(x)›\n    «foo(2)=await foo(2)»\n\n\ndef g(x):\n‖    foo(x)\n",
    },
    why: "async",
  },
  "Python: the receiver is a part of the form": {
    files: {
      "a.py":
        "class A:\n    def f(self, a):\n        self.run(‹a=a, 1›)\n        self.run(«2=2, 1»)\n‖        a.run(2)\n\n    def run(self, a, b≡0):\n        pass\n",
    },
  },
  "Python: a method of another class": {
    files: {
      "a.py":
        "class A:\n    def f(self, a):\n        self.run(‹a=a, 1›)\n        self.run(«2=2, 1»)\n\n    def run(self, a, b≡0):\n        pass\n\n\nclass B:\n    def f(self):\n‖        self.run(2)\n\n    def run(self, a):\n        pass\n",
    },
    why: "something else",
  },
  "Python: the only statement of a block is not taken out": {
    files: {
      "a.py":
        'def f(x):\n‹    print("here")\n=›    return x\n\n\ndef g(x):\n«    print("here")\n=»    return 1\n\n\ndef h():\n‖    print("here")\n',
    },
    why: "no statement",
  },
  "removals that together would empty a block": {
    files: {
      "a.py":
        "def flush():\n    pass\n\ndef f(q):\n‹    flush()\n=›    q.save()\n\ndef h(q):\n«    flush()\n=»    q.load()\n\ndef g(q):\n‖    flush()\n‖    flush()\n",
    },
    why: "no statement",
  },
  "a text with quotes in an f-string": {
    files: {
      "a.py":
        "def fmt(a, m):\n    return a\n\ndef f(m, q):\n    ‹fmt(1, m)=f'{m}'›\n    «fmt(1, q)=f'{q}'»\n‖    fmt(1, q['k'])\n",
    },
    why: "f-string",
  },
  "Go: an argument is added": {
    files: {
      "go.mod": "module m.test/m\n",
      "a.go":
        "package a\n\nfunc run(a int, b ...int) {}\n\nfunc f(a int) {\n\trun(‹a=a, 1›)\n\trun(«a + 1=a + 1, 1»)\n}\n",
      "b.go": "package a\n\nfunc g() {\n\trun(«2=2, 1»)\n‖\trun()\n}\n",
    },
  },
  "Go: a loop whose variable is used": {
    files: {
      "go.mod": "module m.test/m\n",
      "a.go":
        "package a\n\nfunc f(b B) {\n\tfor ‹i :≡ 0; i < b.N; i++=b.Loop()› {\n\t\tg()\n\t}\n\tfor «i :≡ 0; i < b.N; i++=b.Loop()» {\n\t\th()\n\t}\n‖\tfor i :≡ 0; i < b.N; i++ {\n\t\tuse(i)\n\t}\n}\n",
    },
    why: "`i`",
  },
  "Go: another package's function of the name": {
    files: {
      "go.mod": "module m.test/m\n",
      "a.go":
        "package a\n\nfunc run(a int, b ...int) {}\n\nfunc f(a int) {\n\trun(‹a=a, 1›)\n\trun(«3=3, 1»)\n}\n",
      "b/b.go": "package b\n\nfunc run(a int) {}\n\nfunc g() {\n‖\trun(2)\n}\n",
    },
    why: "something else",
  },
  "a file without a grammar": {
    files: { "a.txt": "foo(‹1=1, 2›)\nfoo(3)\n" },
    refused: ["no-match", "no grammar"],
  },
};

/** Edits that no form of syntax marks, or only in part: what has the same words is listed, and never taken by itself. */
const words: Record<string, RepeatTrap> = {
  "a part of a declaration": {
    files: {
      "a.ts":
        "type A<\n  M extends Path<B, P>‹ ≡ Path<B, P>=›,\n> ≡ [M];\ntype C<\n  M extends Path<B, P> ≡ Path<B, P>,\n> ≡ [M];\n",
    },
    refused: [
      "ambiguous",
      "1. a.ts:5: M extends Path<B, P> = Path<B, P>,  ->  M extends Path<B, P>,",
    ],
  },
  "a line that is added behind another": {
    files: {
      "a.ts":
        'start({\n  script: "",\n  flags: [],\n‹=  date: "2026",\n›  log: 1,\n});\nstart({\n  script: "",\n  flags: [],\n});\n',
    },
    refused: ["ambiguous", '1. a.ts:10: });  ->  date: "2026",'],
  },
  "values between the changed words": {
    files: {
      "a.go":
        'package a\n\nvar x ≡ ‹&source{path: join("a", b)}=File(join("a", b))›\nvar y ≡ &source{path: "/dev/null"}\nvar z ≡ &source{path: a + b}\n',
    },
    refused: [
      "ambiguous",
      '1. a.go:4: var y = &source{path: "/dev/null"}  ->  var y = File("/dev/null")\nNothing',
    ],
  },
  "several changes of one hunk, apart": {
    files: {
      "a.go":
        'package a\n\ntype pair struct {\n\t‹Value=value› string\n\t‹Name=name› string\n}\n\nvar p ≡ pair{Name: "a", Value: "b"}\n',
    },
    refused: ["ambiguous", 'pair{Name: "a", Value: "b"}  ->  var p = pair{name: "a", Value: "b"}'],
  },
  "the same words in a string where the edit is in a comment": {
    files: {
      "a.ts":
        '// runs on Fastly Compute‹@Edge=› too\nexport const a ≡ "runs on Fastly Compute@Edge";\n',
    },
    refused: ["ambiguous", '->  export const a = "runs on Fastly Compute";'],
  },
  "beside places that are sure": {
    files: {
      "lib.ts": lib,
      "a.ts": 'import { foo } from "./lib";\nfoo(‹1=1, 2›);\nfoo(«3=3, 2»);\n',
      "b.ts": "function foo(a: any) {}\n‖foo(1);\nexport {};\n",
    },
    unsure: ["b.ts:2: foo(1);  ->  foo(1, 2);"],
  },
  "a result that does not parse is not listed": {
    files: {
      "a.ts": '// said alpha‹="› beta\nexport const a ≡ 1;\nexport const b ≡ "said alpha beta";\n',
    },
    refused: ["no-match", "Nothing was written"],
  },
  "a file without a grammar": {
    files: { "a.txt": "see ‹http:=https:›//example.org/a\nand http://example.org/b\n" },
    refused: ["ambiguous", "and http://example.org/b  ->  and https://example.org/b"],
  },
};

describe("an edit is repeated: words", () => {
  it.each(Object.entries(words))("%s", async (_, trap) => springRepeat(trap));

  it("takes those that are chosen", async () => {
    const view = await memoryView({ "a.ts": "// new words\n// old words\n// old words, too\n" });
    const edit = [
      {
        path: "a.ts",
        before: "// old words\n// old words\n// old words, too\n",
        after: "// new words\n// old words\n// old words, too\n",
      },
    ];
    const plan = await planRepeat(view, { edit, only: [2] });
    expect(plan.files[0]!.after).toBe("// new words\n// old words\n// new words, too\n");
    expect(plan.places.map(({ repeated }) => repeated)).toEqual([false, true]);
  });
});

describe("an edit is repeated: Python, Go, others", () => {
  it.each(Object.entries(others))("%s", async (_, trap) => springRepeat(trap));
});

describe("an edit is repeated: TypeScript", () => {
  it.each(Object.entries(script))("%s", async (_, trap) => springRepeat(trap));
});
