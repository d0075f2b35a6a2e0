/**
 * Makes edits of one shared file, each a search/replace block in this process's own lines: as `redraft apply` and
 * `redraft patch` make them, in turn. Prints how many were refused as stale.
 * argv: where the code is (src or dist), its extension, the folder, the name of this process, how many edits, the state folder.
 */
import { pathToFileURL } from "node:url";

const [base, extension, folder, name, edits, home] = process.argv.slice(2);
const load = (module) => import(`${pathToFileURL(base)}/${module}.${extension}`);
const { RedraftError } = await load("core/errors");
const { createRedraft } = await load("redraft/create-redraft");
const { applyAll } = await load("workspace/apply-all");
const { openJournal } = await load("workspace/journal/journal");
const { updateFile } = await load("workspace/update");

const redraft = createRedraft();
const journal = openJournal({ folder, home });
const path = `${folder}/file.txt`;
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
let stale = 0;
for (let index = 0; index < Number(edits); index++) {
  const line = `${name} line ${index}`;
  const edit = `<<<<<<< SEARCH\n${line}: open\n=======\n${line}: done\n>>>>>>> REPLACE\n`;
  try {
    // A process that waits for 7 others, on a machine that does other things too, may wait long.
    const patience = 300_000;
    if (index % 2 === 0) {
      const apply = ({ text }) => redraft.apply({ path, source: text, edit });
      await updateFile(path, apply, { journal, patience });
    } else {
      await applyAll([{ path, edit }], { redraft, roots: [folder], journal, patience });
    }
  } catch (error) {
    if (!RedraftError.is(error) || error.code !== "stale-file") throw error;
    stale += 1;
  }
}
process.stdout.write(`stale ${stale}\n`, () => process.exit(0));
