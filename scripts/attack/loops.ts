/**
 * Gives the loops of random programs every form that they can get, and runs each before and after: `node --import tsx
 * scripts/attack/loops.ts [seed] [programs of each language]`. Exits 1 where a result does something else.
 */
import { RedraftError } from "../../src/core/errors.ts";
import { type LoopPlan, planLoops } from "../../src/orchestrate/loops/loop.ts";
import type { LoopForm } from "../../src/orchestrate/loops/request.ts";
import { memoryView } from "../../test/support/memory-repository.ts";
import { pythonProgram, samePython } from "./loops/python.ts";
import { chooser, type LoopProgram } from "./loops/random.ts";
import { sameScript, scriptProgram } from "./loops/script.ts";

const [seed = "1", programs = "200"] = process.argv.slice(2);
const choose = chooser(Number(seed));
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function plansOf(path: string, { text, line }: LoopProgram): Promise<LoopPlan[]> {
  const view = await memoryView({ [path]: text });
  const found = new Map<LoopForm, LoopPlan>();
  const forms: readonly (LoopForm | undefined)[] = path.endsWith("js")
    ? [undefined, "index", "flat-map"]
    : [undefined];
  for (const to of forms) {
    const made = await planLoops(view, { path, line, to }).catch((error: unknown) => {
      if (!RedraftError.is(error)) throw error;
      return [];
    });
    for (const one of made) found.set(one.form, one);
  }
  return [...found.values()];
}

const counts = new Map<string, number>();
let refused = 0;
const python: LoopPlan[] = [];
const wrong: LoopPlan[] = [];
for (let at = 0; at < Number(programs); at += 1) {
  const [one, other] = [
    await plansOf("a.py", pythonProgram(choose)),
    await plansOf("a.js", scriptProgram(choose)),
  ];
  refused += Number(one.length === 0) + Number(other.length === 0);
  python.push(...one);
  wrong.push(...other.filter(({ before, after }) => !sameScript(before, after)));
  for (const { path, form } of [...one, ...other])
    counts.set(`${path} ${form}`, (counts.get(`${path} ${form}`) ?? 0) + 1);
}
const isSame = samePython(python.map(({ before, after }) => [before, after]));
wrong.push(...python.filter((_, at) => !isSame[at]));
for (const { form, before, after } of wrong.slice(0, 5))
  print(`${form}\n${before}\n---\n${after}\n`);
print(JSON.stringify({ programs: 2 * Number(programs), refused, wrong: wrong.length }));
print(JSON.stringify(Object.fromEntries(counts)));
process.exitCode = wrong.length > 0 ? 1 : 0;
