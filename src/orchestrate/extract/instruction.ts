import { RedraftError } from "../../core/errors.ts";
import { InstructionReader } from "../instruction/reader.ts";
import { type InstructionReading, readingOf } from "../instruction/reading.ts";
import type { OrchestrateRequest } from "../speculator.ts";
import type { UnnamedExtract } from "./function-name.ts";

/** An extraction in words. */
export interface AskedExtract {
  /** Absent: what is selected. */
  readonly lines?: { readonly from: number; readonly to: number };
  /** Absent: the one file of the request. */
  readonly path?: string;
  readonly name?: string;
  readonly kind?: "function" | "method";
}

/** `extract lines 3-9 [of file] [into a function] [called X]`, `extract the selection into X`. */
export function readExtract(instruction: string): InstructionReading<AskedExtract> | undefined {
  const reader = new InstructionReader(instruction);
  if (!reader.take("extract") && !reader.takePhrase("pull out") && !reader.takePhrase("factor out"))
    return undefined;
  const lines = readExtractLines(reader);
  if (lines === undefined) return undefined;
  const path = reader.take("of", "in", "from") ? reader.path() : undefined;
  let kind: AskedExtract["kind"];
  let name: string | undefined;
  if (reader.take("into", "to", "as")) {
    reader.skip("a", "an", "new", "its", "own", "separate", "helper");
    kind = reader.take("function", "method") as AskedExtract["kind"];
    reader.take("called", "named");
    name = reader.name();
  }
  const shown = lines === "selection" ? "the selection" : `lines ${lines.from}-${lines.to}`;
  return readingOf(
    {
      ...(lines !== "selection" && { lines }),
      ...(path !== undefined && { path }),
      ...(name !== undefined && { name }),
      ...(kind && { kind }),
    },
    `the instruction makes a function of ${shown}`,
    reader,
  );
}

function readExtractLines(
  reader: InstructionReader,
): { readonly from: number; readonly to: number } | "selection" | undefined {
  reader.take("the");
  if (reader.take("line", "lines")) {
    const from = reader.number();
    if (from === undefined) return undefined;
    const to = reader.take("-", "to", "through") ? reader.number() : from;
    return to === undefined ? undefined : { from, to };
  }
  if (reader.take("this", "selection")) {
    reader.take("code");
    return "selection";
  }
  if (!reader.take("selected")) return undefined;
  return reader.take("code", "lines", "statements") ? "selection" : undefined;
}

/**
 * The request of an asked extraction.
 *
 * @throws `usage` where the instruction and the request say no file or no lines
 */
export function extractAsked(
  { lines, path: named, name }: AskedExtract,
  { files = [], selection }: OrchestrateRequest,
): UnnamedExtract {
  if (lines === undefined) {
    if (selection) return { ...selection, name };
    throw new RedraftError("usage", "nothing is selected. Nothing was written. Name the lines.");
  }
  const own = named?.replace(/^(?:\.\/)+/u, "");
  const paths =
    own === undefined ? files : files.filter((one) => one === own || one.endsWith(`/${own}`));
  const path = files.length === 0 ? own : paths.length === 1 ? paths[0] : undefined;
  if (path === undefined)
    throw new RedraftError(
      "usage",
      "the lines are of no one file. Nothing was written. Name the file.",
    );
  return { path, ...lines, name };
}
