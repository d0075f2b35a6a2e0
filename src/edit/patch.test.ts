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

  it("reads the format's lines with blanks before them, or stars behind", () => {
    const body = "@@\n-    two\n+    2\n";
    for (const patch of [
      `*** Begin Patch\n  *** Update File: src/a.py\n${body} *** End Patch\n`,
      `*** Begin Patch ***\n*** Update File: src/a.py\n${body}*** End Patch ***\n`,
      `***Begin Patch\n***Update File: src/a.py\n${body}***End Patch\n`,
      wrap(`*** Update File: src/a.py\n--- a/src/a.py\n+++ b/src/a.py\n${body}`),
      wrap(`--- a/src/a.py\n+++ b/src/a.py\n${body}`),
    ]) {
      expect(showEdit(edit(patch))).toEqual(["~lines", "-    two", "+    2"]);
    }
  });

  it("takes an indented one that the file has for context", () => {
    const doc = "Write\n*** End Patch\nat the end\n";
    const patch = wrap("*** Update File: a.md\n@@\n Write\n *** End Patch\n-at the end\n+last\n");
    expect(showEdit(edit(patch, doc, "a.md"))).toEqual([
      "~lines",
      " Write",
      " *** End Patch",
      "-at the end",
      "+last",
    ]);
  });

  it("refuses a patch without its end", () => {
    const cut = "*** Begin Patch\n*** Update File: src/a.py\n@@\n-    one\n-    two\n+    1";
    expect(() => edit(cut)).toThrow(
      "the patch was cut off: *** End Patch is missing after the section for src/a.py at line 2. Send the whole patch again.",
    );
    expect(() => edit("*** Begin Patch\n*** Add File: src/n.py\n+x\n", "", "src/n.py")).toThrow(
      /cut off/,
    );
    expect(() => edit(`\`\`\`\n${cut}\n\`\`\`\n`)).toThrow(/cut off/);
  });

  it("puts new lines alone at the end of the file", () => {
    expect(
      showEdit(edit(wrap("*** Update File: src/a.py\n@@\n+x\n@@\n-    two\n+    2\n"))),
    ).toEqual(["~lines", "-    two", "+    2", "~lines end", "+x"]);
    expect(showEdit(edit(wrap("*** Update File: src/a.py\n@@     two\n+x\n")))[0]).toBe(
      "~lines end",
    );
    expect(showEdit(edit(wrap("*** Update File: src/a.py\n@@ class A:\n+x\n")))[0]).toBe(
      "~lines under class A:",
    );
  });

  it("puts them where numbers say that agree with each other", () => {
    const patch = (numbers: string): string => wrap(`*** Update File: src/a.py\n${numbers}\n+x\n`);
    expect(showEdit(edit(patch("@@ -2,0 +3 @@")))[0]).toBe("~lines at 3");
    expect(() => edit(patch("@@ -2,2 +2,3 @@"))).toThrow(
      /has only new lines, and its numbers do not fit/,
    );
  });

  it("does several things to one file in turn", () => {
    const add = "*** Add File: src/n.py\n+x\n+y\n";
    const change = "*** Update File: src/n.py\n@@\n x\n-y\n+z\n";
    expect(edit(wrap(add + change), "", "src/n.py")).toMatchObject({
      action: "create",
      finalNewline: true,
      segments: [{ lines: [{ text: "x" }, { text: "z" }] }],
    });
    expect(edit(wrap(`*** Delete File: src/n.py\n${add}`), "x\n", "src/n.py")).toMatchObject({
      action: "update",
    });
    expect(() => edit(wrap(add + change.replace("-y", "-w")), "", "src/n.py")).toThrow(
      /changes src\/n.py in several sections, and one of them has no unique place/,
    );
  });

  it("is a patch for a file that holds patches, where it names the file", () => {
    const held = "*** Begin Patch\n*** Delete File: b.txt\n*** End Patch\n";
    const at = { path: "docs/a.patch", source: held };
    const own = "*** Begin Patch\n*** Delete File: docs/a.patch\n*** End Patch\n";
    expect(readEdit(own, at).action).toBe("delete");
    expect(readEdit(held.replace("b.txt", "c.txt"), at).format).toBe("whole");
  });
});
