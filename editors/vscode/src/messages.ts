/** What a notification has room for. */
const longest = 300;

export interface ShownRefusal {
  /** For a notification: the first lines, in one. */
  readonly short: string;
  /** The whole message, where it has more. */
  readonly full: string | undefined;
}

/** A refusal says what, where and what to do, over several lines: a notification shows one. */
export function shownRefusal(message: string): ShownRefusal {
  const full = message.trim();
  const line = full.replace(/\s*[\r\n]+\s*/gu, " ");
  if (line.length <= longest) return { short: line, full: line === full ? undefined : full };
  const cut = line.slice(0, longest);
  return { short: `${cut.slice(0, Math.max(cut.lastIndexOf(" "), 1))} ...`, full };
}

/** The hunks of a unified diff without its header: the document is known already. */
export function hunksOfDiff(diff: string): string {
  const at = diff.search(/^@@/mu);
  return at < 0 ? "" : diff.slice(at);
}

export const counted = (count: number, one: string): string =>
  `${count} ${one}${count === 1 ? "" : "s"}`;
