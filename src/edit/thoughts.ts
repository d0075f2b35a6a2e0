/** Names of the elements in which reasoning models write before they answer. */
const thought =
  /^(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion)?|scratchpad|analysis|planning)$/i;

/**
 * How many lines at the start of an edit are a model's thoughts: `<think>` ... `</think>`, or all up to a `</think>`
 * whose opening tag was part of the prompt. What the file itself holds is text. -1 = they never end.
 */
export function thoughtLines(
  lines: readonly string[],
  inSource: (line: string) => boolean,
): number {
  const first = lines.findIndex((line) => line.trim() !== "");
  const text = lines[first]?.trim() ?? "";
  const name = /^<([a-z]+)>/i.exec(text)?.[1];
  if (name !== undefined && thought.test(name) && !inSource(text)) {
    const end = lines.findIndex((line) => line.includes(`</${name}>`));
    return end === -1 ? -1 : end + 1;
  }
  const alone = lines.findIndex((line) =>
    thought.test(/^\s*<\/([a-z]+)>\s*$/i.exec(line)?.[1] ?? ""),
  );
  if (alone === -1 || inSource(lines[alone]!)) return 0;
  const opened = lines
    .slice(0, alone)
    .some(
      (line) =>
        /^\s*<[a-z]+>/i.test(line) && line.trim().slice(1) === lines[alone]!.trim().slice(2),
    );
  return opened ? 0 : alone + 1;
}
