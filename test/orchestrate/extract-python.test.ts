import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type ExtractTrap, extractTrap } from "./extract-traps.ts";

const traps: Record<string, ExtractTrap> = {
  "one in, one out": {
    code: `
def f(a):
>    b = a * 2
>    c = b + 1
    return c
`,
    run: "[f(1), f(5)]",
    has: ["    c = part(a)\n", "\n\n\ndef part(a):\n    b = a * 2\n    c = b + 1\n    return c\n"],
  },
  "several come out": {
    code: "def f(a):\n>    b = a * 2\n>    c = b + 1\n    return b + c\n",
    run: "f(4)",
    has: "    b, c = part(a)\n",
  },
  "a variable is assigned anew": {
    code: "def f(a):\n    s = 0\n>    s += a\n>    s *= 2\n    return s\n",
    run: "f(3)",
    has: "s = part(a, s)",
  },
  "assigned in one branch, with a value before": {
    code: "def f(a):\n    b = 7\n>    if a > 1:\n>        b = a\n    return b\n",
    run: "[f(0), f(5)]",
    has: "b = part(a, b)",
  },
  "assigned in one branch, without": {
    code: "def f(a):\n>    if a > 1:\n>        b = a\n    return b\n",
    refused: "`b` may have no value at the end",
  },
  "assigned in both branches": {
    code: "def f(a):\n>    if a > 1:\n>        b = a\n>    else:\n>        b = 0\n    return b\n",
    run: "[f(0), f(5)]",
  },
  "no value on every way before": {
    code: "def f(a):\n    if a:\n        b = 1\n>    print(b)\n    return 1\n",
    refused: "`b` may have no value before",
  },
  "the loop around it": {
    code: "def f(xs):\n    last = None\n    out = []\n    for x in xs:\n        out.append(last)\n>        last = x * 2\n    return out\n",
    run: "f([1, 2, 3])",
    has: "last = part(x)",
  },
  "a value of an earlier round": {
    code: "def f(xs):\n    out = []\n    for x in xs:\n>        if x > 1:\n>            out.append(p)\n>        p = x\n    return out\n",
    refused: "earlier round of the loop",
  },
  "carried from round to round": {
    code: "def f(xs):\n    out = []\n    n = 0\n    for x in xs:\n>        n += 1\n>        out.append(n)\n    return out\n",
    run: "f([5, 6, 7])",
    has: "n = part(",
  },
  "carried in a while loop": {
    code: "def f(t):\n    out = []\n    while len(out) < 3:\n>        t += 1\n>        out.append(t)\n    return out\n",
    run: "f(4)",
    has: "t = part(",
  },
  "carried through a try block": {
    code: "def f(xs):\n    out = []\n    n = 0\n    for x in xs:\n        try:\n>            n += 1\n>            out.append(n / x)\n        except ZeroDivisionError:\n            pass\n    return out\n",
    refused: "an error may have interrupted it",
  },
  "a with body may be left early": {
    code: "from contextlib import suppress\ndef f(s):\n    x = 0\n>    with suppress(ValueError):\n>        x = int(s)\n    return x\n",
    run: "[f('3'), f('a')]",
    has: "x = part(s, x)",
  },
  "a with of another kind, without a value before": {
    code: "def f(s, m):\n>    with m:\n>        x = int(s)\n    return x\n",
    refused: "`x` may have no value",
  },
  "a last assignment in a with": {
    code: "from contextlib import suppress\ndef f(s):\n    x = 0\n    with suppress(ValueError):\n>        x = int(s)\n    return x\n",
    run: "[f('3'), f('a')]",
  },
  "more than that in a with": {
    code: "def f(s, m):\n    x = 0\n    with m:\n>        x = 1\n>        int(s)\n    return x\n",
    refused: "an error may have interrupted it",
  },
  "first assigned in a try block": {
    code: "def f(g):\n    try:\n>        x = 1\n>        g()\n    except Exception:\n        return x\n    return x\n",
    refused: "an error may have interrupted it",
  },
  "an inner try around it, read in the inner handler": {
    code: "def f(g):\n    x = 0\n    try:\n        try:\n>            x = 1\n>            g()\n        except ValueError:\n            return x\n    except Exception:\n        raise\n    return 2\n",
    refused: "an error may have interrupted it",
  },
  "a handler with a finally": {
    code: "def f(g, out):\n    x = 0\n    try:\n        g()\n    except ValueError:\n>        x = 1\n>        g()\n    finally:\n        out.append(x)\n",
    refused: "an error may have interrupted it",
  },
  "a handler that leaves": {
    code: "def f(s):\n    try:\n>        x = int(s)\n>        y = x + int(s)\n    except ValueError:\n        return 0\n    return x + y\n",
    run: "[f('3'), f('a')]",
  },
  "the else of a loop leaves the outer one": {
    code: "def f(xs):\n    out = []\n    for x in xs:\n>        while x > 5:\n>            x -= 1\n>        else:\n>            break\n        out.append(x)\n    return out\n",
    refused: "`break` leaves the selection",
  },
  "return at the end": {
    code: "def f(a):\n    b = a + 1\n>    if b > 3:\n>        return 'big'\n>    return 'small'\n",
    run: "[f(1), f(9)]",
    has: "return part(b)",
  },
  "return on one way": {
    code: "def f(a):\n>    if a:\n>        return 1\n    return 2\n",
    refused: "`return` is not reached",
  },
  "return on one way, up to the end of the function": {
    code: "def f(a):\n    b = a\n>    if b > 1:\n>        return b\n>    print(b)\n",
    run: "[f(0), f(5)]",
    has: "    return part(b)\n",
  },
  "a bare return, up to the end of the function": {
    code: "def f(a, out):\n    if out is not None:\n>        if a > 1:\n>            return\n>        out.append(a)\n",
    run: "[f(0, []), f(5, []), f(0, None)]",
    has: "        part(a, out)\n",
  },
  "a return in a with, up to the end of the function": {
    code: "import contextlib\ndef f(a):\n    with contextlib.suppress(ValueError):\n>        if a > 1:\n>            return a\n>        int('x')\n",
    run: "[f(0), f(5)]",
    has: "return part(a)",
  },
  "a return in a loop": {
    code: "def f(xs):\n    for x in xs:\n>        if x > 1:\n>            return x\n>        print(x)\n",
    refused: "`return` is not reached",
  },
  "a return in a try with an else": {
    code: "def f(a):\n    try:\n>        if a:\n>            return 1\n>        int('x')\n    except ValueError:\n        return 2\n    else:\n        return 3\n",
    refused: "`return` is not reached",
  },
  "a return in a try with a finally": {
    code: "def f(a, out):\n    b = 0\n    try:\n>        if a:\n>            return 1\n>        b = 2\n    finally:\n        out.append(b)\n",
    refused: "`return` is not reached",
  },
  "a return in a finally": {
    code: "def f(a):\n    try:\n        int('x')\n    finally:\n>        if a:\n>            return 1\n>        print(a)\n",
    refused: "`return` is not reached",
  },
  "try and handlers return": {
    code: "def f(a):\n>    try:\n>        return int(a)\n>    except ValueError:\n>        return 0\n    return 5\n",
    run: "[f('1'), f('x')]",
    has: "return part(a)",
  },
  "a handler goes on": {
    code: "def f(a):\n>    try:\n>        return int(a)\n>    except ValueError:\n>        a = 7\n    return a\n",
    refused: "`return` is not reached",
  },
  "a with that may swallow goes on": {
    code: "import contextlib\ndef f(a):\n>    with contextlib.suppress(ValueError):\n>        return int(a)\n    return 7\n",
    refused: "`return` is not reached",
  },
  "all returns are bare, and more follows": {
    code: "def f(a, out):\n    if a > 1:\n>        if a > 2:\n>            return\n>        else:\n>            return\n    out.append(a)\n",
    run: "[f(0, []), f(5, []), f(2, [])]",
    has: "        return part(a)\n",
  },
  "assigned last in every branch of a try": {
    code: "def f(a):\n    b = 0\n    try:\n>        if a > 1:\n>            b = int('7')\n>        elif a == 1:\n>            b = int('x')\n>        else:\n>            b = 5\n    except ValueError:\n        pass\n    return b\n",
    run: "[f(0), f(1), f(2)]",
    has: "b = part(a)",
  },
  "an error after the assignment in one branch": {
    code: "def f(a):\n    b = 0\n    try:\n>        if a > 1:\n>            b = 7\n>            int('x')\n>        else:\n>            b = 5\n    except ValueError:\n        pass\n    return b\n",
    refused: "where an error may have interrupted it",
  },
  "a try gives it a value, or leaves": {
    code: "def f(a):\n>    try:\n>        b = int(a)\n>    except ValueError:\n>        b = len(a)\n>    except TypeError:\n>        raise\n    return b\n",
    run: "[f('7'), f('abc')]",
    has: "    b = part(a)\n",
  },
  "a handler gives it no value": {
    code: "def f(a):\n>    try:\n>        b = int(a)\n>    except ValueError:\n>        print(a)\n    return b\n",
    refused: "`b` may have no value at the end",
  },
  "a later loop has the variable anew": {
    code: "def f(xs, ys):\n>    out = {}\n>    for key in xs:\n>        out[key] = 1\n    for key in ys:\n        out[key] = 2\n    return out\n",
    run: "f([1, 2], [2, 3])",
    has: "    out = part(xs)\n",
  },
  "a later loop has it anew, and what follows may not": {
    code: "def f(xs, ys):\n>    for key in xs:\n>        print(key)\n    for key in ys:\n        print(key)\n    return key\n",
    refused: "`key` may have no value at the end",
  },
  "a later condition reads it": {
    code: "def f(a):\n    b = a\n    while b < 9:\n        c = 1\n>        b = b + a\n>        c = c + 1\n        print(c)\n    return 1\n",
    run: "f(2)",
    has: "b, c = part(a, b, c)",
  },
  "an outer loop gives it a value, the inner one keeps it": {
    code: "def f(xs):\n    out = []\n    for x in xs:\n        y = 0\n        for z in xs:\n            out.append(y)\n>            y = z + x\n    return out\n",
    run: "f([1, 2, 3])",
    has: "y = part(",
  },
  "the loop gives it a value in every round": {
    code: "def f(xs):\n    out = []\n    for x in xs:\n        y = x\n        out.append(y)\n>        y = y + 1\n>        out.append(y)\n    return out\n",
    run: "f([1, 2, 3])",
    has: "        part(out, y)\n",
  },
  "one name in two handlers": {
    code: "def f(a):\n    try:\n        a()\n    except ValueError:\n>        b = 1\n>        return b\n    except TypeError:\n        b = 2\n        return b\n",
    run: "f(lambda: int('x'))",
    has: "return part()",
  },
  "a local name that would be one of the module": {
    code: "b = 5\ndef f(a):\n    if a:\n>        b = 1\n>        return b\n    return b\n",
    refused: "`b` would mean something else",
  },
  "a function inside is the first statement": {
    code: "def f(a):\n    b = a + 1\n    if a:\n>        def g():\n>            return b\n>        a = g()\n    return a\n",
    run: "[f(0), f(5)]",
    has: "a = part(b)",
  },
  "a closure that is made later": {
    code: "def f(a):\n    n = a\n>    if a > 1:\n>        n *= 2\n    def add():\n        nonlocal n\n        n += 1\n        return n\n    return add() + add() + n\n",
    run: "[f(1), f(5)]",
    has: "n = part(a, n)",
  },
  "a closure that is made later, in a loop": {
    code: "def f(xs):\n    n = 0\n    out = []\n    for x in xs:\n>        n += x\n>        out.append(n)\n        out.append(lambda: n)\n    return out\n",
    refused: "is shared",
  },
  "raise and return": {
    code: "def f(a):\n>    if a:\n>        return 1\n>    elif a is None:\n>        raise ValueError\n>    else:\n>        return 3\n",
    run: "[f(1), f(0)]",
  },
  "continue leaves": {
    code: "def f(xs):\n    for x in xs:\n>        if x: continue\n        print(x)\n",
    refused: "leaves the selection",
  },
  "break inside": {
    code: "def f(xs):\n    r = None\n>    for x in xs:\n>        if x > 1:\n>            r = x\n>            break\n    return r\n",
    run: "f([1, 2, 3])",
  },
  await: {
    code: "import asyncio\nasync def g(): return 1\nasync def f(a):\n>    b = await g()\n>    b += a\n    return b\n",
    run: "asyncio.run(f(2))",
    has: ["b = await part(a)", "async def part(a):"],
  },
  "async with": {
    code: "async def f(a):\n    c = None\n>    async with a as b:\n>        c = b\n    return c\n",
    has: ["c = await part(a, c)", "async def part(a, c):"],
  },
  yield: {
    code: "def f(a):\n>    yield a\n>    b = a + 1\n    yield b\n",
    run: "list(f(1))",
    has: "b = yield from part(a)",
  },
  "yield in an async function": {
    code: "async def f(a):\n>    yield a\n>    yield 2\n",
    refused: "no `yield from` in an async",
  },
  "self makes a method": {
    code: "class A:\n    x = 2\n\n    def f(self, a):\n>        y = self.x * a\n        return y\n\n    def g(self):\n        pass\n",
    run: "A().f(4)",
    has: [
      "y = self.part(a)",
      "        return y\n\n    def part(self, a):\n        y = self.x * a\n        return y\n\n    def g",
    ],
  },
  "a class method": {
    code: "class A:\n    x = 2\n\n    @classmethod\n    def f(cls, a):\n>        y = cls.x * a\n        return y\n",
    run: "A.f(4)",
    has: ["    @classmethod\n    def part(cls, a):", "y = cls.part(a)"],
  },
  "a static method": {
    code: "class A:\n    @staticmethod\n    def f(a):\n>        y = a * 2\n        return y\n",
    run: "A.f(4)",
    has: "def part(a):\n    y = a * 2\n    return y\n\n\nclass A:",
  },
  "the first parameter of __new__": {
    code: "class A:\n    def __new__(cls, a):\n>        one = object.__new__(cls)\n>        one.a = a\n        return one\n",
    run: "A(4).a",
    has: "one = part(cls, a)",
  },
  __init_subclass__: {
    code: "class A:\n    def __init_subclass__(cls, **k):\n>        cls.z = 1\n        return None\n\nclass B(A): pass\n",
    run: "B.z",
    has: "part(cls)",
  },
  "a class method with two decorators": {
    code: "from functools import lru_cache\nclass A:\n    x = 2\n\n    @classmethod\n    @lru_cache\n    def f(cls, a):\n>        y = cls.x * a\n        return y\n",
    run: "A.f(4)",
    has: "    @classmethod\n    def part(cls, a):",
  },
  "classmethod below another decorator": {
    code: "from functools import lru_cache\nclass A:\n    x = 2\n\n    @lru_cache\n    @classmethod\n    def f(cls, a):\n>        y = cls.x * a\n        return y\n",
    has: "    @classmethod\n    def part(cls, a):",
  },
  "an unknown decorator": {
    code: "def by_class(f): return classmethod(f)\nclass A:\n    x = 2\n\n    @by_class\n    def f(cls, a):\n>        y = cls.x * a\n        return y\n",
    run: "A.f(4)",
    has: "y = part(cls, a)",
  },
  "self of a class inside of a method": {
    code: "class A:\n    def f(self):\n        class B:\n            x = 3\n            def g(self):\n>                y = self.x\n                return y\n        return B().g()\n",
    run: "A().f()",
    has: "y = part(self)",
  },
  "a private member of a class inside of a function": {
    code: "def f():\n    class B:\n        __x = 3\n        def g(self):\n>            y = self.__x\n            return y\n    return B().g()\n",
    refused: "private to the class",
  },
  "self with another value": {
    code: "class A:\n    x = 1\n    def f(self, o):\n        self = o\n>        y = self.x\n        return y\n",
    run: "A().f(A)",
    has: "y = part(self)",
  },
  "called at once in a block": {
    code: "import sys\n\nif sys:\n    def f(a):\n>        b = a + 1\n        return b\n    OUT = f(1)\n",
    run: "OUT",
    has: "import sys\n\ndef part(a):",
  },
  "called at once by a decorator": {
    code: "def now(f): return f(1)\n\n# of f\n@now\ndef f(a):\n>    b = a + 1\n    return b\n",
    run: "f",
    has: "    return b\n\n\n# of f\n@now",
  },
  "called at once by a class body": {
    code: "# file\nclass A:\n    def f(a):\n>        b = a + 1\n        return b\n    X = f(1)\n",
    run: "A.X",
    has: "# file\ndef part(a):",
  },
  "line ends of Windows": {
    code: "def f(a):\r\n>    b = a + 1\r\n>    if b:\r\n>        b = b * 2\r\n    return b\r\n",
    run: "f(3)",
    has: "\r\n\r\n\r\ndef part(a):\r\n    b = a + 1\r\n    if b:\r\n        b = b * 2\r\n    return b\r\n",
  },
  "a method without self": {
    code: "class A:\n    def f(self, a):\n>        y = a * 2\n        return y\n",
    run: "A().f(4)",
    has: "y = part(a)",
  },
  "super() beside self": {
    code: "class B:\n    def f(self): return 1\nclass A(B):\n    n = 4\n    def f(self, a):\n>        y = super().f() + self.n\n>        y += a\n        return y\n",
    run: "A().f(2)",
    has: "y = self.part(a)",
  },
  "super() of a class method": {
    code: "class B:\n    @classmethod\n    def f(cls): return cls.n\nclass A(B):\n    n = 4\n    @classmethod\n    def f(cls):\n>        y = super().f() + cls.n\n        return y\n",
    run: "A.f()",
    has: "y = cls.part()",
  },
  "super with its class": {
    code: "class B:\n    def f(self): return 1\nclass A(B):\n    def f(self):\n>        y = super(A, self).f()\n        return y\n",
    run: "A().f()",
    has: "y = self.part()",
  },
  "super() in a function inside": {
    code: "class A:\n    def f(self):\n        def g(self):\n>            y = super().f() + self.n\n            return y\n        return g(self)\n",
    refused: "`super()`",
  },
  "super() under a decorator that is not known": {
    code: "@deco\nclass A:\n    @deco\n    def f(self):\n>        y = super().f() + self.n\n        return y\n",
    refused: "`super()`",
  },
  "an error of Python 2": {
    code: "def f(a):\n    try:\n        a()\n    except ValueError, e:\n>        b = log(e)\n>        b += a\n        return b\n",
    has: ["b = part(a, e)", "def part(a, e):"],
  },
  "a class of Python 3.14, or a variable": {
    code: "from x import e\ndef f(a):\n    try:\n        a()\n    except ValueError, e:\n>        b = log(e)\n        return b\n",
    refused: "depends on the version of Python",
  },
  "super()": {
    code: "class A:\n    def f(self):\n>        y = super().f()\n        return y\n",
    refused: "`super()`",
  },
  "a private name outside of its class": {
    code: "class A:\n    def __init__(this, b):\n        this.__x = 1\n        b.append(this)\n\n    @staticmethod\n    def f(a):\n>        y = a.__x\n        return y\n",
    refused: "private",
  },
  global: {
    code: "n = 0\ndef f():\n    global n\n>    n += 1\n    return n\n",
    refused: "`n` is a name of the module, assigned here",
  },
  nonlocal: {
    code: "def f():\n    n = 0\n    def g():\n        nonlocal n\n>        n += 1\n    g()\n    return n\n",
    refused: "is shared",
  },
  "locals()": { code: "def f(a):\n>    b = a\n    return locals()\n", refused: "`locals` sees" },
  "a comprehension has its own names": {
    code: "def f(xs, x):\n>    ys = [x + 1 for x in xs]\n    return ys, x\n",
    run: "f([1, 2], 9)",
    has: "ys = part(xs)",
  },
  "a closure over what changes": {
    code: "def f():\n    n = 1\n>    g = lambda: n\n    n = 2\n    return g()\n",
    refused: "is shared",
  },
  "a closure over what does not": {
    code: "def f(n):\n>    g = lambda: n + 1\n    return g()\n",
    run: "f(2)",
  },
  "a function that is used after": {
    code: "def f(a):\n>    def g(x):\n>        return x + a\n    return g(1)\n",
    run: "f(2)",
    has: "g = part(a)",
  },
  "assigned in try": {
    code: "def f(g):\n    s = 0\n    try:\n>        s = 1\n>        g()\n    except Exception:\n        return s\n    return 2\n",
    refused: "`try` block",
  },
  "with as": {
    code: "from io import StringIO\ndef f(t):\n>    with StringIO(t) as h:\n>        r = h.read()\n    return r\n",
    run: "f('ab')",
    has: "r = part(t)",
  },
  "the variable of with before": {
    code: "from io import StringIO\ndef f(t):\n    with StringIO(t) as h:\n>        r = h.read()\n    return r\n",
    run: "f('ab')",
    has: "r = part(h)",
  },
  "except as before": {
    code: "def f():\n    try:\n        1 / 0\n    except ZeroDivisionError as e:\n>        r = str(e)\n        return r\n",
    run: "f()",
    has: "r = part(e)",
  },
  del: {
    code: "def f(a):\n    b = a\n>    print(b)\n    del b\n    return 1\n",
    refused: "`b` may have no value before",
  },
  "a string of several lines keeps its blanks": {
    code: 'class A:\n    def f(self, a):\n>        t = """x\n>          y\n>    z"""\n        return t\n',
    run: "A().f(1)",
  },
  "an import that is used after": {
    code: "def f():\n>    import math\n>    a = math.pi\n    return math.floor(a)\n",
    run: "f()",
  },
  "a keyword argument of the name": {
    code: "def g(a=1): return a\ndef f(a):\n>    r = g(a=a)\n    return r\n",
    run: "f(5)",
    has: "r = part(a)",
  },
  "a variable that is set again": {
    code: "def f(a):\n    x = 1\n>    x = a\n>    y = x + 1\n    return x + y\n",
    run: "f(3)",
    has: "x, y = part(a)",
  },
  "a match is no certain value": {
    code: "def f(a):\n>    match a:\n>        case 1:\n>            b = 1\n    return b\n",
    refused: "`b` may have no value",
  },
  "an annotation without a value": {
    code: "def f(a):\n>    b: int\n>    if a:\n>        b = 1\n    return b\n",
    refused: "`b` may have no value",
  },
  "a docstring": {
    code: 'def f(a):\n>    """says"""\n>    b = a\n    return b\n',
    refused: "its documentation",
  },
  "a walrus": {
    code: "def f(a):\n>    if (n := a + 1) > 2:\n>        print(n)\n    return n\n",
    refused: "`n` may have no value",
  },
  "a variable of an outer function": {
    code: "def f(a):\n    def g(b):\n>        c = a + b\n        return c\n    return g(2)\n",
    run: "f(1)",
    has: "c = part(a, b)",
  },
  "a decorated function": {
    code: "import functools\n@functools.cache\ndef f(a):\n>    b = a + 1\n    return b\n\n\nx = 1\n",
    run: "f(1)",
    has: "    return b\n\n\n@functools.cache\ndef f(a):",
  },
  "the name is used in the file": {
    code: "def f(a):\n>    b = a.part\n    return b\n",
    refused: "is written in a.py already",
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

describe("a function is extracted: Python", () => {
  it.each(Object.entries(traps))("%s", async (_, trap) => void (await extractTrap("a.py", trap)));

  it("every result does what the source did", async () => {
    const made = [];
    for (const [title, trap] of Object.entries(traps)) {
      if (trap.run === undefined) continue;
      const plan = await extractTrap("a.py", trap);
      made.push({ title, run: trap.run, before: plan!.before, after: plan!.after });
    }
    const before = valuesOf(made.map(({ before: code, run }) => ({ code, run })));
    const after = valuesOf(made.map(({ after: code, run }) => ({ code, run })));
    expect(made.map(({ title }, index) => [title, after[index]])).toEqual(
      made.map(({ title }, index) => [title, before[index]]),
    );
  });
});
