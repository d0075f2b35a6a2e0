/**
 * Edits in which code is left out in every way, applied by the engine: npm run soak:guard [-- count seed].
 * Of every answer: is each declaration of the file still there, or does the edit account for it? Prints the counts by
 * kind and the first answers that lost one without a word. Exits 1 if there is one.
 */
import { RedraftError } from "../src/core/errors.ts";
import { createRedraft } from "../src/redraft/create-redraft.ts";
import { generateEdit, generateFile, isNamed, textOf } from "../test/guard/generate.ts";
import { randomOf } from "../test/merge/generate.ts";

const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 1);
const redraft = createRedraft();
const table: Record<
  string,
  { applied: number; guarded: number; refused: number; gone: number; lost: number }
> = {};
const shown = 5;
let lost = 0;
for (let index = 0; index < count; index++) {
  const random = randomOf(seed * 1_000_003 + index);
  const file = generateFile(random);
  const edit = generateEdit(file, random);
  const source = textOf(file);
  table[edit.kind] ??= { applied: 0, guarded: 0, refused: 0, gone: 0, lost: 0 };
  const row = table[edit.kind]!;
  const result = await redraft
    .apply({ path: file.path, source, edit: edit.text, format: edit.format })
    .catch((error: unknown) => {
      if (!RedraftError.is(error)) throw error;
      row[error.code === "check-failed" ? "guarded" : "refused"] += 1;
      return undefined;
    });
  if (!result || result.text === null) continue;
  row.applied += 1;
  const text = result.text;
  for (const part of file.parts) {
    if (new RegExp(`\\b${part.name}\\b`).test(text)) continue;
    row.gone += 1;
    if (isNamed(file, part, text, edit)) continue;
    row.lost += 1;
    if (lost++ < shown) {
      process.stdout.write(
        `edit ${index} (${edit.kind}) loses ${part.name}\n--- ${file.path}\n${source}--- edit\n${edit.text}--- result\n${text}\n`,
      );
    }
  }
  if ((index + 1) % 20_000 === 0)
    process.stdout.write(`${index + 1} edits: ${lost} declarations lost\n`);
}
for (const [kind, row] of Object.entries(table)) {
  process.stdout.write(
    `${kind}: ${row.applied} applied, ${row.refused} refused by the merge, ${row.guarded} by a check; ${row.gone} gone, ${row.lost} lost\n`,
  );
}
process.exitCode = lost > 0 ? 1 : 0;
