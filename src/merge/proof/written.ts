import { splitLines, type TextLine } from "../../text/lines.ts";
import type { BlockLine } from "../shape.ts";
import type { Built } from "./build.ts";

/** Returns how lines of the edit stand in a result, with its indentation; lines that are not in it, as the edit has them. */
export function writtenIn(source: readonly TextLine[], built: Built): (token: BlockLine) => string {
  let result: readonly TextLine[] | undefined;
  return ({ editLine, text }) => {
    const fate = built.proof.edit[editLine]!;
    if (fate.fate === "matched") return source[fate.source]!.text;
    if (fate.fate !== "placed") return text;
    result ??= splitLines(built.text);
    return result[fate.result]!.text;
  };
}
