import { lineTexts } from "../../../text/lines.ts";
import type { ApplyPair, ApplySketch } from "../cases.ts";

/** A function or class that a case changes. */
export interface EditedSymbol {
  /** Of the case. */
  readonly id: string;
  readonly symbol: string;
  /** Lines of the symbol before the edit. */
  readonly lines: number;
  /** The symbol with markers inside it, from its first line to its last. */
  readonly sketch: string;
}

/** One symbol without a marker around it: with markers inside it (S5), and whole (S6). */
export function symbolSketches(
  pairs: ReadonlyMap<string, ApplyPair>,
  symbols: readonly EditedSymbol[],
): ApplySketch[] {
  return symbols.flatMap((symbol) => {
    const pair = pairs.get(symbol.id);
    if (pair === undefined) return [];
    const { id, sketch } = symbol;
    const own = { case: id, format: "lazy", noise: [] };
    const whole = wholeSymbol(pair, symbol);
    return [
      { ...own, id: `${id}#S5`, style: "S5", sketch },
      ...(whole === undefined ? [] : [{ ...own, id: `${id}#S6`, style: "S6", sketch: whole }]),
    ];
  });
}

/** The symbol's text after the edit. Undefined where a part of the edit is above it, or its end is not where it should be. */
function wholeSymbol(pair: ApplyPair, { sketch, lines }: EditedSymbol): string | undefined {
  const before = lineTexts(pair.before);
  const after = lineTexts(pair.after);
  const shown = lineTexts(sketch).filter((line) => line !== "");
  const grown = lines + after.length - before.length;
  const same = after.findIndex((line, i) => line !== before[i]);
  const unchanged = same < 0 ? after.length : same;
  const start = after.findIndex(
    (line, i) => i <= unchanged && line === shown[0] && after[i + grown - 1] === shown.at(-1),
  );
  return start < 0 ? undefined : `${after.slice(start, start + grown).join("\n")}\n`;
}
