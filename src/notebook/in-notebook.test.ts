import { describe, expect, it } from "vitest";
import { RedraftError } from "../core/errors.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import { createRedraft } from "../redraft/create-redraft.ts";

const redraft = createRedraft();
const path = "work/plot.ipynb";

const notebook = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "intro",
   "metadata": {},
   "source": [
    "# Ventas por región\\n",
    "See the table below."
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "id": "load",
   "metadata": {"tags": ["a"]},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "rows: 12\\n"
     ]
    }
   ],
   "source": [
    "import csv\\n",
    "def load(path):\\n",
    "    with open(path) as file:\\n",
    "        return list(csv.reader(file))\\n",
    "rows = load(\\"a.csv\\")\\n",
    "print(f\\"rows: {len(rows)}\\")"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "total",
   "metadata": {},
   "outputs": [],
   "source": "total = 0\\nfor row in rows:\\n    total += int(row[1])\\nprint(total)"
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "last",
   "metadata": {},
   "outputs": [],
   "source": []
  }
 ],
 "metadata": {"kernelspec": {"name": "python3"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
`;

function apply(edit: string, more: Partial<EditRequest> = {}): Promise<EditResult> {
  return redraft.apply({ path, source: notebook, edit, ...more });
}

async function refusal(edit: string, more: Partial<EditRequest> = {}): Promise<RedraftError> {
  const error = await apply(edit, more).catch((caught: unknown) => caught);
  if (RedraftError.is(error)) return error;
  throw new Error(`it was not refused: ${(error as EditResult).text}`);
}

const block = (old: string, fresh: string): string =>
  `<<<<<<< SEARCH\n${old}\n=======\n${fresh}\n>>>>>>> REPLACE\n`;
const pair = (old_string: string, new_string: string): string =>
  JSON.stringify({ old_string, new_string });

describe("edits of a cell's source", () => {
  it("places a sketch in the cell whose lines it quotes", async () => {
    const sketch = [
      "# ... existing code ...",
      "def load(path):",
      '    with open(path, encoding="utf-8") as file:',
      "        return list(csv.reader(file))",
      "# ... existing code ...",
    ].join("\n");
    const { text, cells, routeReason } = await apply(sketch);
    expect(text).toBe(
      notebook.replace(
        '"    with open(path) as file:\\n"',
        '"    with open(path, encoding=\\"utf-8\\") as file:\\n"',
      ),
    );
    expect(cells).toMatchObject([{ number: 2, id: "load" }]);
    expect(routeReason).toContain('cell 2 (id "load")');
  });

  it("adds lines at a cell's end in the list's own layout", async () => {
    const { text } = await apply(
      block('print(f"rows: {len(rows)}")', 'print(f"rows: {len(rows)}")\nprint("é", \'\\t\')'),
    );
    expect(text).toBe(
      notebook.replace(
        '"print(f\\"rows: {len(rows)}\\")"\n',
        '"print(f\\"rows: {len(rows)}\\")\\n",\n    "print(\\"é\\", \'\\\\t\')"\n',
      ),
    );
  });

  it("changes a source that is one string, by a pair and by a diff", async () => {
    const wanted = notebook.replace("int(row[1])", "float(row[1])");
    expect(
      (await apply(pair("    total += int(row[1])\nprint", "    total += float(row[1])\nprint")))
        .text,
    ).toBe(wanted);
    const diff = [
      "--- a/work/plot.ipynb",
      "+++ b/work/plot.ipynb",
      "@@ -2,3 +2,3 @@",
      " for row in rows:",
      "-    total += int(row[1])",
      "+    total += float(row[1])",
      " print(total)",
      "",
    ].join("\n");
    expect((await apply(diff)).text).toBe(wanted);
  });

  it("changes several cells by the parts of one edit", async () => {
    const edit = block("import csv", "import csv, sys") + block("total = 0", "total = 0.0");
    const { text, cells } = await apply(edit);
    expect(text).toBe(
      notebook
        .replace("import csv\\n", "import csv, sys\\n")
        .replace("total = 0\\n", "total = 0.0\\n"),
    );
    expect(cells!.map(({ number }) => number)).toEqual([2, 3]);
  });

  it("writes a whole source into the named cell, an empty one too", async () => {
    const { text } = await apply("print(1)\nprint(2)\n", { cell: "last", format: "whole" });
    expect(text).toBe(
      notebook.replace('"source": []', '"source": [\n    "print(1)\\n",\n    "print(2)"\n   ]'),
    );
    const cleared = await apply("total = 1", { cell: 3, format: "whole" });
    expect(cleared.text).toBe(notebook.replace(/"source": "total.*"/, '"source": "total = 1"'));
  });

  it("keeps the notebook's escapes", async () => {
    const escaped = notebook.replace("región", "regi\\u00F3n").replaceAll("a.csv", "\\/a.csv");
    const { text } = await apply(
      block("See the table below.", "See the table above/below: niño."),
      {
        source: escaped,
      },
    );
    expect(text).toBe(
      escaped.replace("See the table below.", "See the table above\\/below: ni\\u00F1o."),
    );
  });

  it("asks where several cells fit, and names them", async () => {
    const twice = notebook.replace('"source": []', '"source": ["import csv\\n", "rows = []"]');
    const error = await refusal(block("import csv", "import json"), { source: twice });
    expect(error.code).toBe("ambiguous");
    expect(error.message).toContain(
      'cell 2 (id "load"): "import csv", cell 4 (id "last"): "import csv"',
    );
    expect(error.message).toContain("Name the cell");
    const { text } = await apply(block("import csv", "import json"), { source: twice, cell: 4 });
    expect(text).toContain('"source": ["import json\\n", "rows = []"]');
  });

  it("refuses a cell that is not there, and a file that has none", async () => {
    const error = await refusal("x = 1", { cell: "nine" });
    expect(error.code).toBe("no-match");
    expect(error.message).toContain('has no cell "nine". It has 4 cells: cell 1 (id "intro")');
    expect((await refusal("x = 1", { cell: 1, path: "a.py" })).code).toBe("usage");
    expect((await refusal("x = 1", { cell: 1, source: "{" })).message).toContain(
      "cannot be read as a notebook",
    );
  });

  it("says in which cell a named cell's edit does not fit", async () => {
    const error = await refusal(block("nothing like it = 1", "x = 2"), { cell: 2 });
    expect(error.code).toBe("no-match");
    expect(error.message).toContain('In cell 2 (id "load")');
    const nowhere = await refusal(block("nothing like it = 1", "x = 2"));
    expect(nowhere.message).toContain("in the source of each of its 4 cells");
  });
});

describe("edits of a notebook's JSON", () => {
  it("are made as in any file", async () => {
    const edit = block('    "rows = load(\\"a.csv\\")\\n",', '    "rows = load(\\"b.csv\\")\\n",');
    const { text, cells } = await apply(edit);
    expect(text).toBe(notebook.replace("a.csv", "b.csv"));
    expect(cells).toBeUndefined();
    const meta = await apply(pair('"name": "python3"', '"name": "conda"'));
    expect(meta.text).toBe(notebook.replace("python3", "conda"));
  });

  it("are refused where quotes are not escaped", async () => {
    const edit = block('    "rows = load(\\"a.csv\\")\\n",', '    "rows = load("b.csv")\\n",');
    const error = await refusal(edit);
    expect(error.code).toBe("check-failed");
    expect(error.message).toContain("would no longer be a notebook");
    expect(error.message).toContain('\\"');
  });

  it("are refused where a whole text is no notebook", async () => {
    const error = await refusal("print(1)\n", { format: "whole" });
    expect(error.message).toContain("name the cell");
  });

  it("are asked about where they can be read as a cell's source as well", async () => {
    const error = await refusal(pair("import csv", "import csv # a\\tb"));
    expect(error.code).toBe("ambiguous");
    expect(error.message).toContain("quote the whole JSON lines");
  });
});

describe("notebooks that move", () => {
  it("carries a cell's edit over to a notebook that somebody else changed", async () => {
    const current = notebook
      .replace("See the table below.", "See below.")
      .replace("import csv", "import csv # read");
    const { text } = await apply(block("total = 0", "total = 1"), {
      base: notebook,
      source: current,
    });
    expect(text).toBe(current.replace("total = 0", "total = 1"));
    const clash = await refusal(block("import csv", "import json"), {
      base: notebook,
      source: current,
    });
    expect(clash.code).toBe("stale-file");
  });
});
