import { describe, it } from "vitest";
import { py, spring, type Trap } from "./rename-traps.ts";

const traps: Record<string, Trap> = {
  "the field of a data class and dataclasses.replace": {
    files: py(
      "from dataclasses import dataclass, replace\n@dataclass\nclass A:\n    old: int\ndef f(a: A):\n    return replace(a, old=2)\n",
    ),
    refused: ["ambiguous", "replace(a, old=2)"],
  },
  "the field of a named tuple and _replace": {
    files: py(
      "from typing import NamedTuple\nclass A(NamedTuple):\n    old: int\ndef f(a):\n    return a._replace(old=2)\n",
    ),
    refused: ["ambiguous", "_replace(old=2)"],
  },
  "a field and attrs.evolve": {
    files: py(
      "import attrs\n@attrs.define\nclass A:\n    old: int\nb = attrs.evolve(A(1), old=2)\n",
    ),
    refused: ["ambiguous", "evolve"],
  },
  "a fixture and the tests that take it": {
    files: {
      "conftest.py": "import pytest\n@pytest.fixture\ndef old():\n    return 1\n",
      "test_a.py": "def test_it(old):\n    assert old == 1\n",
    },
    refused: ["ambiguous", "def test_it(old)"],
  },
  "a fixture and the tests, included": {
    files: {
      "conftest.py": "import pytest\n@pytest.fixture(scope='module')\ndef «old»():\n    return 1\n",
      "test_a.py": "def test_it(«old»):\n    assert «old» == 1\ndef helper(old): return old\n",
    },
    at: "conftest.py:3",
    unsure: "include",
  },
  "a parameter of a test": {
    files: py("def test_it(old):\n    assert old\n"),
    refused: ["ambiguous", "test runner"],
  },
  "a parameter of a command": {
    files: py(
      "import click\n@click.command()\n@click.option('--old')\ndef f(old):\n    print(old)\n",
    ),
    refused: ["ambiguous", "by its name"],
  },
  "a parameter of a cached function": {
    files: py(
      "import functools\n@functools.lru_cache(maxsize=None)\ndef f(«old»):\n    return «old»\nf(«old»=1)\n",
    ),
    unsure: "include",
  },
  "a route and the name that finds it": {
    files: py("@app.route('/')\ndef old():\n    return url_for('old')\n"),
    refused: ["ambiguous", "url_for('old')"],
  },
  "a route that nothing finds by name": {
    files: py("@app.route('/')\ndef «old»():\n    return 1\n"),
  },
  "a local variable and the module's": {
    files: py("old = 1\ndef f():\n    «old» = 2\n    return «old»\nuse(old)\n"),
    at: "a.py:3",
  },
  "the module's variable read in a function": {
    files: py("«old» = 1\ndef f():\n    return «old»\ndef g():\n    old = 2\n    return old\n"),
    at: "a.py:1",
  },
  global: { files: py("«old» = 1\ndef f():\n    global «old»\n    «old» = 2\n") },
  nonlocal: {
    files: py(
      "def f():\n    «old» = 1\n    def g():\n        nonlocal «old»\n        «old» = 2\n    return «old»\n",
    ),
  },
  "a name assigned later is local throughout": {
    files: py("old = 1\ndef f():\n    if x: return «old»\n    «old» = 2\n"),
    at: "a.py:4",
  },
  "a comprehension has its own names": {
    files: py("«old» = [1]\nxs = [old for old in «old»]\nuse(«old»)\n"),
    at: "a.py:1",
  },
  "the names of a comprehension": {
    files: py("old = [1]\nxs = [«old» + 1 for «old» in old if «old»]\n"),
    at: "a.py:2",
    refused: ["ambiguous", "2 symbols"],
  },
  "the name of a lambda": { files: py("f = lambda «old», b=1: «old» + b\n") },
  "a default value is evaluated outside": {
    files: py("«old» = 1\ndef f(a=«old»):\n    old = 2\n    return old\n"),
    at: "a.py:1",
  },
  "a walrus leaves its comprehension": {
    files: py("def f(xs):\n    ys = [«old» := x for x in xs]\n    return «old»\n"),
  },
  "names of a class are not those of its methods": {
    files: py("«old» = 1\nclass A:\n    old = 2\n    def f(self):\n        return «old»\n"),
    at: "a.py:1",
  },
  "an attribute of the class": {
    files: py(
      "class A:\n    «old» = 2\n    b = «old»\n    def f(self):\n        return self.«old»\nuse(A.«old»)\n",
    ),
  },
  "a method through self and through an instance": {
    files: py("class A:\n    def «old»(self):\n        return self.«old»\na = A()\na.«old»()\n"),
  },
  "a property and its setter": {
    files: py(
      "class A:\n    @property\n    def «old»(self): return 1\n    @«old».setter\n    def «old»(self, v): pass\n",
    ),
  },
  "an attribute that __init__ sets": {
    files: py(
      "class A:\n    def __init__(self, x):\n        self.«old» = x\n    def f(self):\n        return self.«old»\n",
    ),
  },
  "a parameter and the attribute that keeps it": {
    files: py("class A:\n    def __init__(self, «old»):\n        self.old = «old»\nA(«old»=1)\n"),
    at: "a.py:2",
  },
  "that attribute": {
    files: py(
      "class A:\n    def __init__(self, old):\n        self.«old» = old\na = A(old=1)\nuse(a.«old»)\n",
    ),
    from: "A.old",
    refused: ["ambiguous", "2 symbols"],
  },
  "a method of a subclass in another file": {
    files: {
      "p/a.py": "class A:\n    def «old»(self): pass\n",
      "p/b.py": "from .a import A\nclass B(A):\n    def «old»(self):\n        super().«old»()\n",
    },
  },
  "an attribute of an unknown value": {
    files: py("class A:\n    def old(self): pass\ndef f(x):\n    x.old()\n"),
    refused: ["ambiguous", "whose type is not known"],
  },
  "an annotated parameter is known": {
    files: py("class A:\n    def «old»(self): pass\ndef f(x: A):\n    x.«old»()\n"),
  },
  "a field of a dataclass and its keyword": {
    files: py("@dataclass\nclass A:\n    «old»: int = 0\na = A(«old»=1)\nuse(a.«old»)\n"),
  },
  "a keyword argument": {
    files: py("def f(«old»=1):\n    return «old»\nf(«old»=2)\ng = 1\n"),
  },
  "a keyword argument in another file": {
    files: {
      "a.py": "def f(«old»):\n    return «old»\n",
      "b.py": "from a import f\nimport a\nf(«old»=1)\na.f(«old»=2)\nprint(old=3)\n",
    },
  },
  "a keyword argument of another function": {
    files: py("def f(«old»): pass\ndef g(**kw): pass\nf(«old»=1)\ng(old=2)\n"),
  },
  "a keyword argument of an unknown function": {
    files: py("def f(old): pass\ndef g(h):\n    h(old=1)\n"),
    refused: ["ambiguous", "keyword of a call of an unknown function"],
  },
  "a keyword through partial": {
    files: py("from functools import partial\ndef f(old): pass\ng = partial(f, old=1)\n"),
    refused: ["ambiguous", "keyword of a call of an unknown function"],
  },
  "a decorated function may be called as it is": {
    files: py("@wrap\ndef f(old): pass\nf(old=1)\n"),
    refused: ["ambiguous", "keyword of a call of an unknown function"],
  },
  "the keyword of a class statement": {
    files: py("«old» = 1\nclass A(B, old=«old»): pass\n"),
  },
  "an import": {
    files: { "pkg/a.py": "def «old»(): pass\n", "main.py": "from pkg.a import «old»\n«old»()\n" },
  },
  "a relative import under another name": {
    files: {
      "pkg/__init__.py": "from .a import «old» as api\n",
      "pkg/a.py": "def «old»(): pass\n",
      "main.py": "from pkg import api as old\nold()\n",
    },
    at: "pkg/a.py:1",
  },
  "a re-export by a package": {
    files: {
      "pkg/__init__.py": "from .a import «old»\n__all__ = ['«old»', 'other']\n",
      "pkg/a.py": "def «old»(): pass\n",
      "main.py": "import pkg\npkg.«old»()\n",
    },
  },
  "a wildcard import": {
    files: {
      "pkg/__init__.py": "from .a import *\n",
      "pkg/a.py": "def «old»(): pass\n",
      "main.py": "from pkg import *\n«old»()\n",
    },
  },
  "a module under another name": {
    files: {
      "pkg/a.py": "«old» = 1\n",
      "main.py": "import pkg.a as m\nimport pkg.a\nuse(m.«old», pkg.a.«old», x.old)\n",
    },
  },
  "a module from its package": {
    files: {
      "pkg/__init__.py": "",
      "pkg/a.py": "«old» = 1\n",
      "main.py": "from pkg import a\nuse(a.«old»)\n",
    },
  },
  "a module in a list": {
    files: {
      "pkg/a.py": "old = 1\n",
      "main.py": "from pkg import a\nfor m in [a]:\n    use(m.old)\n",
    },
    at: "pkg/a.py:1",
    refused: ["ambiguous", "imports the whole module"],
  },
  slots: {
    files: py(
      "class A:\n    __slots__ = ('«old»', 'b')\n    def __init__(self):\n        self.«old» = 1\n",
    ),
  },
  "a path in a string": {
    files: {
      "pkg/a.py": "def old(): pass\n",
      "test_a.py": "@patch('pkg.a.old')\ndef test_a(m): pass\n",
    },
    refused: ["ambiguous", "a string of this text may name it"],
  },
  getattr: {
    files: py("class A:\n    def old(self): pass\ngetattr(x, 'old')\n"),
    refused: ["ambiguous", "a string of this text may name it"],
  },
  "an import from a library": {
    files: py("from lib import «old=old as next»\n«old»()\n"),
  },
  "a library under its own name": { files: py("import «old=old as next»\n«old».run()\n") },
  "a submodule of a library": {
    files: py("import old.sub\nold.sub.run()\n"),
    refused: ["no-match", "no file declares"],
  },
  "a module of several folders": {
    files: {
      "x/util.py": "old = 1\n",
      "y/util.py": "b = 1\n",
      "z/main.py": "from util import old\n",
    },
    at: "x/util.py:1",
    refused: ["ambiguous", "imported from a module that is not found"],
  },
  "a quoted annotation": {
    files: py(
      "class «Old»: pass\ndef f(x: '«Old»', y: 'list[«Old»]') -> \"«Old»\":\n    return 'Old'\n",
    ),
    from: "Old",
    to: "Next",
  },
  "an f-string": { files: py("«old» = 1\nuse(f'old {«old»} {«old»!r:>{«old»}} old')\n") },
  "strings and comments": { files: py("# old\n«old» = 1\n'''old'''\nuse('old', «old»)\n") },
  "an exception's name": { files: py("try:\n    pass\nexcept E as «old»:\n    use(«old»)\n") },
  with: { files: py("with open(x) as «old», a as (b, c):\n    use(«old», b.old)\n") },
  unpacking: { files: py("a, (b, *«old») = x\nfor i, «old» in y:\n    use(«old»)\n") },
  "match captures": {
    files: py(
      "match x:\n    case [«old», *_]:\n        use(«old»)\n    case {'old': _}:\n        pass\n",
    ),
  },
  "a keyword pattern": {
    files: py("class A:\n    «old»: int = 0\nmatch x:\n    case A(«old»=y):\n        use(y)\n"),
  },
  "a type parameter": {
    files: py("def f[«Old»](x: «Old») -> «Old»: ...\n"),
    from: "Old",
    to: "Next",
  },
  "a decorator": { files: py("def «old»(f): return f\n@«old»\ndef g(): pass\n") },
  "augmented assignment": { files: py("«old» = 1\n«old» += 1\ndel «old»\n") },
  "the new name is a local of a function": {
    files: py("old = 1\ndef f():\n    next = 2\n    return old + next\n"),
    refused: ["check-failed", "cannot become `next`"],
  },
  "the new name is built in and used": {
    files: py("def f(old):\n    return len(old)\n"),
    to: "len",
    refused: ["check-failed", "cannot become `len`"],
  },
  "the new name is a method already": {
    files: py("class A:\n    def old(self): pass\n    def next(self): pass\n"),
    refused: ["check-failed", "cannot become `next`"],
  },
  "the new name is a keyword": {
    files: py("old = 1\n"),
    to: "lambda",
    refused: ["usage", "cannot be a new name"],
  },
  "a special method": {
    files: py("class A:\n    def __len__(self): return 1\n"),
    from: "__len__",
    refused: ["usage", "meaning of its own"],
  },
  "a new name that a class would mangle": {
    files: py("def «old»():\n    pass\nclass A:\n    def f(self):\n        «old»()\n"),
    to: "__next",
    refused: ["usage", "inside a class"],
  },
  "a method of a class from a library": {
    files: py("from lib import Base\nclass A(Base):\n    def old(self): pass\n"),
    refused: ["ambiguous", "extends one that is not understood"],
  },
  "a method of an exception": {
    files: py("class AError(Exception):\n    def «old»(self): return self.«old»\n"),
  },
  "a conditional import": {
    files: py(
      "try:\n    from fast import «old=old as next»\nexcept ImportError:\n    from slow import «old=old as next»\n«old»()\n",
    ),
  },
};

describe("renames in Python", () => {
  it.each(Object.entries(traps))("%s", async (_name, trap) => {
    await spring(trap);
  });
});
