/** A line as messages show it: trimmed, in quotes, and cut to 80 characters. */
export function quotedLine(line: string): string {
  const text = line.trim();
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
