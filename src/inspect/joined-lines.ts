import { type Band, lineKinds, type MergePicture } from "./picture.ts";

/** The three sides of a picture. */
export type PaneName = "file" | "result" | "edit";

/** The lines of the file, the result and the edit that belong to one line; -1 = none. */
export function joinedLines(
  drawn: MergePicture,
  side: PaneName,
  line: number,
): Readonly<Record<PaneName, number>> {
  if (side === "result") {
    return { file: drawn.resultFile[line] ?? -1, result: line, edit: drawn.resultEdit[line] ?? -1 };
  }
  if (side === "file") {
    const kept = drawn.resultFile.indexOf(line);
    const moved = drawn.fromFile.find(({ kind, from }) => kind === "moved" && from[0] === line);
    const result = kept >= 0 ? kept : (moved?.to[0] ?? -1);
    const edit = result >= 0 ? drawn.resultEdit[result]! : drawn.editFile.indexOf(line);
    return { file: line, result, edit };
  }
  const result = drawn.resultEdit.indexOf(line);
  const file = result >= 0 ? drawn.resultFile[result]! : -1;
  return { file: file >= 0 ? file : (drawn.editFile[line] ?? -1), result, edit: line };
}

/** Where a line comes from and what became of it, in words. */
export function originOf(drawn: MergePicture, side: PaneName, line: number): string {
  const code = drawn[side][line];
  if (code === undefined) return "";
  const joined = joinedLines(drawn, side, line);
  const parts = [`${side[0]!.toUpperCase()}${side.slice(1)} line ${line + 1}: ${lineKinds[code]}`];
  for (const other of ["file", "edit", "result"] as const) {
    if (other !== side && joined[other] >= 0)
      parts.push(`line ${joined[other] + 1} of the ${other}`);
  }
  if (side === "file") parts.push(`because: ${drawn.reasons[drawn.why[line]!] ?? ""}`);
  return parts.join(", ");
}

/** The line of the other side that is beside a line (fractions included), by the bands in between. */
export function lineBeside(bands: readonly Band[], side: "from" | "to", line: number): number {
  const other = side === "from" ? "to" : "from";
  let best: Band | undefined;
  for (const band of bands) {
    if (band.kind === "moved") continue;
    if (band[side][0] > line) break;
    best = band;
  }
  if (best === undefined) return line;
  const [start, end] = best[side];
  const [first, last] = best[other];
  const share = end === start ? 0 : Math.min(1, (line - start) / (end - start));
  return first + share * (last - first);
}
