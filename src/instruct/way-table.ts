import { type AssetExpectation, lazyAsset, modelAsset } from "../assets/asset.ts";
import type { Way } from "./request.ts";

/** What one way came to over the cases of a cell. */
export interface WayTally {
  readonly cases: number;
  /** Cases whose result passed its tests, or was the expected one. */
  readonly right: number;
  /** Tokens of all answers that the model had to find itself, one pass each: written and not drafted. */
  readonly own: number;
}

/** Requests that are alike. */
export interface WayCell {
  /** Lines of all files: at least `from`, fewer than `to` (null = any number). */
  readonly from: number;
  readonly to: number | null;
  readonly severalFiles: boolean;
  /** Whether the instruction names one declaration. */
  readonly named: boolean;
  readonly ways: Readonly<Partial<Record<Way, WayTally>>>;
}

/** What was measured of one model. */
export interface MeasuredModel {
  readonly model: string;
  readonly parameters: number;
  readonly cells: readonly WayCell[];
}

export interface WayTable {
  readonly models: readonly MeasuredModel[];
}

/** What decides between the ways. */
export interface WayFacts {
  readonly parameters: number;
  readonly lines: number;
  readonly severalFiles: boolean;
  readonly named: boolean;
}

export interface TableChoice {
  readonly way: Way;
  readonly why: string;
}

/** A cell with fewer cases of a way says nothing: then all cells of the model count, and below as many the way is not taken. */
const leastCases = 5;
/** A way may be this much less often right than the best one if it writes less. */
const tolerated = 0.01;

export const wayTableExpectation: AssetExpectation = {
  name: "ways",
  version: 1,
  features: { cell: ["lines", "severalFiles", "named"] },
};

/** The shipped table: models/ways.json, which `redraft bench cascade --fit` writes. */
export const wayTable: () => WayTable = lazyAsset(modelAsset("ways.json"), wayTableExpectation);

/**
 * The way that suits a request by the measured model that is nearest in size: the one that writes least of those that are right about as
 * often as the best. Where a cell has few cases, those of all cells count. Undefined where no model was measured.
 */
export function wayByTable({ models }: WayTable, facts: WayFacts): TableChoice | undefined {
  const distance = ({ parameters }: MeasuredModel): number =>
    Math.abs(Math.log(parameters / facts.parameters));
  const nearest = models.toSorted((a, b) => distance(a) - distance(b))[0];
  if (nearest === undefined) return undefined;
  const cell = nearest.cells.find((one) => isInCell(one, facts));
  const expected = waysOf(nearest)
    .filter((way) => way !== "region" || facts.named)
    .map((way) => expectedBy(way, cell?.ways[way], nearest));
  if (expected.length === 0) return undefined;
  const best = Math.max(...expected.map(({ rate }) => rate));
  const good = expected.filter(({ rate }) => rate >= best - tolerated);
  const chosen = good.reduce((a, b) => (b.own < a.own ? b : a));
  const size = facts.severalFiles ? "several files" : `${facts.lines} lines`;
  return {
    way: chosen.way,
    why: `measured with ${nearest.model}, ${size}: right in ${Math.round(100 * chosen.rate)} %`,
  };
}

function isInCell({ from, to, severalFiles, named }: WayCell, facts: WayFacts): boolean {
  if (severalFiles !== facts.severalFiles || named !== facts.named) return false;
  return facts.lines >= from && (to === null || facts.lines < to);
}

/** The ways that were tried often enough. */
function waysOf({ cells }: MeasuredModel): Way[] {
  const tried = [...new Set(cells.flatMap(({ ways }) => Object.keys(ways) as Way[]))];
  return tried.filter(
    (way) => sumOf(cells.flatMap((cell) => cell.ways[way] ?? [])).cases >= leastCases,
  );
}

function expectedBy(
  way: Way,
  own: WayTally | undefined,
  { cells }: MeasuredModel,
): { readonly way: Way; readonly rate: number; readonly own: number } {
  const enough = own !== undefined && own.cases >= leastCases;
  const {
    cases,
    right,
    own: tokens,
  } = enough ? own : sumOf(cells.flatMap((cell) => cell.ways[way] ?? []));
  return { way, rate: right / cases, own: tokens / cases };
}

function sumOf(tallies: readonly WayTally[]): WayTally {
  return tallies.reduce(
    (sum, { cases, right, own }) => ({
      cases: sum.cases + cases,
      right: sum.right + right,
      own: sum.own + own,
    }),
    { cases: 0, right: 0, own: 0 },
  );
}
