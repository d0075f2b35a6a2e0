import type { LineRange } from "../../core/merge.ts";
import type { Built } from "../proof/build.ts";

export const size = ({ start, end }: LineRange): number => end - start;

export const contains = (wide: LineRange, narrow: LineRange): boolean =>
  wide.start <= narrow.start && wide.end >= narrow.end;

/** What became of a line of the edit. */
export const fateOf = (built: Built, editLine: number): string => built.proof.edit[editLine]!.fate;

/** The one block whose range differs between two placements; undefined where none or several do. */
export function onlyDifference(
  one: readonly LineRange[],
  other: readonly LineRange[],
): number | undefined {
  const differing = one.flatMap((range, k) =>
    range.start === other[k]!.start && range.end === other[k]!.end ? [] : [k],
  );
  return differing.length === 1 ? differing[0] : undefined;
}
