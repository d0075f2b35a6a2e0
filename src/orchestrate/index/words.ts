/** A name as the languages of this stage write it, private names of JavaScript included. */
const nameWord = /#?[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** Numbers for the words of a repository: every word is kept once, however many files have it. */
export interface WordIds {
  idOf(word: string): number | undefined;
  /** The numbers of the words of a text, each once, rising. */
  read(text: string): Uint32Array;
  /** Every word that some text had, in the order of their numbers. */
  words(): readonly string[];
}

export function createWordIds(): WordIds {
  const ids = new Map<string, number>();
  const words: string[] = [];
  return {
    idOf: (one) => ids.get(one),
    words: () => words,
    read(text) {
      const found = new Set<number>();
      for (const [one] of text.matchAll(nameWord)) {
        let id = ids.get(one);
        if (id === undefined) {
          // A slice of the text would keep the whole text in memory.
          const own = Buffer.from(one).toString();
          id = words.push(own) - 1;
          ids.set(own, id);
        }
        found.add(id);
      }
      return Uint32Array.from(found).sort();
    },
  };
}

/** Whether a rising list has a number. */
export function includesId(ids: Uint32Array, id: number): boolean {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id;
}
