import { describe, expect, it } from "vitest";
import { splitPatch } from "./patches.ts";

const envelope = `*** Begin Patch
*** Update File: src/a.ts
@@ function a
 x
-y
+z
*** Add File: b.ts
+new
*** Update File: c.ts
*** Move to: d.ts
@@
-1
+2
*** Delete File: e.ts
*** End Patch
`;

const unified = `diff --git a/src/a.ts b/src/a.ts
index 1..2 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -1,2 +1,2 @@
 x
--- y
+++ z
diff --git a/b.ts b/b.ts
new file mode 100644
--- /dev/null
+++ b/b.ts
@@ -0,0 +1 @@
+new
--- a/e.ts
+++ /dev/null
@@ -1 +0,0 @@
-gone
`;

describe("splitPatch", () => {
  it("cuts the Begin Patch form at its files", () => {
    const parts = splitPatch(envelope);
    expect(parts.map(({ path, action, moveTo }) => [path, action, moveTo])).toEqual([
      ["src/a.ts", "update", undefined],
      ["b.ts", "create", undefined],
      ["c.ts", "move", "d.ts"],
      ["e.ts", "delete", undefined],
    ]);
    expect(parts[0]!.text).toBe(
      "*** Begin Patch\n*** Update File: src/a.ts\n@@ function a\n x\n-y\n+z\n*** End Patch\n",
    );
  });

  it("cuts unified diffs and is not misled by lines that look like headers", () => {
    const parts = splitPatch(unified);
    expect(parts.map(({ path, action }) => [path, action])).toEqual([
      ["src/a.ts", "update"],
      ["b.ts", "create"],
      ["e.ts", "delete"],
    ]);
    expect(parts[0]!.text).toContain("--- y\n+++ z");
    expect(parts[1]!.text.startsWith("diff --git a/b.ts")).toBe(true);
  });

  it("reads a patch inside a fence and with CRLF", () => {
    const fenced = `\`\`\`diff\r\n${envelope.replaceAll("\n", "\r\n")}\`\`\`\r\n`;
    expect(splitPatch(fenced)).toEqual(splitPatch(envelope));
  });

  it("says what to send when no file is named", () => {
    expect(() => splitPatch("@@ -1 +1 @@\n-a\n+b\n")).toThrow(/names no file/);
  });

  it("reads every escape that git writes in a quoted path", () => {
    const side = (letter: string): string => `"${letter}/bell\\a, tab\\t.ts"`;
    const diff = `--- ${side("a")}\n+++ ${side("b")}\n@@ -1 +1 @@\n-x\n+y\n`;
    expect(splitPatch(diff).map(({ path }) => path)).toEqual(["bell\x07, tab\t.ts"]);
  });

  it("takes the files of a git diff that have no hunks, each by itself", () => {
    const parts = splitPatch(
      [
        "diff --git a/old.ts b/new.ts",
        "similarity index 100%",
        "rename from old.ts",
        "rename to new.ts",
        "diff --git a/a.ts b/a.ts",
        "index 1..2 100644",
        "--- a/a.ts",
        "+++ b/a.ts",
        "@@ -1 +1 @@",
        "-x",
        "+y",
        "diff --git a/empty.ts b/empty.ts",
        "new file mode 100644",
        "index 0000000..e69de29",
        'diff --git "a/gr\\303\\266.ts" "b/gr\\303\\266.ts"',
        "deleted file mode 100644",
        "index e69de29..0000000",
        "",
      ].join("\n"),
    );
    expect(parts.map(({ path, action, moveTo }) => [path, action, moveTo])).toEqual([
      ["old.ts", "move", "new.ts"],
      ["a.ts", "update", undefined],
      ["empty.ts", "create", undefined],
      ["grö.ts", "delete", undefined],
    ]);
    expect(parts[1]!.text).not.toContain("rename");
  });

  it.each([
    ["diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", /changes the permissions/],
    ["diff --git a/x b/x\nindex 1..2\nBinary files a/x and b/x differ\n", /is no text/],
  ])("refuses what cannot be done with a text: %j", (patch, message) => {
    expect(() => splitPatch(patch)).toThrow(message);
  });
});
