import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type LoopTrap, loopTrap } from "./loop-traps.ts";

const traps: Record<string, LoopTrap> = {
  "a list": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        out.append(x * 2)\n    return out\n",
    run: "[f([]), f([1, 2])]",
    has: "    out = [x * 2 for x in xs]\n    return out\n",
  },
  "a list with a condition": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        if x > 1 or x < -1:\n            out.append(x)\n    return out\n",
    run: "f([1, 2, -3, 0])",
    has: "out = [x for x in xs if x > 1 or x < -1]",
  },
  "at the line of the start value": {
    code: "def f(xs):\n>    out = []\n    for x in xs:\n        out.append(x)\n    return out\n",
    run: "f('ab')",
    has: "out = [x for x in xs]",
  },
  "guards with continue": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        if x is None:\n            continue\n        if not x or x == 3: continue\n        out.append(x)\n    return out\n",
    run: "f([1, None, 0, 3, 4])",
    has: "if not (x is None) if not (not x or x == 3)",
  },
  "a guard with not": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        if not x:\n            continue\n        out.append(x)\n    return out\n",
    run: "f([0, 1])",
    has: "[x for x in xs if x]",
  },
  "any by a guard": {
    code: "def f(xs):\n    found = False\n>    for x in xs:\n        if not x:\n            continue\n        found = True\n        break\n    return found\n",
    run: "[f([0, 1]), f([0]), f([])]",
    has: "found = any(x for x in xs)",
  },
  "loops inside of each other": {
    code: "def f(xs):\n    out = []\n>    for row in xs:\n        if row:\n            for x in row:\n                if x:\n                    out.append((x, len(row)))\n    return out\n",
    run: "f([[1, 0], [], [2]])",
    has: "[(x, len(row)) for row in xs if row for x in row if x]",
  },
  "a set": {
    code: "def f(xs):\n    out = set()\n>    for x in xs:\n        out.add(x % 3)\n    return sorted(out)\n",
    run: "f(range(7))",
    has: "out = {x % 3 for x in xs}",
  },
  "a dictionary": {
    code: "def f(xs):\n    out = {}\n>    for i, x in enumerate(xs):\n        out[x] = i\n    return out\n",
    run: "f('aba')",
    has: "out = {x: i for i, x in enumerate(xs)}",
  },
  "a dictionary whose key and value may do something": {
    code: "def f(xs):\n    out = {}\n>    for x in xs:\n        out[x.pop()] = x.pop()\n    return out\n",
    refused: "value before the key",
  },
  "a key that is a tuple without brackets": {
    code: "def f(xs):\n    out = {}\n>    for x in xs:\n        out[x, 1] = x\n    return out\n",
    refused: "the key is not one value",
  },
  "a type": {
    code: "def f(xs):\n    out: list[int] = []\n>    for x in xs:\n        out.append(x)\n    return out\n",
    run: "f([1])",
    has: "out: list[int] = [x for x in xs]",
  },
  "a ternary as an iterable and a condition": {
    code: "def f(a, b):\n    out = []\n>    for x in a if a else b:\n        if x if x > 1 else b:\n            out.append(x if x else 2)\n    return out\n",
    run: "[f([1, 2], []), f([], [0, 3])]",
    has: "for x in (a if a else b) if (x if x > 1 else b)",
  },
  "several iterables without brackets": {
    code: "def f(a, b):\n    out = []\n>    for x in a, b:\n        out.append(x)\n    return out\n",
    run: "f(1, 2)",
    has: "for x in (a, b)",
  },
  "statements between": {
    code: "def f(xs):\n    out = []\n    n = len(xs)\n>    for x in xs:\n        out.append(x + n)\n    return out\n",
    run: "f([1, 2])",
    has: "def f(xs):\n    n = len(xs)\n    out = [x + n for x in xs]\n",
  },
  "statements between that use it": {
    code: "def f(xs):\n    out = []\n    g = out\n>    for x in xs:\n        out.append(x)\n    return out, g\n",
    refused: "between its start value and the loop",
  },
  "two names for one list": {
    code: "def f(xs):\n    out = other = []\n>    for x in xs:\n        out.append(x)\n    return other\n",
    refused: "does not begin as an empty list",
  },
  "a list that is not empty": {
    code: "def f(xs):\n    out = [0]\n>    for x in xs:\n        out.append(x)\n    return out\n",
    refused: "does not begin as an empty list",
  },
  "append of something else": {
    code: "def f(xs):\n    out = set()\n>    for x in xs:\n        out.append(x)\n    return out\n",
    refused: "does not begin as an empty list",
  },
  "the list is read in the condition": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        if x not in out:\n            out.append(x)\n    return out\n",
    refused: "`out` is used in the loop",
  },
  "the list is read by a closure": {
    code: "def f(xs):\n    out = []\n    def n():\n        return len(out)\n>    for x in xs:\n        out.append(n())\n    return out\n",
    refused: "between its start value and the loop",
  },
  "the list is read by a closure that is made before": {
    code: "def f(xs):\n    def n():\n        return len(out)\n    out = []\n>    for x in xs:\n        out.append(n())\n    return out\n",
    refused: "is used by a function inside",
  },
  "the loop runs over the old value": {
    code: "def f(out):\n    out = []\n>    for x in out:\n        out.append(x)\n    return out\n",
    refused: "`out` is used in the loop",
  },
  "a global list": {
    code: "out = []\ndef f(xs):\n    global out\n    out = []\n>    for x in xs:\n        out.append(x)\n",
    refused: "no variable of the function alone",
  },
  "a nonlocal variable of the loop": {
    code: "def f(xs):\n    x = 0\n    def g():\n        nonlocal x\n        out = []\n>        for x in xs:\n            out.append(x)\n        return out\n    return g, x\n",
    refused: "no variable of the function alone",
  },
  "outside of a function": {
    code: "out = []\n>for x in [1]:\n    out.append(x)\n",
    refused: "outside of a function",
  },
  "in a class body": {
    code: "class A:\n    out = []\n>    for x in [1]:\n        out.append(x)\n",
    refused: "outside of a function",
  },
  "in a class body in a function": {
    code: "def f():\n    class A:\n        out = []\n>        for x in [1]:\n            out.append(x)\n    return A.x\n",
    refused: "body of a class",
  },
  "the loop variable is read afterwards": {
    code: "def f(xs):\n    x = None\n    out = []\n>    for x in xs:\n        out.append(x)\n    return out, x\n",
    refused: "`x` is read outside of the loop, after it",
  },
  "the loop variable is read in a later round": {
    code: "def f(xss):\n    x = 0\n    all = []\n    for xs in xss:\n        print(x)\n        out = []\n>        for x in xs:\n            out.append(x)\n        all.append(out)\n    return all\n",
    refused: "`x` is read outside of the loop",
  },
  "the loop variable of an outer loop": {
    code: "def f(xss):\n    got = []\n    for x in xss:\n        out = []\n>        for x in x:\n            out.append(x)\n        got.append((out, x))\n    return got\n",
    refused: "`x` is read outside of the loop",
  },
  "the loop variable of another loop": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        out.append(x)\n    n = 0\n    for x in xs:\n        n += x\n    return out, n\n",
    run: "f([1, 2])",
    has: "out = [x for x in xs]",
  },
  "the loop variable is read before": {
    code: "def f(xs, x):\n    y = x\n    out = []\n>    for x in xs:\n        out.append(x + y)\n    return out\n",
    run: "f([1], 5)",
    has: "[x + y for x in xs]",
  },
  "the loop variable is the iterable": {
    code: "def f(x):\n    out = []\n>    for x in x:\n        out.append(x)\n    return out\n",
    run: "f([1, 2])",
    has: "[x for x in x]",
  },
  "a lambda keeps the loop variable": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        out.append(lambda: x)\n    return [g() for g in out]\n",
    refused: "is kept by a function or a generator",
  },
  "a generator keeps the loop variable": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        out.append(list(y for y in xs if y != x))\n        pass\n    return out\n",
    refused: "more than one thing",
  },
  "a generator that is read at once": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        out.append(sum(y for y in xs if y != x))\n    return out\n",
    run: "f([1, 2, 3])",
    has: "[sum(y for y in xs if y != x) for x in xs]",
  },
  "a generator that is read later": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        out.append(map(str, (y for y in xs if y != x)))\n    return [list(o) for o in out]\n",
    refused: "is kept by a function or a generator",
  },
  "an error leaves half of the list": {
    code: "def f(xs):\n    out = []\n    try:\n        out = []\n>        for x in xs:\n            out.append(1 / x)\n    except ZeroDivisionError:\n        pass\n    return out\n",
    refused: "may be read half filled",
  },
  "an error, and a start value outside": {
    code: "def f(xs):\n    out = []\n    try:\n>        for x in xs:\n            out.append(1 / x)\n    except ZeroDivisionError:\n        pass\n    return out\n",
    refused: "gets its start value elsewhere",
  },
  "a suppressed error": {
    code: "from contextlib import suppress\ndef f(xs):\n    out = None\n    with suppress(ZeroDivisionError):\n        out = []\n>        for x in xs:\n            out.append(1 / x)\n    return out\n",
    refused: "may be read half filled",
  },
  "an error, and nothing reads the list after it": {
    code: "def f(xs):\n    try:\n        out = []\n>        for x in xs:\n            out.append(1 / x)\n        return out\n    except ZeroDivisionError:\n        return None\n",
    run: "[f([1]), f([0])]",
    has: "out = [1 / x for x in xs]",
  },
  "an error, and the handler reads the loop variable": {
    code: "def f(xs):\n    try:\n        out = []\n>        for x in xs:\n            out.append(1 / x)\n        return out\n    except ZeroDivisionError:\n        return x\n",
    refused: "`x` is read outside of the loop",
  },
  else: {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        out.append(x)\n    else:\n        out.append(0)\n    return out\n",
    refused: "has an `else`",
  },
  break: {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        if x: break\n        out.append(x)\n    return out\n",
    refused: "more than one thing",
  },
  yield: {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        out.append((yield x))\n    return out\n",
    refused: "`yield` is in the loop",
  },
  await: {
    code: "async def f(xs):\n    out = []\n>    for x in xs:\n        out.append(await x)\n    return out\n",
    refused: "`await` is in the loop",
  },
  "async for": {
    code: "async def f(xs):\n    out = []\n>    async for x in xs:\n        out.append(x)\n    return out\n",
    refused: "asynchronous",
  },
  walrus: {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        if (y := x + 1) > 2:\n            out.append(y)\n    return out, y\n",
    refused: "`:=` is in the loop",
  },
  super: {
    code: "class A:\n    def g(self, x): return x\nclass B(A):\n    def f(self, xs):\n        out = []\n>        for x in xs:\n            out.append(super().g(x))\n        return out\n",
    refused: "`super` sees",
  },
  locals: {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        out.append(len(locals()))\n    return out\n",
    refused: "`locals` sees",
  },
  "a splat": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        out.append(*x)\n    return out\n",
    refused: "exactly one value",
  },
  "a target that is a member": {
    code: "def f(self, xs):\n    out = []\n>    for self.x in xs:\n        out.append(self.x)\n    return out\n",
    refused: "not a plain name",
  },
  "a comment in the loop": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        # why\n        out.append(x)\n    return out\n",
    refused: "a comment here would be lost",
  },
  "a comment behind": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        out.append(x)  # why\n    # next\n    return out\n",
    run: "f([1])",
    has: "out = [x for x in xs]  # why\n    # next\n",
  },
  "CRLF and tabs": {
    code: "def f(some_long_name_of_a_list):\r\n\tout = []\r\n>\tfor element_of_it in some_long_name_of_a_list:\r\n\t\tif element_of_it is not None and element_of_it > 1:\r\n\t\t\tout.append(element_of_it)\r\n\treturn out\r\n",
    run: "f([1, None, 3])",
    has: "\tout = [\r\n\t\telement_of_it\r\n\t\tfor element_of_it in some_long_name_of_a_list\r\n\t\tif element_of_it is not None and element_of_it > 1\r\n\t]\r\n\treturn out",
  },
  "one line": {
    code: "def f(xs):\n    out = []\n>    for x in xs: out.append(x)\n    return out\n",
    run: "f([1])",
    has: "    out = [x for x in xs]\n",
  },
  "a statement on the same line": {
    code: "def f(xs):\n    n = 1; out = []\n>    for x in xs: out.append(x)\n    return out\n",
    refused: "another statement is on the same line",
  },
  "the built-in set is another one": {
    code: "def set(): return []\ndef f(xs):\n    out = set()\n>    for x in xs:\n        out.add(x)\n    return out\n",
    refused: "`set` is not the one of Python",
  },
  "two variables of one name": {
    code: "def f(xs):\n    out = []\n>    for x in xs:\n        for x in x:\n            out.append(x)\n    return out\n",
    refused: "two loops have the variable `x`",
  },
  any: {
    code: "def f(xs):\n    found = False\n>    for x in xs:\n        if x > 2:\n            found = True\n            break\n    return found\n",
    run: "[f([]), f([3]), f([1, 2])]",
    has: "found = any(x > 2 for x in xs)",
  },
  "any with more conditions": {
    code: "def f(xs):\n    found = False\n>    for x in xs:\n        if x is None:\n            continue\n        if x > 2:\n            found = True\n            break\n    return found\n",
    run: "[f([]), f([None, 3]), f([1, None])]",
    has: "any(x > 2 for x in xs if not (x is None))",
  },
  "any without break": {
    code: "def f(xs):\n    found = False\n>    for x in xs:\n        if x > 2:\n            found = True\n    return found\n",
    refused: "no single end",
  },
  "any with returns": {
    code: "def f(xs):\n>    for x in xs:\n        if x > 2:\n            return True\n    return False\n",
    run: "[f([]), f([3, 'a']), f([1, 2])]",
    has: "    return any(x > 2 for x in xs)\n",
  },
  "all with returns": {
    code: "def f(xs):\n>    for x in xs:\n        if not x > 2:\n            return False\n    return True\n",
    run: "[f([]), f([3]), f([3, 1, 'a'])]",
    has: "    return all(x > 2 for x in xs)\n",
  },
  "all with a flag": {
    code: "def f(xs):\n    ok = True\n>    for x in xs:\n        if x == 2:\n            ok = False\n            break\n    return ok\n",
    run: "[f([]), f([3]), f([3, 2, 'a'])]",
    has: "ok = all(not (x == 2) for x in xs)",
  },
  "other values than truth values": {
    code: "def f(xs):\n>    for x in xs:\n        if x:\n            return 1\n    return 0\n",
    refused: "truth value",
  },
  "any, and a call that may raise StopIteration": {
    code: "def f(xs, g):\n>    for x in xs:\n        if next(g) == x:\n            return True\n    return False\n",
    refused: "StopIteration",
  },
  "any is another one": {
    code: "from tools import any\ndef f(xs):\n>    for x in xs:\n        if x:\n            return True\n    return False\n",
    refused: "`any` is not the one of Python",
  },
  "any may come from a wildcard import": {
    code: "from tools import *\ndef f(xs):\n>    for x in xs:\n        if x:\n            return True\n    return False\n",
    refused: "`any` is not the one of Python",
  },
  "the found element is used": {
    code: "def f(xs):\n    found = False\n>    for x in xs:\n        if x > 2:\n            found = True\n            break\n    return found and x\n",
    refused: "`x` is read outside of the loop",
  },
  "break of the inner loop only": {
    code: "def f(xs):\n    found = False\n>    for row in xs:\n        for x in row:\n            if x > 2:\n                found = True\n                break\n    return found\n",
    refused: "`break` ends only the inner loop",
  },
  "returns out of two loops": {
    code: "def f(xs):\n>    for row in xs:\n        for x in row:\n            if x > 2:\n                return True\n    return False\n",
    run: "[f([]), f([[1], [3, 'a']]), f([[1]])]",
    has: "return any(x > 2 for row in xs for x in row)",
  },
  "a sum of lengths": {
    code: "def f(xs):\n    n = 0\n>    for x in xs:\n        n += len(x)\n    return n\n",
    run: "[f([]), f(['ab', 'c'])]",
    has: "n = sum(len(x) for x in xs)",
  },
  "a count": {
    code: "def f(xs):\n    n = 0\n>    for x in xs:\n        if x > 1:\n            n += 1\n    return n\n",
    run: "[f([]), f([1, 2, 3])]",
    has: "n = sum(1 for x in xs if x > 1)",
  },
  "a sum of what may be floats": {
    code: "def f(xs):\n    n = 0\n>    for x in xs:\n        n += x\n    return n\n",
    refused: "whole numbers",
  },
  "a sum that does not begin with 0": {
    code: "def f(xs):\n    n = 0.0\n>    for x in xs:\n        n += 1\n    return n\n",
    refused: "does not begin with 0",
  },
  "len is another one": {
    code: "def len(x): return 0.1\ndef f(xs):\n    n = 0\n>    for x in xs:\n        n += len(x)\n    return n\n",
    refused: "whole numbers",
  },
  "back from a list": {
    code: "def f(xs):\n>    out = [x * 2 for x in xs if x]\n    return out\n",
    run: "f([0, 1, 2])",
    has: "    out = []\n    for x in xs:\n        if x:\n            out.append(x * 2)\n    return out\n",
  },
  "back from a dictionary": {
    code: "def f(xs):\n>    out = {k: v for k, v in xs for _ in [1]}\n    return out\n",
    run: "f([(1, 2)])",
    has: "    for k, v in xs:\n        for _ in [1]:\n            out[k] = v\n",
  },
  "back from a set, with a type": {
    code: "def f(xs):\n>    out: set = {x for x in xs}\n    return out\n",
    run: "f([1, 1])",
    has: "out: set = set()\n    for x in xs:\n        out.add(x)",
  },
  "back, the variable is used": {
    code: "def f(xs, x):\n>    out = [x for x in xs]\n    return out, x\n",
    refused: "`x` would mean something else",
  },
  "back, a global is used": {
    code: "x = 1\ndef f(xs):\n>    out = [x for x in xs]\n    return out, x\n",
    refused: "`x` would mean something else",
  },
  "back, a closure uses a global": {
    code: "x = 1\ndef f(xs):\n    def g(): return x\n>    out = [x for x in xs]\n    return out, g()\n",
    refused: "`x` would mean something else",
  },
  "back, the old list": {
    code: "def f(xs):\n>    xs = [x for x in xs if x]\n    return xs\n",
    refused: "`xs` is used in the loop",
  },
  "back, a lambda": {
    code: "def f(xs):\n>    out = [lambda: x for x in xs]\n    return out\n",
    refused: "is kept by a function",
  },
  "back, caught": {
    code: "def f(xs):\n    out = None\n    try:\n>        out = [1 / x for x in xs]\n    except ZeroDivisionError: pass\n    return out\n",
    refused: "half filled",
  },
  "hoist a sum": {
    code: "def f(xs, n: int):\n    out = 0\n>    for x in xs:\n        out = out + x * (n + 1) + (n + 1)\n    return out\n",
    to: "hoist",
    run: "[f([], 1), f([1, 2], 3)]",
    has: ["    invariant = n + 1\n    for x in xs:\n", "x * invariant + invariant"],
  },
  "hoist, a word directly before and behind": {
    code: 'def f(xs, s: str):\n>    for x in xs:\n        if x: return"a"+s\n    return None\n',
    to: "hoist",
    run: "[f([], 'b'), f([1], 'b')]",
    has: "return invariant\n",
  },
  "hoist, a text in several parts": {
    code: "def f(xs, k: str):\n    r = []\n>    for x in xs:\n        r.append(f'{k}-b')\n        r.append('a' f'{k}')\n    return r\n",
    to: "hoist",
    run: "[f([], 'k'), f([1], 'k')]",
    has: ["invariant = f'{k}-b'", "'a' f'{k}'"],
  },
  "a default of a lambda": {
    code: "def f(xs, g):\n>    for x in xs:\n        if (lambda y=next(g): y):\n            return True\n    return False\n",
    refused: "StopIteration",
  },
  "hoist in the body of a class": {
    code: "def f(xs, s: str):\n    class A:\n>        for x in xs:\n            y = s + 'a'\n    return A\n",
    to: "hoist",
    refused: "body of a class",
  },
  "hoist, the variable is written": {
    code: "def f(xs, n: int):\n    out = []\n>    for x in xs:\n        out.append(n + 1)\n        n += 1\n    return out\n",
    to: "hoist",
    refused: "nothing in the loop is known",
  },
  "hoist, it may fail": {
    code: "def f(xs, n: int):\n    out = []\n>    for x in xs:\n        out.append(1 // n)\n    return out\n",
    to: "hoist",
    refused: "nothing in the loop is known",
  },
  "hoist, a type that nobody knows": {
    code: "def f(xs, n):\n    out = []\n>    for x in xs:\n        out.append(n + 1)\n    return out\n",
    to: "hoist",
    refused: "nothing in the loop is known",
  },
  "hoist, a default of another type": {
    code: "def f(xs, n: int = None):\n    out = []\n>    for x in xs:\n        out.append(n + 1)\n    return out\n",
    to: "hoist",
    refused: "nothing in the loop is known",
  },
  "a set of words": {
    code: "def f(text: str):\n    vowels = ['a', 'e']\n    n = 0\n>    for c in text:\n        if c in vowels:\n            n += 2\n    return n\n",
    to: "set",
    run: "f('area')",
    has: ["    vowels_set = set(vowels)\n    for c", "if c in vowels_set:"],
  },
  "a set of what may have no hash": {
    code: "def f(xs):\n    vowels = ['a', 'e']\n    n = 0\n>    for c in xs:\n        if c in vowels:\n            n += 2\n    return n\n",
    to: "set",
    refused: "may be of a type",
  },
  "a set of a list that grows": {
    code: "def f(text: str):\n    seen = ['a', 'e']\n>    for c in text:\n        if c not in seen:\n            seen.append(c)\n    return seen\n",
    to: "set",
    refused: "`seen` may be changed here",
  },
  "a set, and the list is given away": {
    code: "def f(text: str, g):\n    seen = ['a', 'e']\n    g(seen)\n    n = 0\n>    for c in text:\n        if c not in seen:\n            n += g(c)\n    return n\n",
    to: "set",
    refused: "`seen` may be changed here",
  },
};

/** One process evaluates all. */
function valuesOf(programs: readonly { readonly code: string; readonly run: string }[]): string[] {
  const driver = `
import contextlib, io, json, sys
out = []
for one in json.load(sys.stdin):
    space = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(one["code"], "a.py", "exec"), space)
        out.append(repr(eval(one["run"], space)))
print(json.dumps(out))
`;
  const answer = execFileSync("python3", ["-c", driver], {
    input: JSON.stringify(programs),
    encoding: "utf8",
  });
  return JSON.parse(answer) as string[];
}

describe("a loop gets another form: Python", () => {
  it.each(Object.entries(traps))("%s", async (_, trap) => void (await loopTrap("a.py", trap)));

  it("every result does what the source did", async () => {
    const made = [];
    for (const [title, trap] of Object.entries(traps)) {
      if (trap.refused !== undefined) continue;
      const plan = await loopTrap("a.py", trap);
      made.push({ title, run: trap.run!, before: plan!.before, after: plan!.after });
    }
    const before = valuesOf(made.map(({ before: code, run }) => ({ code, run })));
    const after = valuesOf(made.map(({ after: code, run }) => ({ code, run })));
    expect(made.map(({ title }, index) => [title, after[index]])).toEqual(
      made.map(({ title }, index) => [title, before[index]]),
    );
  });
});
