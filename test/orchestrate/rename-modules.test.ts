import { describe, it } from "vitest";
import { py, spring, type Trap } from "./rename-traps.ts";

const traps: Record<string, Trap> = {
  "a module under a name that another one exports": {
    files: {
      "a.ts": "export const «old» = 1;\n",
      "b.ts": "export * as m from './a';\n",
      "c.ts": "import { m } from './b';\nm.«old»;\n",
    },
  },
  "the same, handed on once more": {
    files: {
      "a.ts": "export const «old» = 1;\n",
      "b.ts": "export * as m from './a';\n",
      "c.ts": "export { m } from './b';\n",
      "d.ts": "import { m } from './c';\nm.«old»;\n",
    },
  },
  "a module that another one exports as a value": {
    files: {
      "a.ts": "export const old = 1;\n",
      "b.ts": "import * as m from './a';\nexport default { m };\n",
      "c.ts": "import b from './b';\nb.m.old;\n",
    },
    refused: ["ambiguous", "imports the whole module"],
  },
  "a module of Python that is loaded by its name": {
    files: {
      "a.py": "old = 1\n",
      "b.py": "from importlib import import_module\nm = import_module('a')\nm.old\n",
    },
    refused: ["ambiguous", "imports the whole module"],
  },
  "what a function of a package answers may be what it was given": {
    from: "A.old",
    files: py("from copy import copy\nclass A:\n    def old(self): pass\ncopy(A()).old()\n"),
    refused: ["ambiguous", "type is not known"],
  },
  "an object of a class of a package is its own": {
    from: "A.old",
    files: py("from pathlib import Path\nclass A:\n    def «old»(self): pass\nPath('x').old()\n"),
  },
};

describe("a rename sees modules and values that pass through others", () => {
  it.each(Object.entries(traps))("%s", async (_, trap) => spring(trap));
});
