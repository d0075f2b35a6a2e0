import type { Random } from "../../../test/merge/generate.ts";
import { newOf, oldOf, type Quoted, quotedOnce, repeats } from "./changes.ts";
import { alsoAfter, type Change, type FileText, flatAfter, oneOf } from "./text.ts";
import { looksLikeSyntax, type Trial } from "./trial.ts";

/** Search/replace blocks in the dialects of the tools that use them. */
export function blocks(
  file: FileText,
  changes: readonly Change[],
  random: Random,
): Trial | undefined {
  const quoted = quotedOnce(file, changes, random);
  if (!quoted || quoted.length === 0 || repeats(file, quoted)) return undefined;
  const order = random(4) === 0 ? [...quoted].reverse() : quoted;
  const lines = quoted.flatMap((one) => [...oldOf(one), ...newOf(one)]);
  return {
    kind: "search/replace blocks",
    file,
    edit: around(file, order.map(blockIn(random)).join(random(2) === 0 ? "" : "\n"), random),
    format: random(2) === 0 ? "search-replace" : "auto",
    wanted: {
      kind: "text",
      flat: flatAfter(file, changes),
      also: alsoAfter(file, changes),
      mayRefuse: lines.some(looksLikeSyntax) || file.lines.some(looksLikeSyntax),
    },
    changes,
  };
}

/** Writes blocks of one dialect: seven marks mostly, dashes in Cline's, a line number in Roo's. */
export function blockIn(random: Random): (quoted: Quoted) => string {
  const dialect = random(8);
  const marks = oneOf([5, 6, 7, 7, 7, 8, 9], random);
  const open = dialect === 0 ? "------- SEARCH" : `${"<".repeat(marks)} SEARCH`;
  const close = dialect === 0 ? "+++++++ REPLACE" : `${">".repeat(marks)} REPLACE`;
  const divider = "=".repeat(dialect === 0 ? 7 : marks);
  const numbered = dialect === 1;
  return (quoted) => {
    const head = numbered ? [`:start_line:${quoted.start + 1}`, "-------"] : [];
    return [open, ...head, ...oldOf(quoted), divider, ...newOf(quoted), close, ""].join("\n");
  };
}

function around({ path }: FileText, text: string, random: Random): string {
  const kind = random(6);
  if (kind === 0) return `${path}\n${text}`;
  if (kind === 1) return `${path}\n\`\`\`\n${text}\`\`\`\n`;
  if (kind === 2) return `\`\`\`\n${text}\`\`\``;
  if (kind === 3) return `I change the file as you asked.\n\n${text}\nThis does it.\n`;
  return text;
}
