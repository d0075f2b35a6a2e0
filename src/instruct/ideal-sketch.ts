import { structuredPatch } from "diff";
import { markerFor } from "./prompt.ts";

/**
 * The sketch that a careful model would have written for a change: each hunk with two lines around it, markers for
 * the rest. Gives the cost of the sketch route for a file that was rewritten.
 */
export function idealSketch(path: string, before: string, after: string): string {
  const marker = markerFor(path);
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 2 });
  const parts: string[] = [];
  let next = 1;
  for (const hunk of hunks) {
    if (hunk.newStart > next) parts.push(marker);
    for (const line of hunk.lines) if (/^[ +]/.test(line)) parts.push(line.slice(1));
    next = hunk.newStart + hunk.newLines;
  }
  const total = after.split("\n").length - (after.endsWith("\n") ? 1 : 0);
  if (next <= total) parts.push(marker);
  return `${parts.join("\n")}\n`;
}
