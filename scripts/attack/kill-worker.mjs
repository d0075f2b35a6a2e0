/**
 * Turns the files of a folder over and over between two states until it is killed, each turn one transaction.
 * argv: where the code is (src or dist), its extension, the folder, the state folder, after how many turns to end,
 * and at which of the calls that change something to kill itself (a number with a half: after the call).
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [base, extension, folder, home, turns, aim] = process.argv.slice(2);
const load = (name) => import(`${pathToFileURL(base)}/workspace/${name}.${extension}`);
const { writeChanges } = await load("write");
const { readTextFile } = await load("text-file");
const { openJournal } = await load("journal/journal");
const states = JSON.parse(readFileSync(`${home}.states.json`, "utf8"));
const { disk } = await load("disk");
const journal = openJournal({ folder, home });
let calls = 0;
const aimed = (call) =>
  aim === undefined
    ? call
    : async (...args) => {
        const own = calls++;
        if (own === Number(aim)) process.kill(process.pid, "SIGKILL");
        const answer = await call(...args);
        if (own + 0.5 === Number(aim)) process.kill(process.pid, "SIGKILL");
        return answer;
      };
const fs = { ...disk };
for (const name of ["rename", "link", "unlink"]) fs[name] = aimed(disk[name]);
const begin = aimed(journal.begin);
journal.begin = async (plan) => {
  const open = await begin(plan);
  return open && { ...open, commit: aimed(open.commit), finish: aimed(open.finish) };
};
await journal.recover();
process.stdout.write("ready\n");
const isFirst = async () => {
  for (const [path, text] of Object.entries(states.a)) {
    const now = await readTextFile(`${folder}/${path}`);
    if (!now.exists || now.text !== text) return false;
  }
  return true;
};
for (let turn = 0; turn < Number(turns || Infinity); turn++) {
  const [from, to, moves] = (await isFirst())
    ? [states.a, states.b, states.moves]
    : [states.b, states.a, states.moves.map(([a, b]) => [b, a])];
  const goals = new Map(moves);
  const isGoal = new Set(goals.values());
  const changes = [];
  for (const path of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (isGoal.has(path)) continue;
    const goal = goals.get(path);
    changes.push({
      before: await readTextFile(`${folder}/${path}`),
      text: to[goal ?? path] ?? null,
      ...(goal === undefined ? {} : { moveTo: `${folder}/${goal}` }),
    });
  }
  await writeChanges(changes, { journal, fs });
}
