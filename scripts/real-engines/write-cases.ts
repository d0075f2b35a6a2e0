/**
 * Writes what a model is asked, one JSON object a line, with what the merge makes of the edit:
 *
 *     node --import tsx scripts/real-engines/write-cases.ts regions <apply data> <out.jsonl> [count]
 *     node --import tsx scripts/real-engines/write-cases.ts canitedit <traces>/canitedit.jsonl <out.jsonl> [count]
 *     node --import tsx scripts/real-engines/write-cases.ts files <traces>/file.jsonl <out.jsonl> [count]
 *
 * `files` takes the shortest files first, at most two edits of each.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { chatQuestion } from "../../src/bench/decode/question.ts";
import { readRegions } from "../../src/bench/decode/regions.ts";
import { RedraftError } from "../../src/core/errors.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";

/** A region's longest text, in lines: what the 6 M model was trained on. */
const regionLines = 60;

interface EngineCase {
  readonly id: string;
  readonly kind: "region" | "chat";
  readonly source: string;
  readonly sketch: string;
  readonly question?: string;
  /** Whole texts that the merge finds possible, the likeliest first; one where it is proved. */
  readonly candidates: readonly string[];
  readonly proved: boolean;
}

const [kind, data, out, count = "60"] = process.argv.slice(2);
if (data === undefined || out === undefined || !["regions", "canitedit", "files"].includes(kind!)) {
  process.stderr.write(
    "usage: write-cases.ts regions|canitedit|files <data> <out.jsonl> [count]\n",
  );
  process.exit(2);
}

const redraft = createRedraft({});

async function merged(
  path: string,
  source: string,
  edit: string,
): Promise<Pick<EngineCase, "candidates" | "proved">> {
  try {
    const { text } = await redraft.apply({ path, source, edit });
    return text === null ? { candidates: [], proved: false } : { candidates: [text], proved: true };
  } catch (error) {
    const found = error instanceof RedraftError ? error.details.candidates : undefined;
    return { candidates: Array.isArray(found) ? (found as string[]) : [], proved: false };
  }
}

function shortest(rows: readonly Record<string, string>[]): Record<string, string>[] {
  const taken = new Map<string, number>();
  return rows
    .toSorted((a, b) => a.original!.length - b.original!.length)
    .filter(({ original }) => {
      const count = (taken.get(original!) ?? 0) + 1;
      taken.set(original!, count);
      return count <= 2;
    });
}

const cases: EngineCase[] = [];
const limit = Number(count);
if (kind === "regions") {
  for (const { id, original, sketch } of readRegions(data, regionLines)) {
    if (cases.length === limit) break;
    const path = sketch.includes("# ... existing") ? "region.py" : "region.ts";
    const made = await merged(path, original, sketch);
    cases.push({ id, kind: "region", source: original, sketch, ...made });
  }
} else {
  const lines = readFileSync(data, "utf8").trim().split("\n");
  const rows = lines.map((line) => JSON.parse(line) as Record<string, string>);
  const chosen = kind === "files" ? shortest(rows) : rows;
  for (const { id, instruction, original, sketch } of chosen.slice(0, limit)) {
    const made = await merged("edit.py", original!, sketch!);
    const question = chatQuestion(instruction!, original!);
    cases.push({ id: id!, kind: "chat", source: original!, sketch: sketch!, question, ...made });
  }
}
writeFileSync(out, cases.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
const proved = cases.filter((entry) => entry.proved).length;
process.stdout.write(`${cases.length} cases, ${proved} with one result of the merge\n`);
