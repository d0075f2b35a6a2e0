import { splitLines } from "../core/lines.ts";
import type { EditInput } from "./format.ts";

/** Prepares an edit for the readers. Lines of the source are cut only when a reader asks for them. */
export function editInput(text: string, path: string, source: string): EditInput {
  const clean = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const sourceLines = once(() => splitLines(source).map((line) => line.text));
  const known = once(() => new Set(sourceLines().map((line) => line.trim())));
  return {
    text: clean,
    lines: splitLines(clean).map((line) => line.text),
    path,
    source,
    get sourceLines() {
      return sourceLines();
    },
    inSource: (line) => known().has(line.trim()),
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
