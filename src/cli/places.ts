/** Places that are shown; `--json` has all. */
const mostListed = 10;

/** Prints places under a title, the first ones of many. */
export function listPlaces(
  title: string,
  places: readonly { readonly path: string; readonly line: number; readonly text: string }[],
): void {
  if (places.length === 0) return;
  const lines = places
    .slice(0, mostListed)
    .map(({ path, line, text }) => `  ${path}:${line}: ${text}`);
  const rest = places.length > mostListed ? [`  and ${places.length - mostListed} more`] : [];
  process.stderr.write(`${[`${places.length} ${title}:`, ...lines, ...rest].join("\n")}\n`);
}
