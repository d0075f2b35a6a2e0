import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { planLoops } from "../../src/orchestrate/loops/loop.ts";
import { memoryView } from "../support/memory-repository.ts";
import { type LoopTrap, loopTrap } from "./loop-traps.ts";

const traps: Record<string, LoopTrap> = {
  "map over an array of its own": {
    code: "function f(a) {\n  const xs = [a, 2];\n  const out = [];\n>  for (const x of xs) out.push(x * 2);\n  return out;\n}",
    to: "map",
    run: "f(1)",
    has: "  const out = xs.map((x) => x * 2);\n  return out;\n",
  },
  "map over keys, with calls": {
    code: "function f(o, g) {\n  const out = [];\n>  for (const k of Object.keys(o)) {\n    out.push(g(k));\n  }\n  return out;\n}",
    run: "f({ a: 1, b: 2 }, (k, ...more) => k + more.length)",
    has: "const out = Object.keys(o).map((k) => g(k));",
  },
  "filter over keys": {
    code: "function f(o) {\n  const out = [];\n>  for (const k of Object.keys(o)) {\n    if (o[k] > 1 || k === 'a') {\n      out.push(k);\n    }\n  }\n  return out;\n}",
    run: "f({ a: 1, b: 2, c: 0 })",
    has: "const out = Object.keys(o).filter((k) => o[k] > 1 || k === 'a');",
  },
  "conditions inside of each other, and a guard": {
    code: "function f(o) {\n  const out = [];\n>  for (const k of Object.keys(o)) {\n    if (!o[k]) continue;\n    if (o[k] > 1 || k === 'a') {\n      if (k) out.push(k);\n    }\n  }\n  return out;\n}",
    run: "f({ a: 1, b: 2, c: 0 })",
    has: ".filter((k) => o[k] && (o[k] > 1 || k === 'a') && k)",
  },
  "filter and map, the value is made of the element": {
    code: "function f(o) {\n  const out = [];\n>  for (const k of Object.keys(o)) if (o[k]) out.push({ k });\n  return out;\n}",
    run: "f({ a: 1, b: 0 })",
    has: "Object.keys(o).filter((k) => o[k]).map((k) => ({ k }))",
  },
  "filter and map, the value may fail": {
    code: "function f(o) {\n  const out = [];\n>  for (const k of Object.keys(o)) if (o[k]) out.push(o[k].name);\n  return out;\n}",
    run: "f({ a: { name: 1 }, b: 0 })",
    has: "Object.keys(o).flatMap((k) => (o[k] ? [o[k].name] : []))",
  },
  "filter and map, the order of calls": {
    code: "function f(o, log) {\n  const out = [];\n>  for (const k of Object.keys(o)) if (log.push('c' + k)) out.push(log.push('v' + k));\n  return [out, log];\n}",
    run: "f({ a: 1, b: 0 }, [])",
    has: ".flatMap(",
  },
  "the order is not kept by filter and map": {
    code: "function f(o, log) {\n  const out = [];\n>  for (const k of Object.keys(o)) if (log.push('c' + k)) out.push(log.push('v' + k));\n  return [out, log];\n}",
    to: "filter-map",
    refused: "would be evaluated after all conditions",
  },
  "a value that is a list": {
    code: "function f(o) {\n  const out = [];\n>  for (const k of Object.keys(o)) if (o[k]) out.push([k, o[k]]);\n  return out;\n}",
    to: "flat-map",
    run: "f({ a: 1, b: 0 })",
    has: "[[k, o[k]]]",
  },
  "an unknown list": {
    code: "function f(xs) {\n  const out = [];\n>  for (const x of xs) out.push(x);\n  return out;\n}",
    refused: "it is not certain that `xs` is an array",
  },
  "filter of an unknown list is unknown": {
    code: "function f(xs) {\n  const out = [];\n>  for (const x of xs.filter(Boolean)) out.push(x + 1);\n  return out;\n}",
    refused: "it is not certain",
  },
  "Object is another one": {
    code: "function f(o, Object) {\n  const out = [];\n>  for (const x of Object.keys(o)) out.push(x + 1);\n  return out;\n}",
    refused: "it is not certain",
  },
  holes: {
    code: "function f() {\n  const out = [];\n>  for (const x of [1, , 3]) out.push(String(x));\n  return out;\n}",
    run: "f()",
    has: "Array.from([1, , 3], (x) => String(x))",
  },
  "holes in a filter": {
    code: "function f() {\n  const out = [];\n>  for (const x of [1, , 3]) if (x !== 1) out.push(x);\n  return out.length;\n}",
    run: "f()",
    has: "[...[1, , 3]].filter((x) => x !== 1)",
  },
  "the list may grow": {
    code: "function f() {\n  const xs = [1, 2];\n  const g = (x) => { if (x < 3) xs.push(9); return x; };\n  const out = [];\n>  for (const x of xs) out.push(g(x));\n  return out;\n}",
    run: "f()",
    has: "Array.from(xs, (x) => g(x))",
  },
  "the list may grow in a filter": {
    code: "function f() {\n  const xs = [1, 2];\n  const g = (x) => { if (x < 3) xs.push(9); return x; };\n  const out = [];\n>  for (const x of xs) if (g(x)) out.push(x);\n  return out;\n}",
    to: "filter",
    refused: "`g(x)` may change it",
  },
  "two names of one list": {
    code: "function f(ys) {\n  const xs = ys;\n  const out = [];\n>  for (const x of xs) if (g(x)) out.push(x);\n  return out;\n}",
    refused: "it is not certain",
  },
  "another name of the list": {
    code: "function f(g) {\n  const xs = [1, 2];\n  const ys = xs;\n  const out = [];\n>  for (const x of xs) if (g(x, ys)) out.push(x);\n  return out;\n}",
    to: "filter",
    refused: "may change it",
  },
  "a callback has the list": {
    code: "function f(g) {\n  const xs = [1, 2];\n  xs.forEach((x, i, all) => g(all));\n  const out = [];\n>  for (const x of xs) if (g(x)) out.push(x);\n  return out;\n}",
    to: "filter",
    refused: "may change it",
  },
  "the list is returned afterwards": {
    code: "function f(g) {\n  const xs = [1, 2];\n  const out = [];\n>  for (const x of xs) if (g(x)) out.push(x);\n  xs.push(3);\n  return [xs, out];\n}",
    run: "f((x) => x > 1)",
    has: "xs.filter((x) => g(x))",
  },
  "the list is given away in an earlier round": {
    code: "function f(g) {\n  const xs = [1, 2];\n  const all = [];\n  for (let i = 0; i < 2; i++) {\n    const out = [];\n>    for (const x of xs) if (g(x)) out.push(x);\n    g(xs);\n    all.push(out);\n  }\n  return all;\n}",
    to: "filter",
    refused: "may change it",
  },
  await: {
    code: "async function f(g) {\n  const out = [];\n>  for (const x of [1, 2]) out.push(await g(x));\n  return out;\n}",
    refused: "`await` is not possible in a callback",
  },
  "for await": {
    code: "async function f(g) {\n  const out = [];\n>  for await (const x of [1, 2]) out.push(x);\n  return out;\n}",
    refused: "asynchronous",
  },
  yield: {
    code: "function* f() {\n  const out = [];\n>  for (const x of [1, 2]) out.push(yield x);\n  return out;\n}",
    refused: "`yield` is not possible in a callback",
  },
  "a label": {
    code: "function f() {\n  const out = [];\n>  a: for (const x of [1, 2]) out.push(x + 1);\n  return out;\n}",
    refused: "label",
  },
  return: {
    code: "function f() {\n  const out = [];\n>  for (const x of [1, 2]) { if (x > 1) return out; out.push(x); }\n  return out;\n}",
    to: "map",
    refused: "more than one thing",
  },
  break: {
    code: "function f() {\n  const out = [];\n>  for (const x of [1, 2]) { if (x > 1) break; out.push(x); }\n  return out;\n}",
    to: "map",
    refused: "more than one thing",
  },
  else: {
    code: "function f() {\n  const out = [];\n>  for (const x of [1, 2]) { if (x > 1) out.push(x); else out.push(0); }\n  return out;\n}",
    to: "filter",
    refused: "`else`",
  },
  "this and arguments": {
    code: "function f() {\n  const out = [];\n>  for (const x of [1, 2]) out.push(this.a + x + arguments.length);\n  return out;\n}",
    to: "map",
    run: "f.call({ a: 1 }, 5, 6)",
    has: "[1, 2].map((x) => this.a + x + arguments.length)",
  },
  var: {
    code: "function f() {\n  const out = [];\n>  for (var x of [1, 2]) out.push(x + 1);\n  return [out, x];\n}",
    to: "map",
    refused: "not declared by `const` or `let`",
  },
  "the result is a var": {
    code: "function f() {\n  var out = [];\n>  for (const x of [1, 2]) out.push(x + 1);\n  return out;\n}",
    to: "map",
    refused: "no empty list is declared",
  },
  "the result is used in the loop": {
    code: "function f() {\n  const out = [];\n>  for (const x of [1, 1]) if (!out.includes(x)) out.push(x);\n  return out;\n}",
    to: "filter",
    refused: "`out` is used in the loop",
  },
  "a hoisted function sees the result": {
    code: "function f() {\n  const out = [];\n>  for (const x of [1, 1]) out.push(n());\n  function n() { return out.length; }\n  return out;\n}",
    to: "map",
    refused: "may run before the end of the loop",
  },
  "a function that is made later": {
    code: "function f() {\n  const out = [];\n>  for (const x of [1, 1]) out.push(x + 1);\n  return () => out;\n}",
    to: "map",
    run: "f()()",
    has: "[1, 1].map((x) => x + 1)",
  },
  "an exported result": {
    code: "export const out = [];\n>for (const x of [1, 1]) out.push(x + 1);\n",
    to: "map",
    refused: "no empty list is declared",
  },
  "a result that is exported below": {
    code: "const out = [];\n>for (const x of [1, 1]) out.push(x + 1);\nexport { out };\n",
    to: "map",
    refused: "other files can see `out`",
  },
  "a script": {
    code: "const out = [];\n>for (const x of [1, 1]) out.push(x + 1);\n",
    to: "map",
    refused: "other scripts can see",
  },
  "several values": {
    code: "function f() {\n  const out = [];\n>  for (const x of [1, 1]) out.push(x, x);\n  return out;\n}",
    to: "map",
    refused: "exactly one value",
  },
  spread: {
    code: "function f() {\n  const out = [];\n>  for (const x of [[1], [1]]) out.push(...x);\n  return out;\n}",
    to: "map",
    refused: "exactly one value",
  },
  "destructuring with defaults": {
    code: "function f() {\n  const out = [];\n>  for (const { a, b = a } of [{ a: 1 }, { a: 1, b: 2 }]) out.push(a + b);\n  return out;\n}",
    to: "map",
    run: "f()",
    has: ".map(({ a, b = a }) => a + b)",
  },
  "no semicolons": {
    code: "function f() {\n  const out = []\n>  for (const x of [1]) out.push(x + 1)\n  return out\n}",
    to: "map",
    run: "f()",
    has: "const out = [1].map((x) => x + 1)\n  return out",
  },
  "no semicolons, and a line that would go on": {
    code: "function f() {\n  const out = []\n>  for (const x of [1]) out.push(x + 1)\n  ;[2].forEach((x) => out.push(x))\n  return out\n}",
    to: "map",
    run: "f()",
  },
  "no semicolons, and brackets on the next line": {
    code: "function f() {\n  const out = []\n>  for (const x of [1]) { out.push(x + 1) }\n  [2].forEach((x) => out.push(x))\n  return out\n}",
    to: "map",
    run: "f()",
    has: "const out = [1].map((x) => x + 1);\n  [2]",
  },
  "a function is a value": {
    code: "function f() {\n  const out = [];\n>  for (const x of [1]) out.push(async () => (await x) + 1);\n  return out.length;\n}",
    to: "map",
    run: "f()",
    has: "[1].map((x) => async () => (await x) + 1)",
  },
  "an object is a value": {
    code: "function f() {\n  const out = [];\n>  for (const x of [1]) out.push({ x, y: 2 });\n  return out;\n}",
    to: "map",
    run: "f()",
    has: "(x) => ({ x, y: 2 })",
  },
  "the name of the list is that of the element": {
    code: "function f(x) {\n  const out = [];\n>  for (const x of Object.keys(x)) out.push(x + 1);\n  return out;\n}",
    refused: "`x` would mean something else",
  },
  "a comment": {
    code: "function f() {\n  const out = [];\n>  for (const x of [1]) {\n    // why\n    out.push(x + 1);\n  }\n  return out;\n}",
    to: "map",
    refused: "a comment here would be lost",
  },
  CRLF: {
    code: "function f() {\r\n\tconst xs = [1];\r\n\tconst out = [];\r\n>\tfor (const x of xs) {\r\n\t\tout.push(x + 1);\r\n\t}\r\n\treturn out;\r\n}",
    to: "map",
    run: "f()",
    has: "\r\n\tconst out = xs.map((x) => x + 1);\r\n\treturn",
  },
  eval: {
    code: "function f(s) {\n  const out = [];\n>  for (const x of [1]) out.push(eval(s));\n  return out;\n}",
    to: "map",
    refused: "`eval` sees",
  },
  "an index is only used for the element": {
    code: "function f() {\n  const xs = [1, , 3];\n  let n = '';\n>  for (let i = 0; i < xs.length; i++) {\n    const x = xs[i];\n    n += x;\n  }\n  return n;\n}",
    run: "f()",
    has: "  for (const x of xs) {\n    n += x;\n  }\n",
  },
  "the list grows and shrinks": {
    code: "function f() {\n  const xs = [1, 2, 3];\n  const seen = [];\n>  for (let i = 0; i < xs.length; ++i) {\n    const x = xs[i];\n    seen.push(x);\n    if (x === 1) xs.push(4);\n    if (x === 2) xs.splice(0, 1);\n  }\n  return seen;\n}",
    run: "f()",
    has: "for (const x of xs) {",
  },
  "closures of the element": {
    code: "function f() {\n  const xs = [1, 2];\n  const gs = [];\n>  for (let i = 0; i < xs.length; i += 1) {\n    let x = xs[i];\n    x += 1;\n    gs.push(() => x);\n    if (x > 2) continue;\n    x += 5;\n  }\n  return gs.map((g) => g());\n}",
    run: "f()",
    has: "for (let x of xs) {",
  },
  "the index has another use": {
    code: "function f() {\n  const xs = [1, 2];\n  let n = 0;\n>  for (let i = 0; i < xs.length; i++) {\n    const x = xs[i];\n    n += x * i;\n  }\n  return n;\n}",
    refused: "the index `i` has another use",
  },
  "the list is written": {
    code: "function f(g) {\n  let xs = [1, 2];\n>  for (let i = 0; i < xs.length; i++) {\n    const x = xs[i];\n    xs = g(x);\n  }\n}",
    refused: "it is not certain",
  },
  "a text has an index, too": {
    code: "function f(xs) {\n  let n = 0;\n>  for (let i = 0; i < xs.length; i++) {\n    const x = xs[i];\n    n += x;\n  }\n  return n;\n}",
    refused: "it is not certain that `xs` is an array",
  },
  "a loop that does not begin with 0": {
    code: "function f() {\n  const xs = [1, 2];\n  let n = 0;\n>  for (let i = 1; i < xs.length; i++) {\n    const x = xs[i];\n    n += x;\n  }\n  return n;\n}",
    refused: "`let i = 0`",
  },
  "to an index": {
    code: "function f() {\n  const xs = [1, 2];\n  let n = 0;\n  const i = 3;\n>  for (const x of xs) {\n    n += x * i;\n  }\n  return n;\n}",
    to: "index",
    run: "f()",
    has: "  for (let j = 0; j < xs.length; j++) {\n    const x = xs[j];\n    n += x * i;\n",
  },
  "to an index, without a block": {
    code: "function f() {\n  const xs = [1, 2];\n  let n = 0;\n>  for (const x of xs) n += x;\n  return n;\n}",
    to: "index",
    run: "f()",
    has: "{\n    const x = xs[i];\n    n += x;\n  }\n",
  },
  "to an index, a variable of the body has the name": {
    code: "function f() {\n  const xs = [1, 2];\n  let n = 0;\n>  for (const x of xs) {\n    const x = 5;\n    n += x;\n  }\n  return n;\n}",
    to: "index",
    refused: "is declared in the body, too",
  },
  "back from map": {
    code: "function f() {\n  const xs = [1, 2];\n>  const out = xs.map((x) => ({ x }));\n  return out;\n}",
    run: "f()",
    has: "  const out = [];\n  for (const x of xs) {\n    out.push({ x });\n  }\n",
  },
  "back from filter": {
    code: "function f(g) {\n>  const out = Object.keys({ a: 1, b: 2 }).filter(k => g(k));\n  return out;\n}",
    run: "f((k) => k > 'a')",
    has: "    if (g(k)) out.push(k);\n",
  },
  "back, with an index": {
    code: "function f() {\n  const xs = [1, 2];\n>  const out = xs.map((x, i) => x + i);\n  return out;\n}",
    refused: "does not take exactly the element",
  },
  "back, a typed-out function": {
    code: "function f(g) {\n  const xs = [1, 2];\n>  const out = xs.map(g);\n  return out;\n}",
    refused: "not one arrow function",
  },
  "back, an async callback": {
    code: "function f(g) {\n  const xs = [1, 2];\n>  const out = xs.map(async (x) => x);\n  return out;\n}",
    refused: "not one arrow function",
  },
  "back, an unknown list": {
    code: "function f(xs) {\n>  const out = xs.map((x) => x);\n  return out;\n}",
    refused: "it is not certain",
  },
  "back, the element has the name of the list": {
    code: "function f() {\n  const x = [1, 2];\n>  const out = x.map((x) => x + 1);\n  return out;\n}",
    refused: "`x` would mean something else",
  },
  hoist: {
    code: "function f(xs) {\n  const width = 3;\n  const out = [];\n>  for (const x of xs) {\n    out.push(x % (width * 2), width * 2, `\u0024{width}px`);\n  }\n  return out;\n}",
    to: "hoist",
    run: "[f([]), f([7, 8])]",
    has: [
      "const invariant = width * 2;\n",
      "const invariant2 = `\u0024{width}px`;\n",
      "out.push(x % invariant, invariant, invariant2)",
    ],
  },
  "hoist, the condition of a loop": {
    code: "function f() {\n  const width = 3;\n  let n = 0;\n>  while (n < width * 2) {\n    if (width > 2) n += 1;\n  }\n  return n;\n}",
    to: "hoist",
    run: "f()",
    has: ["while (n < invariant) {", "if (invariant2) n += 1"],
  },
  "hoist, a variable that is written": {
    code: "function f(xs) {\n  let width = 3;\n>  for (const x of xs) {\n    width = width * 2;\n  }\n  return width;\n}",
    to: "hoist",
    refused: "nothing in the loop is known",
  },
  "hoist, a declaration behind the loop": {
    code: "function f(xs) {\n>  for (const x of xs) {\n    if (x) return width * 2;\n  }\n  const width = 3;\n}",
    to: "hoist",
    refused: "nothing in the loop is known",
  },
  "hoist, in a function inside": {
    code: "function f(xs) {\n  const width = 3;\n  const out = [];\n>  while (out.length < 2) {\n    out.push(() => width * 2);\n  }\n  return out;\n}",
    to: "hoist",
    refused: "nothing in the loop is known",
  },
  "hoist, large numbers of the other kind": {
    code: "function f(xs) {\n  const width = 3n;\n  const out = [];\n>  for (const x of xs) out.push(width * 2);\n  return out;\n}",
    to: "hoist",
    refused: "nothing in the loop is known",
  },
  "hoist, a word directly before": {
    code: "function f(xs) {\n  const width = 3;\n>  for (const x of xs) {\n    if (x) return`\u0024{width}px`;\n  }\n}",
    to: "hoist",
    run: "f([1])",
    has: "return invariant;",
  },
  "hoist, a tagged text": {
    code: "function f(xs) {\n  const width = 3;\n>  for (const x of xs) {\n    if (x) return String.raw`\u0024{width}px`;\n  }\n}",
    to: "hoist",
    refused: "nothing in the loop is known",
  },
  "hoist, a label": {
    code: "function f(xs) {\n  const width = 3;\n>  a: for (const x of xs) width * 2;\n}",
    to: "hoist",
    refused: "label",
  },
  "a set": {
    code: "function f(xs) {\n  const known = [1, NaN, -0, undefined];\n  let n = 0;\n>  for (const x of xs) {\n    if (known.includes(x)) n += 1;\n  }\n  return n;\n}",
    to: "set",
    run: "f([0, NaN, 1, undefined, 5])",
    has: ["const knownSet = new Set(known);\n", "knownSet.has(x)"],
  },
  "a set of literals": {
    code: "function f(xs) {\n  let n = 0;\n>  for (const x of xs) n += ['a', 'b'].includes(x) ? 1 : 0;\n  return n;\n}",
    to: "set",
    run: "f('abc')",
    has: "const known = new Set(['a', 'b']);\n",
  },
  "a set, the list grows": {
    code: "function f(xs) {\n  const seen = [];\n>  for (const x of xs) {\n    if (!seen.includes(x)) seen.push(x);\n  }\n  return seen;\n}",
    to: "set",
    refused: "may change `seen`",
  },
  "a set, a text": {
    code: "function f(xs, t) {\n  let n = 0;\n>  for (const x of xs) if (t.includes(x)) n += 1;\n  return n;\n}",
    to: "set",
    refused: "a text has `includes`, too",
  },
  "a set, from an index on": {
    code: "function f(xs) {\n  const known = [1, 2];\n  let n = 0;\n>  for (const x of xs) if (known.includes(x, 1)) n += 1;\n  return n;\n}",
    to: "set",
    refused: "exactly one value",
  },
  "a set, and a spread that may change the list": {
    code: "function f(xs, it) {\n  const known = [1, 2];\n  const again = known;\n  let n = 0;\n>  for (const x of [1, 2]) if (known.includes(x)) n += [...it].length;\n  return n;\n}",
    to: "set",
    refused: "may change `known`",
  },
  "a set, and a generator that may change the list": {
    code: "function f() {\n  const known = [1, 2];\n  function* g() { yield 5; known.push(7); yield 7; }\n  let n = 0;\n>  for (const x of g()) if (known.includes(x)) n += 1;\n  return n;\n}",
    to: "set",
    refused: "may change `known`",
  },
  "a set, declared behind": {
    code: "function f(xs) {\n>  for (const x of xs) if (known.includes(x)) return 1;\n  const known = [1, 2];\n  return 0;\n}",
    to: "set",
    refused: "may have no value before the loop",
  },
  "a set, it is another one": {
    code: "class Set {}\nfunction f(xs) {\n  const known = [1, 2];\n>  for (const x of xs) if (known.includes(x)) return 1;\n  return 0;\n}",
    to: "set",
    refused: "`Set` is not the one",
  },
};

const typed: Record<string, LoopTrap> = {
  "a typed array may have holes": {
    code: "function f(xs: readonly number[]): string[] {\n  const out: string[] = [];\n>  for (const x of xs) out.push(String(x));\n  return out;\n}",
    to: "map",
    has: "const out: string[] = Array.from(xs, (x) => String(x));",
  },
  "a filter of a typed array": {
    code: "function f(xs: number[]): number[] {\n  const out: number[] = [];\n>  for (const x of xs) if (x > 1) out.push(x);\n  return out;\n}",
    to: "filter",
    has: "[...xs].filter((x) => x > 1)",
  },
  "a set of the standard library": {
    code: "function f(xs: Set<number>): number[] {\n  const out: number[] = [];\n>  for (const x of xs) out.push(x + 1);\n  return out;\n}",
    to: "map",
    has: "Array.from(xs, (x) => x + 1)",
  },
  "an array or nothing": {
    code: "function f(xs: number[] | string): unknown[] {\n  const out: unknown[] = [];\n>  for (const x of xs) out.push(x);\n  return out;\n}",
    to: "map",
    refused: "it is not certain",
  },
  "an optional parameter": {
    code: "function f(xs?: number[]): number[] {\n  const out: number[] = [];\n>  for (const x of xs!) out.push(x + 1);\n  return out;\n}",
    to: "map",
    refused: "it is not certain",
  },
  "an index over a typed array": {
    code: "function f(xs: number[]): number {\n  let n = 0;\n>  for (let i = 0; i < xs.length; i++) {\n    const x = xs[i]!;\n    n += x;\n  }\n  return n;\n}",
    to: "for-of",
    has: "for (const x of xs) {\n    n += x;\n",
  },
  "a parameter that is assigned in the loop": {
    code: "function f(xs: number[]): number {\n  let n = 0;\n>  for (let i = 0; i < xs.length; i++) {\n    const x = xs[i];\n    n += x;\n    xs = [];\n  }\n  return n;\n}",
    to: "for-of",
    refused: "may become another list",
  },
  "Array is another type": {
    code: "type Array<T> = Iterable<T>;\nfunction f(xs: Array<number>): number[] {\n  const out: number[] = [];\n>  for (const x of xs) out.push(x + 1);\n  return out;\n}",
    to: "map",
    refused: "it is not certain",
  },
  "hoist of typed parameters": {
    code: "function f(xs: number[], a: number, b: number): number {\n  let n = 0;\n>  for (const x of xs) {\n    n += x * (a ** b);\n  }\n  return n;\n}",
    to: "hoist",
    has: "  const invariant = a ** b;\n  for",
  },
  "a set, and a call that has the list": {
    code: "function f(xs: number[], known: number[], g: (x: number) => void): void {\n>  for (const x of xs) if (known.includes(x)) g(x);\n}",
    to: "set",
    refused: "`g(x)` may change `known`",
  },
  "a set, and a call in the header that has the list": {
    code: "function f(known: number[], g: (x: number[]) => number): number {\n  let n = 0;\n>  for (let i = g(known); i < 5; i++) if (known.includes(i)) n += 1;\n  return n;\n}",
    to: "set",
    refused: "may change `known`",
  },
  "a set, and a call in what the loop runs over": {
    code: "function f(known: number[], g: (x: number[]) => object): number {\n  let n = 0;\n>  for (const k of Object.keys(g(known))) if (known.includes(k.length)) n += 1;\n  return n;\n}",
    to: "set",
    refused: "may change `known`",
  },
  "a set, and keys": {
    code: "function f(known: number[], o: object): number {\n  let n = 0;\n>  for (const k of Object.keys(o)) if (known.includes(k.length)) n += 1;\n  return n;\n}",
    to: "set",
    has: "knownSet.has(k.length)",
  },
  "a set, and a list of its own": {
    code: "function f(xs: number[], known: readonly number[]): number[] {\n  const out: number[] = [];\n>  for (const x of xs) {\n    if (known.includes(x)) out.push(x);\n  }\n  return out;\n}",
    to: "set",
    has: "const knownSet = new Set(known);",
  },
};

async function evaluated(code: string, run: string): Promise<string> {
  const value: unknown = await runInNewContext(`${code.replaceAll("export ", "")}\n;${run}`, {});
  return JSON.stringify(value);
}

describe("a loop gets another form: JavaScript", () => {
  it.each(Object.entries(traps))("%s", async (_, trap) => {
    const made = await loopTrap("a.js", trap);
    if (!made) return;
    expect(await evaluated(made.after, trap.run!)).toBe(await evaluated(made.before, trap.run!));
  });
});

describe("a loop gets another form: TypeScript", () => {
  it.each(Object.entries(typed))("%s", async (_, trap) => void (await loopTrap("a.ts", trap)));
});

describe("a loop that can get several forms", () => {
  const text =
    "function f() {\n  const xs = [1];\n  const n = 2;\n  const out = [];\n  for (const x of xs) out.push(x * (n + 1));\n  return out;\n}";
  it("is proposed in each", async () => {
    const made = await planLoops(await memoryView({ "a.js": text }), { path: "a.js", line: 5 });
    expect(made.map(({ form }) => form)).toEqual(["map", "hoist"]);
  });

  it("an index is not proposed unless it is named", async () => {
    const loop = "function f() {\n  const xs = [1];\n  for (const x of xs) g(x);\n}";
    const made = planLoops(await memoryView({ "a.js": loop }), { path: "a.js", line: 3 });
    await expect(made).rejects.toThrow("the loop stays as it is");
  });

  it("a form of another language is wrong usage", async () => {
    const made = planLoops(await memoryView({ "a.js": text }), {
      path: "a.js",
      line: 5,
      to: "any",
    });
    await expect(made).rejects.toThrow("--to any: a.js can have map, filter");
  });
});
