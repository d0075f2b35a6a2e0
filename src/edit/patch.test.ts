import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import type { Edit } from "../core/edit.ts";
import { readEdit } from "./read.ts";

const source = "class A:\n  def f():\n    one\n    two\n";

function edit(patch: string, text = source, path = "src/a.py"): Edit {
  return readEdit(patch, { path, source: text });
}

const wrap = (body: string): string => `*** Begin Patch\n${body}*** End Patch\n`;

describe("*** Begin Patch", () => {
  it("reads an update with anchors, outermost first", () => {
    const patch = wrap(
      "*** Update File: src/a.py\n@@ class A:\n@@   def f():\n     one\n-    two\n+    2\n",
    );
    expect(showEdit(edit(patch))).toEqual([
      "~lines under class A: > def f():",
      "     one".slice(0),
      "-    two",
      "+    2",
    ]);
  });

  it("reads a first chunk without @@, and several", () => {
    const patch = wrap(
      "*** Update File: src/a.py\n-class A:\n+class B:\n@@\n-    two\n+    2\n*** End of File\n",
    );
    expect(showEdit(edit(patch))).toEqual([
      "~lines",
      "-class A:",
      "+class B:",
      "~lines end",
      "-    two",
      "+    2",
    ]);
  });

  it("does without Begin and End, in a fence, and with git's numbers", () => {
    const patch =
      "```\n*** Update File: src/a.py\n@@ -3,2 +3,2 @@ def f():\n     one\n-    two\n+    2\n```\n";
    expect(showEdit(edit(patch))[0]).toBe("~lines near 3 under def f():");
  });

  it("adds, deletes and moves", () => {
    expect(edit(wrap("*** Add File: src/a.py\n+x\n+\n+y\n"), "")).toMatchObject({
      action: "create",
      finalNewline: true,
      segments: [{ lines: [{ text: "x" }, { text: "" }, { text: "y" }] }],
    });
    expect(edit(wrap("*** Delete File: src/a.py\n"))).toMatchObject({ action: "delete" });
    expect(
      edit(wrap("*** Update File: src/a.py\n*** Move to: src/b.py\n@@\n-    two\n+    2\n")),
    ).toMatchObject({
      action: "move",
      moveTo: "src/b.py",
      segments: [{ kind: "lines" }],
    });
    expect(edit(wrap("*** Update File: src/a.py\n*** Move to: src/b.py\n"))).toMatchObject({
      action: "move",
      segments: [],
    });
  });

  it("refuses to add what is there, unless it is the same", () => {
    expect(() => edit(wrap("*** Add File: src/a.py\n+x\n"))).toThrow(/has text already/);
    expect(edit(wrap("*** Add File: src/a.py\n+x\n"), "x\n")).toMatchObject({
      action: "update",
      segments: [],
    });
  });

  it("takes the named file's section", () => {
    const patch = wrap(
      "*** Update File: src/b.py\n-x\n+y\n*** Update File: src/a.py\n-    two\n+    2\n",
    );
    expect(showEdit(edit(patch))).toEqual(["~lines", "-    two", "+    2"]);
    expect(() => edit(patch, source, "src/c.py")).toThrow(
      "the patch is for src/b.py, src/a.py, not for src/c.py",
    );
  });

  it("says what is missing", () => {
    expect(() => edit(wrap("*** Update File: src/a.py\n"))).toThrow(/no lines for src\/a.py/);
    expect(() => edit("*** Begin Patch\n*** End Patch\n")).toThrow(/names no file/);
    expect(() => edit(wrap("*** Add File: src/a.py\n+x\ny\n"), "")).toThrow(
      /does not begin with \+/,
    );
  });
});
