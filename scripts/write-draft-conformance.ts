/** Writes python/redraft-vllm/conformance/drafts.json: what the copy drafter proposes for fixed requests. */
import { mkdirSync, writeFileSync } from "node:fs";
import {
  type ConformanceCase,
  conformanceInputs,
  draftSteps,
} from "../test/support/draft-conformance.ts";

const folder = new URL("../python/redraft-vllm/conformance/", import.meta.url);
const cases: ConformanceCase[] = [];
for (const input of conformanceInputs) cases.push({ ...input, steps: await draftSteps(input) });
mkdirSync(folder, { recursive: true });
const lines = cases.map((entry) => JSON.stringify(entry)).join(",\n");
writeFileSync(new URL("drafts.json", folder), `{"format": 1, "cases": [\n${lines}\n]}\n`);
