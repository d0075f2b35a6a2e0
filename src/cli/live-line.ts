/** One line of a terminal that is drawn over, and lines above it that stay. */
export interface LiveLine {
  /** Shows a text in place of the last one, at most ten times a second. */
  show(text: string): void;
  /** Writes whole lines that stay, above the live line. */
  keep(text: string): void;
  /** Removes the live line. */
  clear(): void;
}

const intervalMs = 100;

/** @param columns width of the terminal, in characters */
export function liveLine(
  write: (text: string) => void,
  { columns = 80, now = () => performance.now() }: { columns?: number; now?: () => number } = {},
): LiveLine {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn) write("\r\u001b[K");
    isDrawn = false;
  };
  return {
    show(text) {
      const time = now();
      if (time - drawnAt < intervalMs) return;
      drawnAt = time;
      isDrawn = true;
      write(`\r${text.slice(0, Math.max(20, columns - 1))}\u001b[K`);
    },
    keep(text) {
      clear();
      write(text);
      drawnAt = Number.NEGATIVE_INFINITY;
    },
    clear,
  };
}
