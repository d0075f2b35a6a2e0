import type { Drafter, Token } from "../../core/target.ts";

/**
 * FastFixer's drafting as published (`greedy_search_with_wrong_code`): the whole original first; after a
 * divergence it waits for a new line, takes its first five tokens and drafts on from the first original line,
 * at or after a mark, that begins with them; without such a line it waits for the next one. The mark moves by
 * counting accepted tokens from the mark's own line, as in the code, not from the line that matched.
 */
export function fastFixerDrafter(isNewline: (token: Token) => boolean): Drafter {
  let source: readonly Token[] = [];
  let lines: { start: number; tokens: readonly Token[] }[] = [];
  let mark = 0;
  let mode: "start" | "line" | "head" = "start";
  let head: Token[] = [];

  function findLine(): number {
    return lines.findIndex(
      (line, i) =>
        i >= mark &&
        head.every((token, k) => line.tokens[k] === token) &&
        line.tokens.length >= head.length,
    );
  }

  return {
    name: "fastfixer",
    begin(request) {
      source = request.source ?? [];
      lines = [];
      for (let start = 0; start < source.length; ) {
        let end = start;
        while (end < source.length && !isNewline(source[end]!)) end++;
        lines.push({ start, tokens: source.slice(start, end + 1) });
        start = end + 1;
      }
      mark = 0;
      mode = "start";
      head = [];
    },
    draft(_state, budget) {
      const draft = (at: number) => [
        { tokens: source.slice(at, at + budget), drafter: "fastfixer", origin: "source" as const },
      ];
      if (mode === "start") return source.length > 0 ? draft(0) : [];
      if (mode !== "head" || head.length < 5) return [];
      const line = findLine();
      const at = line < 0 ? source.length : lines[line]!.start + 5;
      return at < source.length ? draft(at) : [];
    },
    accept({ committed, used, accepted }) {
      if (used !== undefined) {
        // Walks lines from the mark until their lengths cover the accepted tokens.
        for (let line = mark, sum = 0; accepted > 0 && line < lines.length; line++) {
          sum += lines[line]!.tokens.length;
          mark = line + 1;
          if (sum >= accepted) break;
        }
        mode = "line";
        head = [];
        const next = committed.at(-1)!;
        if (isNewline(next)) mode = "head";
        return;
      }
      for (const token of committed) {
        if (isNewline(token)) {
          mode = "head";
          head = [];
        } else if (mode === "head") {
          if (head.length >= 5) {
            mode = "line"; // five tokens were tried and began no line
            head = [];
          } else head.push(token);
        }
      }
      if (mode === "head" && head.length === 5 && findLine() < 0) {
        mode = "line";
        head = [];
      }
    },
  };
}
