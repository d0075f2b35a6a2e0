import type { Origin } from "../../core/target.ts";
import type { Run } from "./run.ts";

const colours: Readonly<Record<Origin, string>> = {
  source: "#4c78a8",
  sketch: "#f58518",
  prompt: "#72b7b2",
  suffix: "#54a24b",
  "draft-model": "#b279a2",
  target: "#e45756",
};

const rowHeight = 14;
const characterWidth = 6;
const left = 64;
const top = 40;
const longestLine = 110;

/**
 * One edit as a picture: its lines from top to bottom, every stretch in the colour of where it came from, a bar
 * where a pass begins, and in the margin the passes that wrote the line.
 */
export function timelineSvg(title: string, run: Run): string {
  const shapes: string[] = [];
  let line = 0;
  let column = 0;
  let widest = 40;
  const margins: string[] = [];
  const noted = new Set<string>();
  const draw = (text: string, colour: string): void => {
    for (const part of text.split(/(\n)/)) {
      if (part === "\n") {
        line++;
        column = 0;
      } else if (part !== "" && column < longestLine) {
        const shown = part.slice(0, longestLine - column);
        const x = left + column * characterWidth;
        const y = top + line * rowHeight;
        shapes.push(
          `<rect x="${x}" y="${y}" width="${shown.length * characterWidth}" height="${rowHeight - 2}" fill="${colour}" fill-opacity="0.3"/>`,
          `<text x="${x}" y="${y + 9}" textLength="${shown.length * characterWidth}" xml:space="preserve">${escaped(shown)}</text>`,
        );
        column += part.length;
        widest = Math.max(widest, Math.min(column, longestLine));
      } else column += part.length;
    }
  };
  run.passes.forEach((pass, number) => {
    const x = left + Math.min(column, longestLine) * characterWidth;
    const y = top + line * rowHeight;
    shapes.push(`<rect x="${x - 1}" y="${y - 1}" width="2" height="${rowHeight}" fill="#333"/>`);
    if (!noted.has(`${line}`)) {
      noted.add(`${line}`);
      margins.push(`<text x="4" y="${y + 9}" fill="#777">pass ${number + 1}</text>`);
    }
    for (const [text, origin] of stretches(pass)) draw(text, colours[origin]);
  });
  const width = left + widest * characterWidth + 20;
  const height = top + (line + 2) * rowHeight;
  const legend = Object.entries(colours)
    .map(
      ([name, colour], i) =>
        `<rect x="${left + i * 92}" y="20" width="10" height="10" fill="${colour}" fill-opacity="0.5"/><text x="${left + 14 + i * 92}" y="29">${name}</text>`,
    )
    .join("");
  const heading = `${escaped(title)}: ${run.output.length} tokens in ${run.passes.length} passes`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="monospace" font-size="10"><rect width="100%" height="100%" fill="#fff"/><text x="4" y="12" font-weight="bold">${heading}</text>${legend}${margins.join("")}${shapes.join("")}</svg>\n`;
}

/** Text of a pass by origin: accepted tokens share one, the last token is the target's own. */
function stretches({ text, origins, pieces }: Run["passes"][number]): [string, Origin][] {
  if (pieces === undefined) return [[text, origins[0] ?? "target"]];
  return pieces.map((piece, i) => [piece, origins[i] ?? "target"]);
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[char]!);
}
