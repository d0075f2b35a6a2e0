import { createRedraft } from "../../src/engine.ts";
import { updateFile } from "../../src/workspace/update.ts";

/** Makes `edits` edits of one shared file, each a search/replace block in this process's own lines. */
const [path, name, edits] = process.argv.slice(2) as [string, string, string];
const redraft = createRedraft();
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
for (let index = 0; index < Number(edits); index++) {
  const line = `${name} line ${index}`;
  const edit = `<<<<<<< SEARCH\n${line}: open\n=======\n${line}: done\n>>>>>>> REPLACE\n`;
  await updateFile(path, ({ text }) => redraft.apply({ path, source: text, edit }));
}
process.exit(0);
