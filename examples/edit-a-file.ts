/** Edits a file on the disk: its encoding and line ends stay, and a file that changed meanwhile is not lost. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRedraft, updateFile } from "redraft-edit";

const folder = await mkdtemp(join(tmpdir(), "redraft-example-"));
const path = join(folder, "settings.ini");
await writeFile(path, "[a]\r\nsize = 1\r\n[b]\r\nsize = 1\r\n");

const redraft = createRedraft();
const edit = "[b]\nsize = 2\n";
const updated = await updateFile(path, ({ text }) =>
  redraft.apply({ path, source: text, edit: `# ... existing code ...\n${edit}` }),
);
assert.equal(updated.written, true);
assert.equal(await readFile(path, "utf8"), "[a]\r\nsize = 1\r\n[b]\r\nsize = 2\r\n");
await redraft.dispose();
await rm(folder, { recursive: true });
