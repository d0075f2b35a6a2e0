import { describe, it } from "vitest";
import { spring, type Trap, ts } from "./rename-traps.ts";

const traps: Record<string, Trap> = {
  "an error in a statement without the name": {
    files: ts("function broken() { return (1 + ); }\nfunction «old»() {}\n«old»();\n"),
  },
  "an error in a statement with the name": {
    files: ts("function broken() { return (1 + old); ) }\nfunction old() {}\nold();\n"),
    refused: ["ambiguous", "not understood"],
  },
  "an error that leaves a bracket open": {
    files: ts("function broken() { if (1) {\nfunction old() {}\nold();\n"),
    refused: ["ambiguous", "not understood"],
    unsure: "refuse",
  },
  "a place in a file that is not understood": {
    files: ts("function broken( { }\nfunction old() {}\nold();\n"),
    at: "a.ts:2",
    refused: ["ambiguous", "not understood"],
  },
  "a variable shadowed in a block": {
    files: ts("const «old» = 1;\n{ const old = 2; use(old); }\nuse(«old»);\n"),
    at: "a.ts:1",
  },
  "the inner one of two": {
    files: ts("const old = 1;\n{\n  const «old» = 2;\n  use(«old»);\n}\nuse(old);\n"),
    at: "a.ts:3",
  },
  "two symbols and no place": {
    files: ts("const old = 1;\nfunction f(old) { return old; }\n"),
    refused: ["ambiguous", "2 symbols are called `old`"],
  },
  "a parameter": { files: ts("function f(«old»: number) { return «old» + x.old; }\n") },
  "a parameter used in a default value": { files: ts("function f(«old», b = «old») {}\n") },
  "a parameter of an arrow function without brackets": {
    files: { "a.js": "const f = «old» => «old» + 1;\n" },
  },
  "var is hoisted out of its block": {
    files: ts("function f() { if (x) { var «old» = 1; } return «old»; }\n"),
  },
  "let is not": {
    files: ts("function f() { if (x) { let «old» = 1; use(«old»); } return old; }\nexport {};\n"),
  },
  "use before declaration": {
    files: ts("function g() { return «old»(); }\nfunction «old»() {}\n"),
  },
  "keywords in strings, templates and comments stay": {
    files: ts("// old\nconst «old» = 1; /* old */\nuse('old', `old $" + "{«old»} old`, /old/);\n"),
  },
  "mentions are replaced where that is asked for": {
    files: ts("// «old»\nconst «old» = 1;\nuse('«old»', 'older');\n"),
    mentions: true,
  },
  "a property of the same name": {
    files: ts("const «old» = { old: 1 };\nuse(«old».old, x.old);\n"),
    at: "a.ts:2:5",
  },
  "a shorthand property": { files: ts("const «old» = 1;\nuse({ «old=old: next» });\n") },
  "a shorthand property among others": {
    files: ts("function f(«old») { return { a, «old=old: next», b: «old» }; }\n"),
  },
  "destructuring takes a property": {
    files: ts("const { «old=old: next» } = value();\nuse(«old»);\n"),
  },
  "destructuring with a default": {
    files: ts("const { «old=old: next» = 1 } = value();\nuse(«old»);\n"),
  },
  "destructuring under another name": {
    files: ts("const { old: «old» } = value();\nuse(«old»);\n"),
  },
  "nested destructuring": {
    files: ts("const { a: { «old=old: next» }, b: [c] } = value();\nuse(«old», c);\n"),
  },
  "a destructured parameter": {
    files: ts("function f({ «old=old: next», ...rest }: any) { return «old»; }\n"),
  },
  "a parameter that takes a member out of its type": {
    files: ts("interface A { old: 1 }\nfunction f({ «old=old: next» }: A) { return «old»; }\n"),
    at: "a.ts:2:14",
  },
  "destructuring assignment": {
    files: ts("let «old»;\n({ «old=old: next» } = value());\n[«old»] = list();\n"),
  },
  "a loop variable": { files: ts("for (const «old» of list) use(«old»);\nuse(x.old);\n") },
  "a loop variable and one outside": {
    files: ts("let old = 1;\nfor (let «old» = 0; «old» < 3; «old»++) use(«old»);\nuse(old);\n"),
    at: "a.ts:2",
  },
  "a caught error": {
    files: ts("try {} catch («old») { use(«old»); }\nuse(other.old);\n"),
  },
  "a label": {
    files: ts("«old»: for (;;) { const old = 1; use(old); continue «old»; }\n"),
    at: "a.ts:1",
    refused: ["ambiguous", "2 symbols"],
  },
  "a label alone": { files: ts("«old»: for (;;) { use(x.old); break «old»; }\n") },
  "the name of a function expression": {
    files: ts("const f = function «old»(n) { return n ? «old»(n - 1) : 0; };\n"),
  },
  "a closure": { files: ts("function f() { let «old» = 0; return () => { «old» += 1; }; }\n") },
  "a switch": {
    files: ts("switch (x) { case 1: let «old» = 1; break; case 2: «old» = 2; }\nuse(x.old);\n"),
  },
  "a computed name": {
    files: ts("const «old» = 'k';\nclass A { [«old»](old: number) { return old; } }\n"),
    at: "a.ts:1",
  },
  "types and values apart": {
    files: ts("type «old» = string;\nfunction f(old: «old»): «old» { return old; }\n"),
    at: "a.ts:1",
  },
  "a type parameter": {
    files: ts("function f<«old»>(a: «old»): «old»[] { return [a as «old»]; }\n"),
  },
  "a type parameter shadows a type": {
    files: ts("type old = 1;\ntype A<«old»> = { v: «old» };\ntype B = old;\n"),
    at: "a.ts:2",
  },
  "typeof in a type": {
    files: ts("const «old» = 1;\ntype T = typeof «old»;\ntype U = { old: 1 };\n"),
    at: "a.ts:2",
  },
  "a mapped type": { files: ts("type M<T> = { [«old» in keyof T]: T[«old»] };\n") },
  "an inferred type": { files: ts("type A<T> = T extends (infer «old»)[] ? «old» : never;\n") },
  "the label of a tuple": {
    files: ts("const «old» = 1;\ntype T = [old: string];\nuse(«old»);\n"),
    at: "a.ts:1",
  },
  "the parameter of a function type": {
    files: ts("const «old» = 1;\ntype F = (old: string) => void;\nuse(«old»);\n"),
    at: "a.ts:1",
  },
  "a class and its uses": {
    files: ts("class «Old» {}\nclass B extends «Old» { x: «Old» = new «Old»(); }\n"),
    from: "Old",
    to: "Next",
  },
  "an interface and a value of one name": {
    files: ts("interface «Old» { a: 1 }\nconst «Old»: «Old» = { a: 1 };\n"),
    from: "Old",
    to: "Next",
  },
  "an enum": { files: ts("enum «old» { a }\nuse(«old».a);\nlet v: «old».a;\n") },
  "a member of an enum": { files: ts("enum E { «old» = 1, b = «old» }\nuse(E.«old»);\n") },
  "a namespace": {
    files: ts("namespace N { export const «old» = 1; use(«old»); }\nuse(N.«old», M.old);\n"),
  },
  "a jsx element": {
    files: {
      "a.tsx":
        "const «Old» = () => null;\nexport const b = <div><«Old» old={1}>Old</«Old»></div>;\n",
    },
    from: "Old",
    to: "Next",
  },
  "a jsx element cannot be small": {
    files: { "a.tsx": "const Old = () => null;\nexport const b = <Old />;\n" },
    from: "Old",
    to: "next",
    refused: ["usage", "JSX"],
  },
  "an element of the page is no binding": {
    files: { "a.tsx": "const «old» = 1;\nexport const b = <old title={«old»} />;\n" },
  },
  "a named import": {
    files: {
      "a.ts": "export function «old»() {}\n",
      "b.ts": "import { «old» } from './a';\n«old»();\n",
      "c.ts": "import { old } from 'elsewhere';\nold();\n",
    },
    at: "a.ts:1",
  },
  "an import under another name": {
    files: {
      "a.ts": "export const «old» = 1;\n",
      "b.ts": "import { «old» as x } from './a.js';\nconst old = x;\nuse(old);\n",
    },
    at: "a.ts:1",
  },
  "the other name of an import": {
    files: {
      "a.ts": "export const a = 1;\n",
      "b.ts": "import { a as «old» } from './a';\nuse(«old»);\n",
    },
  },
  "an import from a package gets an alias": {
    files: ts("import { «old=old as next» } from 'lib';\nuse(«old»);\n"),
  },
  "a re-export": {
    files: {
      "a.ts": "export const «old» = 1;\n",
      "index.ts": "export { «old» } from './a';\n",
      "c.ts": "import { «old» } from '.';\nuse(«old»);\n",
    },
  },
  "a re-export under another name ends it": {
    files: {
      "a.ts": "export const «old» = 1;\n",
      "index.ts": "export { «old» as other } from './a';\n",
      "c.ts": "import { other } from './index';\nconst old = other;\nuse(old);\n",
    },
    at: "a.ts:1",
  },
  "a re-export under this name begins it": {
    files: {
      "a.ts": "export const a = 1;\n",
      "index.ts": "export { a as «old» } from './a';\n",
      "c.ts": "import { «old» } from './index';\nuse(«old»);\n",
    },
  },
  "export of everything": {
    files: {
      "lib/a.ts": "export const «old» = 1;\n",
      "lib/index.ts": "export * from './a';\nexport * from './b';\n",
      "lib/b.ts": "export const b = 1;\n",
      "c.ts": "import { «old» } from './lib';\nuse(«old»);\n",
    },
  },
  "an own export wins over export of everything": {
    files: {
      "a.ts": "export const old = 1;\n",
      "index.ts": "export * from './a';\nexport const «old» = 2;\n",
      "c.ts": "import { «old» } from './index';\nuse(«old»);\n",
    },
    at: "index.ts:2",
  },
  "a module as a namespace": {
    files: {
      "a.ts": "export const «old» = 1;\n",
      "b.ts": "import * as a from './a';\nuse(a.«old», b.old);\n",
    },
  },
  "a module that is passed on": {
    files: {
      "a.ts": "export const old = 1;\n",
      "b.ts": "void import('./a').then((m) => m.old);\n",
    },
    refused: ["ambiguous", "imports the whole module"],
  },
  "a string that names a member": {
    files: ts("class A { old() {} }\nuse(A.prototype['old']);\n"),
    refused: ["ambiguous", "a string of this text may name it"],
  },
  "such a string, included": {
    files: ts("class A { «old»() {} }\nuse(a['«old»'], 'old school');\n"),
    unsure: "include",
  },
  "a string that names an export of a module": {
    files: {
      "a.ts": "export const old = 1;\n",
      "b.ts": "import * as a from './a';\nspyOn(a, 'old');\n",
    },
    refused: ["ambiguous", "a string of this text may name it"],
  },
  "an augmentation of a module": {
    files: {
      "a.ts": "export interface «Old» { a: 1 }\n",
      "b.ts": "import './a';\ndeclare module './a' {\n  interface «Old» { b: 2 }\n}\n",
    },
    from: "Old",
    to: "Next",
  },
  "a module that is kept in a constant": {
    files: {
      "a.ts": "export const «old» = 1;\n",
      "b.ts": "import * as a from './a';\nconst b = a;\nuse(b.«old»);\n",
    },
  },
  "a member of something else beside another module": {
    files: {
      "a.ts": "export const «old» = 1;\n",
      "c.ts": "export const c = 1;\n",
      "b.ts": "import * as c from './c';\nuse(c.c, value().old);\n",
    },
    at: "a.ts:1",
  },
  "a type of a module as a namespace": {
    files: {
      "a.ts": "export interface «Old» {}\n",
      "b.ts": "import type * as a from './a';\nlet x: a.«Old»;\nlet y: import('./a').«Old»;\n",
    },
    from: "Old",
    to: "Next",
  },
  "an export list": { files: ts("const «old» = 1;\nexport { «old» };\n") },
  "an export list under another name": {
    files: ts("const «old» = 1;\nexport { «old» as api };\n"),
  },
  "a default export and its import": {
    files: {
      "a.ts": "export default function «old»() {}\n",
      "b.ts": "import «old» from './a';\n«old»();\n",
      "c.ts": "import other from './a';\nother();\n",
    },
  },
  "default itself": {
    files: ts("export default 1;\n"),
    from: "default",
    refused: ["no-match", "no file declares"],
  },
  "common modules": {
    files: {
      "a.js": "function «old»() {}\nmodule.exports = { «old», a: 1 };\n",
      "b.js": "const { «old» } = require('./a');\n«old»();\nrequire('./a').«old»();\n",
      "c.js": "const a = require('./a');\na.«old»();\nb.old();\n",
    },
  },
  "common modules by assignment": {
    files: {
      "a.js": "exports.«old» = () => 1;\n",
      "b.js": "const { «old»: x } = require('./a');\nuse(x);\n",
    },
  },
  "an awaited import": {
    files: {
      "a.ts": "export const «old» = 1;\n",
      "b.ts": "const { «old» } = await import('./a');\nuse(«old»);\nexport {};\n",
    },
  },
  "an alias of tsconfig.json": {
    files: {
      "tsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["src/*"] }, }, } // end',
      "src/a.ts": "export const «old» = 1;\n",
      "src/x/b.ts": "import { «old» } from '@/a';\nuse(«old»);\n",
    },
  },
  "an alias that nobody explains": {
    files: {
      "src/a.ts": "export const old = 1;\n",
      "src/b.ts": "import { old } from '@/a';\nuse(old);\n",
    },
    at: "src/a.ts:1",
    refused: ["ambiguous", "imported from a module that is not found"],
  },
  "a component of another language": {
    files: {
      "a.ts": "export const old = 1;\n",
      "b.vue": "<script>import { old } from './a'</script>\n",
    },
    refused: ["ambiguous", "files of this kind are not understood"],
  },
  "a global of two scripts": {
    files: { "a.js": "var old = 1;\n", "b.js": "use(old);\n" },
    refused: ["ambiguous", "scripts share names"],
  },
  "the new name is taken in the scope": {
    files: ts("const old = 1;\nconst next = 2;\nuse(old, next);\n"),
    refused: ["check-failed", "cannot become `next`"],
  },
  "the new name would be captured": {
    files: ts("const old = 1;\nfunction f(next) { return old + next; }\n"),
    refused: ["check-failed", "cannot become `next`"],
  },
  "the new name would capture": {
    files: ts("const next = 1;\nfunction f(old) { return next + old; }\n"),
    refused: ["check-failed", "cannot become `next`"],
  },
  "the new name would hide a global": {
    files: ts("function f(old) { return console.log(old); }\n"),
    to: "console",
    refused: ["check-failed", "cannot become `console`"],
  },
  "the new name is exported already": {
    files: {
      "a.ts": "export const old = 1;\n",
      "b.ts": "export * from './a';\nexport const next = 2;\n",
      "c.ts": "import { old } from './b';\nuse(old);\n",
    },
    refused: ["check-failed", "cannot become `next`"],
  },
  "the new name is imported in a user's file": {
    files: {
      "a.ts": "export const old = 1;\n",
      "b.ts": "import { old } from './a';\nimport { next } from 'x';\nuse(old, next);\n",
    },
    refused: ["check-failed", "cannot become `next`"],
  },
  "the new name is fine in another scope": {
    files: ts("function f(«old») { return «old»; }\nfunction g(next) { return next; }\n"),
  },
  "a keyword": {
    files: ts("const old = 1;\n"),
    to: "class",
    refused: ["usage", "cannot be a new name"],
  },
  "no name": { files: ts("const old = 1;\n"), to: "a-b", refused: ["usage", "is not a name"] },
  "the same name": {
    files: ts("const old = 1;\n"),
    to: "old",
    refused: ["usage", "old and the new"],
  },
  "a name that nobody declares": {
    files: ts("use(old);\n"),
    refused: ["no-match", "no file declares `old`"],
  },
  "a private name": {
    files: ts(
      "class A { #old = 1; f() { return this.#old; } }\nclass B { «#old» = 2; f(o: B) { return o.«#old»; } }\n",
    ),
    from: "#old",
    to: "#next",
    at: "a.ts:2",
  },
  "a private name becomes no public one": {
    files: ts("class A { #old = 1; }\n"),
    from: "#old",
    refused: ["usage", "begins with #"],
  },
  "a method used through this": {
    files: ts("class A { «old»() { return this.«old»; } }\nconst a = new A();\na.«old»();\n"),
  },
  "a method through a typed parameter": {
    files: {
      "a.ts": "export class A { «old»() {} }\n",
      "b.ts": "import { A } from './a';\nexport const f = (a: A) => a.«old»();\n",
    },
  },
  "a method and its override": {
    files: {
      "a.ts": "export class A { «old»() {} }\n",
      "b.ts": "import { A } from './a';\nexport class B extends A { «old»() { super.«old»(); } }\n",
    },
  },
  "a member of an interface and its class": {
    files: ts(
      "interface I { «old»(): void }\nclass A implements I { «old»() {} }\ndeclare const i: I;\ni.«old»();\n",
    ),
  },
  "a member of a value of unknown type": {
    files: ts("class A { old() {} }\nuse(value().old);\n"),
    refused: ["ambiguous", "whose type is not known"],
  },
  "such a member, included": {
    files: ts("class A { «old»() {} }\nuse(value().«old»);\n"),
    unsure: "include",
  },
  "such a member, left": {
    files: ts("class A { «old»() {} }\nuse(value().old);\n"),
    unsure: "leave",
  },
  "a member of what a function answers": {
    files: ts(
      "interface I { «old»(): void }\nfunction make(): I { return { «old»() {} }; }\nconst later = async (): Promise<I> => make();\nconst i = make();\ni.«old»();\n(await later()).«old»();\nexport {};\n",
    ),
  },
  "a member of the language's own types": {
    files: ts("class A { «old»() {} }\nuse(JSON.old, [].old, 'a'.old);\n"),
  },
  "a class of a library may have the member": {
    files: ts("import { Base } from 'lib';\nclass A extends Base { old() {} }\n"),
    refused: ["ambiguous", "extends one that is not understood"],
  },
  "two classes with one member": {
    files: ts("class A { old() {} }\nclass B { old() {} }\n"),
    from: "A.old",
    refused: ["ambiguous", "another type has a member"],
  },
  "a private member of one of them": {
    files: ts(
      "class A { private «old»() { this.«old»(); } }\nclass B { old() {} }\nnew B().old();\n",
    ),
    from: "A.old",
  },
  "a parameter property": {
    files: ts(
      "class A { constructor(private readonly «old»: number) { use(«old»); }\n  get() { return this.«old»; } }\n",
    ),
  },
  "a property of an object literal": {
    files: ts("const api = { «old»: 1, b() { return this.«old»; } };\nuse(api.«old»);\n"),
  },
  "a field that a constructor assigns": {
    files: {
      "a.js": "class A { constructor() { this.«old» = 1; }\n  f() { return this.«old»; } }\n",
    },
  },
  "a parameter beside a member": {
    files: ts("class A { set(«old»: number) { this.old = «old»; } old = 1 }\n"),
    at: "a.ts:1",
    refused: ["ambiguous", "2 symbols"],
  },
  "a file with a syntax error": {
    files: {
      "a.ts": "export const old = 1;\n",
      "b.ts": "import { old } from './a';\nuse(old;\n)}\n",
    },
    refused: ["ambiguous", "syntax error"],
  },
  "a word that contains the name": {
    files: ts("const «old» = 1, older = 2, $old = 3;\nuse(«old», older, $old);\n"),
  },
  "names with letters of other scripts": {
    files: ts("const «größe» = 1, größer = 2;\nuse(«größe», größer);\n"),
    from: "größe",
  },
  "astral characters before the name": {
    files: ts("const x = '😀😀'; const «old» = 1;\nuse('😀', «old»);\n"),
  },
  "windows line ends": { files: ts("const «old» = 1;\r\nuse(«old»);\r\n") },
};

describe("renames in JavaScript and TypeScript", () => {
  it.each(Object.entries(traps))("%s", async (_name, trap) => {
    await spring(trap);
  });
});
