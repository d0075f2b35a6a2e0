import type { Edit, EditLine, LineRole, Segment } from "../../src/core/edit.ts";
import { merge } from "../../src/merge/merge.ts";

/** A sketch, one line per string; `...` = an elision, `-- x` = a comment that x was removed. */
export function sketch(...texts: readonly string[]): Edit {
  const segments: Segment[] = [];
  let open: EditLine[] | undefined;
  for (const [index, text] of texts.entries()) {
    const at = index + 1;
    if (text.trim() === "...") {
      segments.push({ kind: "elision", text, at });
      open = undefined;
    } else if (text.startsWith("-- ")) {
      segments.push({ kind: "removal", text, at, what: text.slice(3) });
      open = undefined;
    } else {
      if (!open) {
        open = [];
        segments.push({ kind: "lines", lines: open });
      }
      open.push({ text, role: "either", at });
    }
  }
  return { format: "lazy", why: "test", extent: "file", segments, action: "update" };
}

const roles: Readonly<Record<string, LineRole>> = { " ": "keep", "-": "drop", "+": "add" };

/** Explicit parts: lines with the sign of a diff before them. */
export function parts(...blocks: readonly (readonly string[])[]): Edit {
  const segments = blocks.map((block): Segment => {
    const lines = block.map((line, index) => ({
      text: line.slice(1),
      role: roles[line[0]!]!,
      at: index + 1,
    }));
    return { kind: "lines", lines };
  });
  return { format: "unified-diff", why: "test", extent: "parts", segments, action: "update" };
}

/** A text of these lines. */
export const text = (...lines: readonly string[]): string =>
  lines.map((line) => `${line}\n`).join("");

/** The text of a merge that is proved; throws for another outcome. */
export function provedText(source: string, edit: Edit): string {
  const outcome = merge(source, edit);
  if (outcome.kind !== "proved") throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome.text;
}
