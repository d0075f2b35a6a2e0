import { describe, expect, it } from "vitest";
import { bestText, proposedTexts } from "../../../test/support/fixes.ts";

const unknown = (name: string): string => `TS2304: Cannot find name '${name}'.`;

describe("missing import", () => {
  it("is written as the other files write it, in the file's own style", async () => {
    const others = {
      "src/lib/parse.ts": "export function parse() {}\n",
      "src/other.ts": 'import { parse } from "./lib/parse.js";\nparse();\n',
    };
    const own = "import { x } from './x.js'\nimport { z } from './z.js'\nx(«parse(z))\n";
    expect(
      await bestText("src/deep/a.ts", own, unknown("parse"), {
        ...others,
        "src/deep/x.ts": "export const x = 1;",
        "src/deep/z.ts": "",
      }),
    ).toBe(
      "import { parse } from '../lib/parse.js'\nimport { x } from './x.js'\nimport { z } from './z.js'\nx(parse(z))\n",
    );
  });

  it("joins an import from the same module, in its order and layout", async () => {
    const others = { "b.ts": "export const a = 1, b = 2, c = 3;\n" };
    expect(
      await bestText("a.ts", 'import { a, c } from "./b.ts";\na(«b, c);\n', unknown("b"), others),
    ).toBe('import { a, b, c } from "./b.ts";\na(b, c);\n');
    const long = 'import {\n  a,\n  b,\n} from "./b.ts";\na(«c, b);\n';
    expect(await bestText("a.ts", long, unknown("c"), others)).toBe(
      'import {\n  a,\n  b,\n  c,\n} from "./b.ts";\na(c, b);\n',
    );
  });

  it("keeps types and values apart", async () => {
    const others = {
      "t.ts": "export interface T {}\nexport const v = 1;\n",
      "u.ts": 'import type { T } from "./t.ts";\nlet t: T;\n',
    };
    const own = 'import { v } from "./t.ts";\nlet x: «T = v;\n';
    expect(await bestText("a.ts", own, unknown("T"), others)).toBe(
      'import { v } from "./t.ts";\nimport type { T } from "./t.ts";\nlet x: T = v;\n',
    );
  });

  it("offers one candidate for each origin, the usual one first, and is unsure then", async () => {
    const others = {
      "one.ts": "export const go = 1;\n",
      "two.ts": "export const go = 2;\n",
      "c.ts": "import { go } from './two';\ngo;\n",
    };
    const found = await proposedTexts("a.ts", "«go();\n", unknown("go"), others);
    expect(found.map(({ title }) => title)).toEqual([
      'import { go } from "./two";',
      'import { go } from "./one";',
    ]);
    expect(found[0]!.confidence).toBeLessThan(0.98);
  });

  it("takes packages, defaults and namespaces as other files import them", async () => {
    const others = {
      "b.ts":
        'import fs, { join } from "node:fs";\nimport * as path from "node:path";\nfs; join; path;\n',
    };
    expect(await bestText("a.ts", "«path.join();\n", unknown("path"), others)).toBe(
      'import * as path from "node:path";\npath.join();\n',
    );
    expect(await bestText("a.ts", "«fs.x();\n", unknown("fs"), others)).toBe(
      'import fs from "node:fs";\nfs.x();\n',
    );
  });

  it("proposes nothing for a name that nobody exports", async () => {
    const others = { "b.ts": "const hidden = 1;\nhidden;\n" };
    expect(await proposedTexts("a.ts", "«hidden();\n", unknown("hidden"), others)).toEqual([]);
  });

  it("reads Python: relative modules, modules, names of the standard library", async () => {
    const others = {
      "pkg/__init__.py": "",
      "pkg/util.py": "def helper(): pass\n",
      "pkg/sub/__init__.py": "",
      "pkg/use.py": "from .util import helper\nhelper()\n",
    };
    const own = '"""Doc."""\nfrom ..use import other\n\n«helper(other)\n';
    expect(await bestText("pkg/sub/a.py", own, "undefined name 'helper'", others)).toBe(
      '"""Doc."""\nfrom ..use import other\nfrom ..util import helper\n\nhelper(other)\n',
    );
    expect(await bestText("a.py", "import sys\n\n«os.getcwd()\n", "F821 Undefined name `os`")).toBe(
      "import sys\nimport os\n\nos.getcwd()\n".replace(
        "import sys\nimport os",
        "import sys\nimport os",
      ),
    );
    expect(
      await bestText(
        "a.py",
        "from typing import Any\n\nx: «Optional[Any]\n",
        "undefined name 'Optional'",
      ),
    ).toBe("from typing import Any, Optional\n\nx: Optional[Any]\n");
  });

  it("reads Go: packages of the standard library, in the group and its order", async () => {
    const own =
      'package a\n\nimport (\n\t"fmt"\n\t"time"\n)\n\nvar x = «strings.ToUpper(fmt.Sprint(time.Now()))\n';
    expect(await bestText("a.go", own, "undefined: strings")).toBe(
      own.replace("«", "").replace('\t"time"', '\t"strings"\n\t"time"'),
    );
  });
});
