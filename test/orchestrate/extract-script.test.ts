import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { type ExtractTrap, extractTrap } from "./extract-traps.ts";

const traps: Record<string, ExtractTrap> = {
  "one variable in, one out": {
    code: `
function f(a) {
>  const b = a * 2;
>  const c = b + 1;
  return c;
}`,
    run: "[f(1), f(5)]",
    has: [
      "const c = part(a);",
      "function part(a) {\n  const b = a * 2;\n  const c = b + 1;\n  return c;\n}",
    ],
  },
  "several come out": {
    code: `
function f(a) {
>  const b = a * 2;
>  const c = b + 1;
  return b + c;
}`,
    run: "f(4)",
    has: "const { b, c } = part(a);",
  },
  "a variable from outside is assigned": {
    code: `
function f(a) {
  let sum = 0;
>  sum += a;
>  sum *= 2;
  return sum;
}`,
    run: "f(3)",
    has: "sum = part(a, sum);",
  },
  "an assigned and a declared one": {
    code: `
function f(a) {
  let sum = 1;
>  sum += a;
>  const twice = sum * 2;
  return [sum, twice];
}`,
    run: "f(3)",
    has: ["let twice;", "({ sum, twice } = part(a, sum));"],
  },
  "a file without semicolons": {
    code: `
function f(a) {
  let b = 1
  let c = 2
>  b += a
>  c += b
  return [b, c]
}`,
    run: "f(3)",
    has: [";({ b, c } = part(a, b, c))", "  return { b, c }\n"],
  },
  "nothing comes out": {
    code: `
const log = [];
function f(a) {
>  log.push(a);
>  log.push(a + 1);
}`,
    run: "(f(1), log)",
    has: "  part(a);",
  },
  "assigned in one branch": {
    code: `
function f(a) {
  let b = 7;
>  if (a > 1) {
>    b = a;
>  }
  return b;
}`,
    run: "[f(0), f(5)]",
  },
  "the loop around it uses the variable": {
    code: `
function f(list) {
  let last = null;
  const out = [];
  for (const one of list) {
    out.push(last);
>    last = one * 2;
  }
  return out;
}`,
    run: "f([1, 2, 3])",
    has: "last = part(last, one);",
  },
  "carried from round to round": {
    code: `
function f(list) {
  const out = [];
  let n = 0;
  for (const one of list) {
>    n += 1;
>    out.push([n, one]);
  }
  return out;
}`,
    run: "f([5, 6])",
    has: "n = part(",
  },
  "carried in a do loop, not in a block": {
    code: `
function f() {
  const out = [];
  let n = 0;
  do {
    let m = 0;
>    n++;
>    m += n;
>    out.push(m);
  } while (out.length < 3);
  return out;
}`,
    run: "f()",
    has: "n = part(",
  },
  "carried by the head of a loop": {
    code: `
function f() {
  const out = [];
  for (let i = 0; i < 9; i++) {
>    i += 2;
>    out.push(i);
  }
  return out;
}`,
    run: "f()",
    has: "i = part(",
  },
  "var without a value in a loop keeps its value": {
    code: `
function f(list) {
  const out = [];
  for (const one of list) {
>    var n;
>    n = (n ?? 0) + one;
>    out.push(n);
  }
  return out;
}`,
    refused: "earlier round of the loop",
  },
  "declared after the selection": {
    code: `
function f(a) {
>  const even = (n) => n === 0 || odd(n - 1);
  const odd = (n) => n !== 0 && even(n - 1);
  return even(a);
}`,
    refused: "`odd` is declared after the selection",
  },
  "a function declared after the selection": {
    code: `
function f(a) {
>  const even = (n) => n === 0 || odd(n - 1);
  return even(a);
  function odd(n) { return n % 2 === 1; }
}`,
    run: "f(4)",
  },
  using: {
    code: `
function f(g) {
>  using a = g();
  return a.b;
}`,
    refused: "`using` frees",
  },
  "a function with a directive": {
    code: `
function f(a) {
  "use strict";
>  a.b = 1;
  return a;
}`,
    refused: "has the directive",
  },
  "return at the end": {
    code: `
function f(a) {
  const b = a + 1;
>  if (b > 3) {
>    return "big";
>  }
>  return "small";
}`,
    run: "[f(1), f(9)]",
    has: "return part(b);",
  },
  "return on one way": {
    code: `
function f(a) {
>  if (a > 3) {
>    return "big";
>  }
  return "small";
}`,
    refused: "`return` is not reached on every way",
  },
  "return on one way, up to the end of the function": {
    code: `
function f(a) {
  const b = a + 1;
>  if (b > 3) {
>    return "big";
>  }
>  f.last = b;
}`,
    run: "[f(1), f(9)]",
    has: "return part(b);",
  },
  "a bare return, up to the end of the function": {
    code: `
function f(a) {
  try {
    if (a) {
>      if (a > 3) return;
>      f.last = a;
    }
  } catch {}
}`,
    run: "[f(1), f.last, f(9), f.last]",
    has: "\n      part(a);",
  },
  "a bare return in a case": {
    code: `
function f(a) {
  switch (a) {
    case 1: {
>      if (f.last) return;
>      f.last = a;
    }
    default:
      f.last = 7;
  }
}`,
    refused: "`return` is not reached on every way",
  },
  "a bare return, and a function behind": {
    code: `
function f(a) {
>  if (a > g()) return;
>  f.last = a;
  function g() { return 2; }
}`,
    refused: "`return` is not reached on every way",
  },
  "try and catch return": {
    code: `
function f(a) {
>  try {
>    return a();
>  } catch (error) {
>    throw new Error("x");
>  }
  return 5;
}`,
    run: "f(() => 3)",
    has: "return part(a);",
  },
  "catch goes on": {
    code: `
function f(a) {
>  try {
>    return a();
>  } catch {}
  return 5;
}`,
    refused: "`return` is not reached on every way",
  },
  "if and else return": {
    code: `
function f(a) {
>  if (a) {
>    return 1;
>  } else {
>    throw new Error("x");
>  }
}`,
    run: "f(1)",
  },
  "break leaves": {
    code: `
function f(list) {
  for (const one of list) {
>    if (one > 2) break;
  }
}`,
    refused: "`break;` leaves the selection",
  },
  "break inside of an own loop": {
    code: `
function f(list) {
  let found;
>  for (const one of list) {
>    if (one > 2) { found = one; break; }
>  }
  return found;
}`,
    run: "f([1, 3, 5])",
  },
  "continue with a label of outside": {
    code: `
function f(list) {
  outer: for (const one of list) {
>    for (const two of list) {
>      if (two) continue outer;
>    }
  }
}`,
    refused: "leaves the selection",
  },
  "break of a switch inside": {
    code: `
function f(a) {
  let r = 0;
>  switch (a) {
>    case 1: r = 5; break;
>    default: r = 6;
>  }
  return r;
}`,
    run: "[f(1), f(2)]",
  },
  await: {
    code: `
async function f(a) {
>  const b = await a;
>  const c = (await a) + b;
  return c;
}`,
    run: "f(2)",
    has: ["const c = await part(a);", "async function part(a)"],
  },
  "a promise behind an await stays a promise": {
    code: `
async function f(a) {
>  await a;
>  const p = Promise.resolve(a + 1);
  return [p instanceof Promise, await p];
}`,
    run: "f(2)",
    has: ["const { p } = await part(a);", "return { p };"],
  },
  "what may be a promise, assigned before": {
    code: `
async function f(a) {
  let p = null;
>  await a;
>  p = a > 1 ? Promise.resolve(1) : 2;
  return [p instanceof Promise, await p];
}`,
    run: "f(2)",
    has: "({ p } = await part(a, p));",
  },
  "a value or a promise": {
    code: `
async function f(a) {
>  await a;
>  const p = a && Promise.resolve(1);
  return [p instanceof Promise, await p];
}`,
    run: "f(2)",
    has: "const { p } = await part(a);",
  },
  "code of a class stays strict": {
    code: `
class A {
  f(a) {
>    const o = Object.freeze({ a });
>    let r = 0;
>    try { o.a = 2; } catch { r = 1; }
    return r;
  }
}`,
    run: "new A().f(1)",
    has: '{\n  "use strict";\n',
  },
  "await of a function inside": {
    code: `
function f(a) {
>  const g = async () => await a;
  return g();
}`,
    run: "f(2)",
    has: "const g = part(a);",
  },
  yield: {
    code: `
function* f(a) {
>  yield a;
>  const b = yield a + 1;
  yield b;
}`,
    run: "[...f(1)]",
    has: ["const b = yield* part(a);", "function* part(a)"],
  },
  "this in a method": {
    code: `
class A {
  constructor() { this.x = 1; }
  f(a) {
>    this.x += a;
>    const y = this.x * 2;
    return y;
  }
}`,
    run: "new A().f(4)",
    has: ["const y = this.part(a);", "  part(a) {\n    this.x += a;"],
  },
  "this in a static method": {
    code: `
class A {
  static x = 3;
  static f(a) {
>    const y = this.x * a;
    return y;
  }
}`,
    run: "A.f(4)",
    has: "static part(a)",
  },
  "this in an arrow function of a method": {
    code: `
class A {
  x = 2;
  f(list) {
    return list.map((one) => {
>      const y = one * this.x;
      return y;
    });
  }
}`,
    run: "new A().f([1, 2])",
    has: "this.part(one)",
  },
  "a class inside of a method": {
    code: `
class A {
  f() {
    class B {
      x = 1;
      g = () => {
>        this.x += 1;
        return this.x;
      };
    }
    return new B().g();
  }
}`,
    refused: "`this` is that of a function inside",
  },
  "yield in an async generator": {
    code: `
async function* g(a) {
  try {
>    yield a;
>    const b = yield Promise.reject(2);
    yield b;
  } catch (error) {
    yield error;
  }
}
async function f(a) {
  const out = [];
  for await (const one of g(a)) out.push(one);
  return out;
}`,
    run: "f(1)",
    has: "async function* part(a)",
  },
  "no semicolons, and a comment with one": {
    code: `
// a note;
function f(a) {
  let b = 1
  let c = a
>  b += a
>  c += b
  return [b, c]
}`,
    run: "f(3)",
    has: ";({ b, c } = part(a, b, c))",
  },
  "no semicolons, and a bracket behind": {
    code: `
function f(a) {
  const out = []
>  for (const one of a) { out.push(one) }
  [out].forEach((one) => one.push(2))
  return out
}`,
    run: "f([3])",
    has: "part(a, out);\n",
  },
  "line ends of Windows": {
    code: "function f(a) {\r\n>  const b = a * 2;\r\n>  const c = `x\r\n>y` + b;\r\n  return c;\r\n}\r\n",
    run: "f(3)",
    has: "}\r\n\r\nfunction part(a) {\r\n  const b = a * 2;\r\n  const c = `x\r\ny` + b;\r\n  return c;\r\n}",
  },
  "this in a function": {
    code: `
function f(a) {
>  this.x = a;
}`,
    refused: "`this` is not that of a method",
  },
  "this of an inner function": {
    code: `
class A {
  f() {
    function g() {
>      return this;
    }
    return g();
  }
}`,
    refused: "`this` is that of a function inside",
  },
  "a method without this becomes a function": {
    code: `
class A {
  f(a) {
>    const y = a * 2;
    return y;
  }
}`,
    run: "new A().f(4)",
    has: "const y = part(a);",
  },
  super: {
    code: `
class B { f() { return this.n; } }
class A extends B {
  n = 4;
  f(a) {
>    const y = super.f() + a;
    return y;
  }
}`,
    run: "new A().f(2)",
    has: "const y = this.part(a);",
  },
  "super of a static method": {
    code: `
class B { static f() { return this.n; } }
class A extends B {
  static n = 4;
  static f(a) {
>    const y = super.f() + a;
    return y;
  }
}`,
    run: "A.f(2)",
    has: "static part(a) {",
  },
  "super of an object": {
    code: `
const o = {
  f(a) {
>    const y = super.toString() + a;
    return y;
  }
};`,
    refused: "`this` is not that of a method of a class",
  },
  "super in a function inside": {
    code: `
class A {
  f(a) {
    const o = { g() {
>      const y = super.toString() + a;
      return y;
    } };
    return o.g();
  }
}`,
    refused: "`this` is that of a function inside",
  },
  "super() of a constructor": {
    code: `
class A extends Object {
  constructor(a) {
>    super(a);
>    this.a = a;
  }
}`,
    refused: "`super(…)`",
  },
  arguments: {
    code: "function f() {\n>  const a = arguments[0];\n  return a;\n}",
    refused: "`arguments`",
  },
  eval: {
    code: "function f(a) {\n>  const b = a;\n  return eval('b');\n}",
    refused: "`eval` sees the variables",
  },
  "a closure that changes the variable": {
    code: `
function f() {
  let count = 0;
  const add = () => { count += 1; };
>  add();
>  const seen = count;
  return seen;
}`,
    refused: "`count` is shared with a function inside, and changes",
  },
  "a closure that is made later": {
    code: `
function f(a) {
>  let count = a;
>  if (a > 1) count *= 2;
  const add = () => { count += 1; return count; };
  add();
  return add() + count;
}`,
    run: "[f(1), f(5)]",
    has: "let count = part(a);",
  },
  "a closure that is made later, in a loop": {
    code: `
function f(list) {
  let n = 0;
  const all = [];
  for (const one of list) {
>    n += one;
>    all.push(n);
    all.push(() => n);
  }
  return all;
}`,
    refused: "`n` is shared with a function inside, and changes",
  },
  "a variable of the round in a closure that is made later": {
    code: `
function f(list) {
  const all = [];
  for (const one of list) {
>    let n = one;
>    n += 1;
    all.push(() => n++);
  }
  return all.map((get) => get() + get());
}`,
    run: "f([1, 5])",
    has: "let n = part(one);",
  },
  "a declared function that is written later": {
    code: `
function f(a) {
  let n = a;
>  n += 1;
>  n += g();
  function g() { return n; }
  return n;
}`,
    refused: "`n` is shared with a function inside, and changes",
  },
  "a closure over what does not change": {
    code: `
function f(list, n) {
>  const out = list.map((one) => one + n);
  return out;
}`,
    run: "f([1, 2], 3)",
  },
  "a closure over what changes later": {
    code: `
function f() {
  let n = 1;
>  const get = () => n;
  n = 2;
  return get();
}`,
    refused: "is shared with a function inside",
  },
  "a variable that gets its value later, in a closure": {
    code: `
function f() {
  let n;
>  const get = () => n;
  n = 2;
  return get();
}`,
    refused: "is shared with a function inside",
  },
  "a function that is used before": {
    code: `
function f() {
  const a = g();
>  function g() { return 1; }
  return a + g();
}`,
    refused: "`g` is used before the selection",
  },
  "a function that is used after": {
    code: `
function f() {
>  function g() { return 1; }
  return g();
}`,
    run: "f()",
    has: "const g = part();",
  },
  "var in a loop keeps its value": {
    code: `
function f(list) {
  const out = [];
  for (const one of list) {
>    if (one > 1) out.push(before);
>    var before = one;
  }
  return out;
}`,
    refused: "earlier round of the loop",
  },
  "let in a loop does not": {
    code: `
function f(list) {
  const out = [];
  for (const one of list) {
>    let now;
>    if (one > 1) now = one;
    out.push(now);
  }
  return out;
}`,
    run: "f([1, 2, 3])",
  },
  "assigned in try, read in catch": {
    code: `
function f(g) {
  let step = 0;
  try {
>    step = 1;
>    g();
>    step = 2;
  } catch {
    return step;
  }
  return -1;
}`,
    refused: "`try` block",
  },
  "declared in try": {
    code: `
function f(g) {
  try {
>    const a = g() + 1;
>    const b = a * 2;
    return b;
  } catch {
    return -1;
  }
}`,
    run: "[f(() => 1), f(() => { throw 1; })]",
  },
  "destructuring assignment": {
    code: `
function f(o) {
  let a, b;
>  ({ a, b = 3 } = o);
  return [a, b];
}`,
    run: "f({ a: 1 })",
  },
  "destructuring declaration": {
    code: `
function f(o) {
>  const { a, b: [c] } = o;
  return [a, c];
}`,
    run: "f({ a: 1, b: [2] })",
    has: "const { a, c } = part(o);",
  },
  "a shorthand property": {
    code: `
function f(a) {
>  const o = { a, b: a };
  return o;
}`,
    run: "f(1)",
  },
  "an update expression": {
    code: `
function f(i) {
>  i++;
>  const j = i--;
  return [i, j];
}`,
    run: "f(1)",
  },
  "a name that is shadowed inside": {
    code: `
function f(a) {
>  let b = 0;
>  { const a = 5; b += a; }
  return a + b;
}`,
    run: "f(1)",
    has: "part();",
  },
  "a variable of the module stays": {
    code: `
let total = 0;
function f(a) {
>  total += a;
  return total;
}`,
    run: "[f(1), f(2), total]",
    has: "part(a);",
  },
  "a variable of an outer function": {
    code: `
function f(a) {
  return [1, 2].map((one) => {
>    const y = one + a;
    return y;
  });
}`,
    run: "f(5)",
    has: "part(a, one)",
  },
  "an outer variable is assigned": {
    code: `
function f(list) {
  let sum = 0;
  list.forEach((one) => {
>    sum += one;
  });
  return sum;
}`,
    refused: "is shared",
  },
  "a function in a variable": {
    code: `
const f = (a) => {
>  const b = a + 1;
  return b;
};`,
    run: "f(1)",
    has: "};\n\nfunction part(a)",
  },
  "template strings of several lines keep their blanks": {
    code:
      "\nclass A {\n  f(a) {\n>    const t = `x\n>      $" + "{a}\n>    y`;\n    return t;\n  }\n}",
    run: "new A().f(1)",
  },
  "a comment goes with its statement": {
    code: `
function f(a) {
>  // doubles
>  const b = a * 2; // here
>  // done
  return b;
}`,
    run: "f(1)",
    has: "  // doubles\n  const b = a * 2; // here\n  // done\n  return b;",
  },
  tabs: {
    code: "function f(a) {\n\tif (a) {\n>\t\ta = a + 1;\n\t}\n\treturn a;\n}",
    run: "f(1)",
    has: "function part(a) {\n\ta = a + 1;\n\treturn a;\n}",
  },
  "the name is taken": {
    code: "const part = 1;\nfunction f(a) {\n>  a();\n}",
    refused: "is written in a.js already",
  },
  "the name is a keyword": { code: "function f(a) {\n>  a();\n}", name: "for", refused: "for" },
  "half a statement": { code: "function f(a) {\n>  a(\n  1);\n}", refused: "not whole statements" },
  "not in a function": { code: ">const a = 1;\n", refused: "not in a function" },
  "a directive": {
    code: "function f() {\n>  'use strict';\n  return 1;\n}",
    refused: "a directive",
  },
  "an empty selection": { code: "function f() {\n>\n}", refused: "no statement" },
  "a syntax error": { code: "function f( {\n>  a();\n}", refused: "syntax error" },
  "an exported function": {
    code: "export function f(a) {\n>  const b = a + 1;\n  return b;\n}",
    has: "}\n\nfunction part(a) {",
  },
  "private members": {
    code: `
class A {
  #x = 2;
  f() {
>    const y = this.#x * 2;
    return y;
  }
}`,
    run: "new A().f()",
    has: "  part() {",
  },
  "code behind the function": {
    code: "function f(a) {\n>  a();\n} f(1);",
    refused: "other code is behind",
  },
};

const typed: Record<string, ExtractTrap> = {
  "types are taken from the declarations": {
    code: `
function f(a: number, b?: string, c = 1): number {
  const d = "x";
>  const e = [a, b, c, d].length;
  return e;
}`,
    has: "function part(a: number, b: string | undefined, c: any, d: string) {",
  },
  "a type parameter of the function is not": {
    code: `
function f<T>(a: T): T[] {
>  const list = [a];
  return list;
}`,
    has: "part(a: any)",
  },
  "a type of the function that is used": {
    code: `
function f<T>(a: T): unknown {
>  const list: T[] = [a];
  return list;
}`,
    refused: "`T` is a type of the function",
  },
  "a method is private": {
    code: `
class A {
  private x = 1;
  f(a: number): number {
>    const y = this.x + a;
    return y;
  }
}`,
    has: "  private part(a: number) {",
  },
};

async function evaluated(code: string, run: string): Promise<string> {
  const value: unknown = await runInNewContext(`${code.replaceAll("export ", "")}\n;${run}`, {});
  return JSON.stringify(value);
}

describe("a function is extracted: JavaScript", () => {
  it.each(Object.entries(traps))("%s", async (_, trap) => {
    const made = await extractTrap("a.js", trap);
    if (made && trap.run)
      expect(await evaluated(made.after, trap.run)).toBe(await evaluated(made.before, trap.run));
  });
});

describe("a function is extracted: TypeScript", () => {
  it.each(Object.entries(typed))("%s", async (_, trap) => void (await extractTrap("a.ts", trap)));
});
