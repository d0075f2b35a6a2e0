/**
 * Records what an apply model writes for the regions of recorded edits, for scripts/describe-drafts.ts:
 *
 *     node --import tsx scripts/record-apply.ts --model x.gguf --data cases.jsonl --out recorded.jsonl
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readRegions } from "../src/bench/decode/regions.ts";
import { generate } from "../src/bench/decode/run.ts";
import { llamaTarget } from "../src/engines/llama/target.ts";
import type { Recording } from "./draft-examples/recordings.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    out: { type: "string" },
    length: { type: "string", default: "1280" },
  },
});
const { model, data, out } = values;
if (model === undefined || data === undefined || out === undefined) {
  process.stderr.write("usage: record-apply --model <gguf> --data <cases> --out <jsonl>\n");
  process.exit(2);
}
const longest = Number(values.length);
const target = await llamaTarget({ model, contextSize: 2 * longest + 256 });
try {
  const [file, sketchMark, apply] = await target.tokenize("<|file|><|sketch|><|apply|>", {
    special: true,
  });
  const pieces: string[] = [];
  for (let token = 0; token < target.capabilities.vocabSize; token++) {
    pieces.push(Buffer.from(await target.detokenize([token])).toString());
  }
  const lines = [JSON.stringify({ pieces })];
  for (const region of readRegions(data, Math.floor(longest / 16))) {
    const source = [...(await target.tokenize(region.original))];
    const sketch = [...(await target.tokenize(region.sketch))];
    const prompt = [file!, ...source, sketchMark!, ...sketch, apply!];
    const expected = region.expected ? [...(await target.tokenize(region.expected))] : [];
    if (prompt.length + Math.max(expected.length, source.length) > longest) continue;
    const request = { prompt, source, sketch };
    const asked = { request, maxTokens: longest, fenced: false };
    const run = await generate(target, asked, { clock: "wall" });
    const output =
      run.finish === "end" ? [...run.output, target.info.endTokens[0]!] : [...run.output];
    const { task } = region;
    lines.push(
      JSON.stringify({ task, prompt, source, sketch, expected, output } satisfies Recording),
    );
  }
  writeFileSync(out, `${lines.join("\n")}\n`);
} finally {
  await target.dispose();
}
