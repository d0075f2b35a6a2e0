/** The `editFile` tool for the AI SDK. A real program passes it to `generateText` as one of its `tools`. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { editFileTool } from "redraft-edit/ai";

const root = await mkdtemp(join(tmpdir(), "redraft-example-"));
await writeFile(join(root, "a.ts"), "export const a = 1;\n");
const editFile = editFileTool({ roots: [root] });
await editFile.execute!(
  { path: "a.ts", old_string: "a = 1", new_string: "a = 2" },
  { toolCallId: "1", messages: [] },
);
assert.equal(await readFile(join(root, "a.ts"), "utf8"), "export const a = 2;\n");
await rm(root, { recursive: true });
