/** The editor behind the MCP server, used directly: paths inside roots, everything else refused. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRedraft } from "redraft-edit";
import { createFileEditor } from "redraft-edit/mcp";

const root = await mkdtemp(join(tmpdir(), "redraft-example-"));
await writeFile(join(root, "a.txt"), "one\ntwo\n");
const editor = createFileEditor({ redraft: createRedraft(), roots: [root] });

const { hash } = await editor.read({ path: "a.txt" });
const answer = await editor.edit({
  path: "a.txt",
  old_string: "two",
  new_string: "2",
  expected_hash: hash,
});
assert.equal(answer.diff, "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n");
assert.equal(await readFile(join(root, "a.txt"), "utf8"), "one\n2\n");
await assert.rejects(editor.read({ path: "../../etc/passwd" }), { code: "outside-root" });
await rm(root, { recursive: true });
