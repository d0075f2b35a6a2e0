import { splitLines, type TextLine } from "../../text/lines.ts";
import type { BlockLine } from "../shape.ts";
import type { Built } from "./build.ts";

/** Returns the text of an edit line as a result has it, re-indented; for a line that is not in it, as the edit has it. */
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
