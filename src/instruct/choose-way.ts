import { RedraftError } from "../core/errors.ts";
import type { LocalModelFacts } from "../core/target.ts";
import type { Forecast } from "./costs.ts";
import { type FindNamedParts, type InstructRegion, namedRegion, symbolRegion } from "./region.ts";
import type { Decision } from "./report.ts";
import type { InstructRequest } from "./request.ts";
import { type WayTable, wayByTable, wayTable } from "./way-table.ts";

/** Models with fewer weights write bad sketches: a rewrite with the source as its draft is cheaper than it looks. */
const smallModel = 4e9;

export const isSmall = (local: LocalModelFacts | undefined): boolean =>
  local !== undefined && local.parameters < smallModel;

export interface ChosenWay extends Decision {
  /** The part that is rewritten, for `region`. */
  readonly region?: InstructRegion;
}

/**
 * The way that a request is made. Asked for: that one. `auto`: with a local model of fewer than 4,000 million weights what the table of
 * measured models says, and where it has none the region, if the instruction names exactly one declaration, else a rewrite; with all others
 * what `forecast` expects to be cheaper.
 *
 * @throws `usage` where a region is asked for and the instruction names none
 */
export function chooseWay(
  { files, instruction, via = "auto", symbol }: InstructRequest,
  {
    expected,
    local,
    namedPartsOf,
    ways,
  }: {
    readonly expected: Forecast;
    readonly local: LocalModelFacts | undefined;
    readonly namedPartsOf: FindNamedParts | undefined;
    /** Default: the shipped table. */
    readonly ways?: WayTable;
  },
): ChosenWay {
  if (via !== "region" && symbol === undefined) {
    if (via !== "auto") return { ...expected, via, why: "asked for" };
    if (local === undefined || !isSmall(local)) return expected;
    const region = namedPartsOf && namedRegion(files, instruction, namedPartsOf);
    const facts = {
      parameters: local.parameters,
      lines: files.reduce((sum, { text }) => sum + text.split("\n").length, 0),
      severalFiles: files.length > 1,
      named: region !== undefined,
    };
    const measured = wayByTable(ways ?? wayTable(), facts);
    if (measured !== undefined) {
      const { way, why } = measured;
      return { ...expected, via: way, why, ...(way === "region" && region && { region }) };
    }
    if (region === undefined) {
      return { ...expected, via: "rewrite", why: "a small model, and no one declaration is named" };
    }
    return { ...expected, via: "region", why: `a small model, and ${region.why}`, region };
  }
  if (via !== "region" && via !== "auto") {
    throw new RedraftError(
      "usage",
      `--symbol works only with --via region or auto, not with --via ${via}.`,
    );
  }
  if (namedPartsOf === undefined) {
    throw new RedraftError(
      "usage",
      "--via region needs a parser that finds declarations, and none is configured: use another way.",
    );
  }
  const region =
    symbol === undefined
      ? namedRegion(files, instruction, namedPartsOf)
      : symbolRegion(files, symbol, namedPartsOf);
  if (region === undefined) {
    throw new RedraftError(
      "usage",
      "the instruction names no single declaration of the files. Write the name of one function or class in backquotes, give it with --symbol, or use --via rewrite.",
    );
  }
  return { ...expected, via: "region", why: "asked for", region };
}
