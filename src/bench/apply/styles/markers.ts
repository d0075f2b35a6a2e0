import { isBlank } from "../../../text/words.ts";
import type { ApplySketch } from "../cases.ts";

const markerOpeners = ["//", "#", "/*", "<!--", "--", "{/*", ";", "%"];

/** Whether a line of a sketch is a comment with an ellipsis, or an ellipsis with words. */
export function isMarkerLine(line: string): boolean {
  const text = line.trim();
  // `...args` is code.
  if (text.startsWith("...")) return /^\.\.\. [a-z]/i.test(text);
  return text.includes("...") && markerOpeners.some((opener) => text.startsWith(opener));
}

/** The sketch with a blank line after every marker and, on request, before it; none where a blank line or the edge is already. */
export function withBlankLines(sketch: string, sides: "after" | "around"): string {
  const lines = sketch.split("\n");
  const spaced: string[] = [];
  lines.forEach((line, i) => {
    const marker = isMarkerLine(line);
    const previous = spaced.at(-1);
    if (marker && sides === "around" && previous !== undefined && !isBlank(previous))
      spaced.push("");
    spaced.push(line);
    if (marker && i + 1 < lines.length && !isBlank(lines[i + 1]!)) spaced.push("");
  });
  return spaced.join("\n");
}

/** S1v, S2v, S3v: blank lines after the markers; S1w, S2w, S3w: around them. Sketches that this does not change are left out. */
export function spacedSketches(sketches: readonly ApplySketch[]): ApplySketch[] {
  return sketches.flatMap((one) => {
    if (!["S1", "S2", "S3"].includes(one.style) || one.sketch === undefined) return [];
    const text = one.sketch;
    const forms = [
      { tag: "v", sketch: withBlankLines(text, "after") },
      { tag: "w", sketch: withBlankLines(text, "around") },
    ];
    return forms
      .filter(({ sketch }) => sketch !== text)
      .map(({ tag, sketch }) => ({
        ...one,
        id: `${one.id}${tag}`,
        style: `${one.style}${tag}`,
        sketch,
      }));
  });
}
