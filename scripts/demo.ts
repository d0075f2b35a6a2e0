import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Proof } from "../src/core/merge.ts";
import type { EditResult } from "../src/core/request.ts";
import { createRedraft } from "../src/redraft/create-redraft.ts";
import { updateFile } from "../src/workspace/update.ts";
import { showModelRoute } from "./demo-model.ts";
import { dim, heading, linesOf, paint, print, printDiff } from "./demo-print.ts";

/** Applies the edits in examples/edits to the file beside them, and shows what happened: `npm run demo`. */
const examples = fileURLToPath(new URL("../examples/edits/", import.meta.url));
const source = readFileSync(join(examples, "job-queue.ts"), "utf8");
const sketch = readFileSync(join(examples, "sketch.txt"), "utf8");
const redraft = createRedraft();
const request = { path: "job-queue.ts", source, edit: sketch };

const folder = mkdtempSync(join(tmpdir(), "redraft-demo-"));
try {
  const path = join(folder, "job-queue.ts");
  copyFileSync(join(examples, "job-queue.ts"), path);
  const { result } = await updateFile(path, ({ text }) =>
    redraft.apply({ ...request, source: text }),
  );
  if (readFileSync(path, "utf8") !== result.text)
    throw new Error("the file is not what was proved");
  showSketch();
  showDiff(result);
  showProof(result);
  await showSpeed();
  await showModelRoute({
    path: "queue.go",
    source: readFileSync(join(examples, "queue.go"), "utf8"),
    edit: readFileSync(join(examples, "left-out.diff"), "utf8"),
  });
  print(`\n${dim("Now your own:  npm run redraft -- apply <file> --edit <sketch> --dry-run")}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function showSketch(): void {
  heading(
    "SKETCH",
    "what a model writes: the changed lines, some around them, markers for the rest",
  );
  for (const line of linesOf(sketch)) {
    print(`  ${/\.\.\.|^```/.test(line.trim()) ? paint(36, line) : line}`);
  }
}

function showDiff(done: EditResult): void {
  heading("RESULT", `the whole file, ${linesOf(done.text!).length} lines; against the one before:`);
  printDiff(done.path, source, done.text!);
}

function showProof(done: EditResult): void {
  heading("PROOF", "every line of both sides is accounted for, and checked by a second routine");
  const proof = done.proof!;
  const count = (one: (fate: Proof["source"][number]) => boolean): number =>
    proof.source.filter(one).length;
  const matched = proof.edit.filter((line) => line.fate === "matched").length;
  const placed = proof.edit.filter((line) => line.fate === "placed").length;
  print(
    `  source  ${proof.source.length} lines: ${count((one) => one.fate === "kept")} kept, ` +
      `${count((one) => one.fate === "replaced")} replaced, ${count((one) => one.fate === "removed")} removed`,
  );
  print(`  sketch  ${proof.edit.length} lines: ${matched} found in the source, ${placed} new`);
  const rival = Number.isFinite(proof.runnerUp)
    ? `the best other text costs ${proof.runnerUp.toFixed(1)}, this one ${proof.cost.toFixed(1)}`
    : "no other text is possible";
  print(`  unique  ${rival}`);
  print(`  read    ${done.format.name}: ${done.format.why}`);
  for (const note of done.notes) print(`  note    ${note}`);
}

async function showSpeed(): Promise<void> {
  heading("SPEED", "no model, no network, one thread of this machine");
  const times: number[] = [];
  const until = performance.now() + 2_000;
  while (times.length < 50 || (performance.now() < until && times.length < 2_000)) {
    times.push((await redraft.apply(request)).ms);
  }
  times.sort((a, b) => a - b);
  const middle = times[times.length >> 1]!;
  print(
    `  ${paint(1, `${middle.toFixed(2)} ms`)} an edit (median of ${times.length} runs; the fastest ${times[0]!.toFixed(2)} ms)`,
  );
  print(`  ${Math.round(1_000 / middle).toLocaleString("en")} edits per second`);
}
