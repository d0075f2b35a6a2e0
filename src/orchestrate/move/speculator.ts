import type { Speculator } from "../speculator.ts";
import { readMove } from "./instruction.ts";
import { planMove } from "./plan-move.ts";

/** Moves files, and has imports follow. Deterministic: its one candidate is proved, or it refuses. */
export const moveSpeculator: Speculator = {
  name: "move",
  recognise: ({ move, instruction }) =>
    move
      ? { confidence: 1, why: "the request names the old and the new path" }
      : readMove(instruction ?? ""),
  async *speculate({ move, instruction }, { index, parserFor }) {
    const asked = move ?? readMove(instruction ?? "")?.asked;
    if (!asked) return;
    const { files, ...details } = await planMove(asked, index, parserFor);
    const { moves, imports, notes } = details;
    const [{ from, to }] = asked.moves as [(typeof asked.moves)[number]];
    const others = asked.moves.length - 1;
    const what = `${from} -> ${to}${others > 0 ? ` and ${others} more` : ""}`;
    yield {
      by: "move",
      title: `${what}: ${withNumber(moves.length, "file")} moved, ${withNumber(imports, "import")} rewritten`,
      why: "every import leads to the file that it led to before",
      confidence: 1,
      files,
      notes,
      details,
    };
  },
};

const withNumber = (count: number, what: string): string =>
  `${count} ${count === 1 ? what : `${what}s`}`;
