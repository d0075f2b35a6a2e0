/** A seeded choice. */
export interface Chooser {
  below(most: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

export function chooser(from: number): Chooser {
  let seed = from;
  const below = (most: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * most);
  };
  return { below, pick: (items) => items[below(items.length)]! };
}

/** A program with a loop at a line, from 1. */
export interface LoopProgram {
  readonly text: string;
  readonly line: number;
}

const mark = "@@";

/** The text without its mark, and the line that has it. */
export function marked(text: string): LoopProgram {
  const line = text.split("\n").findIndex((one) => one.includes(mark)) + 1;
  return { text: text.replace(mark, ""), line };
}
