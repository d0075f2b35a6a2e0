import { RedraftError } from "../core/errors.ts";
import { fenceOf } from "./code-blocks.ts";
import type { EditInput } from "./format.ts";
import { isLoneTag } from "./tag-blocks.ts";

/** The refusal of a text that is in no format, with what it comes nearest to and what to send. */
export function unrecognised(input: EditInput): RedraftError {
  const { what, cure, ...details } = nearestKey(input);
  return new RedraftError(
    "unreadable-edit",
    `the edit is in no known format: ${what}. Nothing was written. ${cure}`,
    { details: { path: input.path, ...details } },
  );
}

interface Nearest {
  readonly what: string;
  readonly cure: string;
  readonly line?: number;
  readonly keys?: readonly string[];
}

/** Edits that other tools read. The forms are of whole lines, so that prose about them is none. */
const scripts: readonly (Nearest & { readonly form: RegExp })[] = [
  {
    form: /^\d+(?:,\d+)?[acd]\d+(?:,\d+)?$/,
    what: "it is a diff without context",
    cure: "Send a unified one (`diff -u`).",
  },
  {
    form: /^(?:sed (?:-i )?)?['"]?s([/|#])[^/|#]+\1[^/|#]*\1[gip]*['"]?(?: \S+)?$/,
    what: "it is a command for sed",
    cure: "Send old_string and new_string, or a search/replace block.",
  },
  {
    form: /(?:^|[\s({,'])(?:old|new|search|replace)_?(?:str|string|text)['"]?\s*[=:]\s*['"]/i,
    what: "it looks like the arguments of an edit tool, but they are not valid JSON",
    cure: "Send them as JSON, or as a search/replace block.",
  },
];

function nearestKey(input: EditInput): Nearest {
  // A file of data has such keys itself.
  const keys = jsonKeys(input.source) ? undefined : jsonKeys(input.text);
  if (keys) {
    const list = keys.slice(0, 8).join(", ");
    return {
      what: `it is JSON with the keys ${list}, and no old and new string among them`,
      cure: "Send old_string and new_string.",
      keys,
    };
  }
  const at = (kind: (line: string) => boolean): number =>
    input.lines.findIndex((line) => kind(line) && !input.inSource(line));
  const signs: readonly (readonly [number, string])[] = [
    [
      at((line) => /^\s*(?:[-+<>=]{2,}\s*[A-Z]{3,}|<{4,}|={4,}\s*$|>{4,})/.test(line)),
      "looks like a line of a search block, but the block is not complete",
    ],
    [
      at((line) => /^(?:@@|\*\*\* |--- \S|\+\+\+ \S|diff )/.test(line)),
      "looks like a line of a diff or patch",
    ],
    [at(isLoneTag), "is a tag of no known format"],
    [at((line) => fenceOf(line) !== undefined), "is a code fence among other text"],
  ];
  const script = scripts.find(({ form }) => at((line) => form.test(line)) !== -1);
  if (script) return script;
  const sign = signs.find(([index]) => index !== -1);
  const cure =
    "Send a search/replace block, a diff, or lines of the file around the change; the whole new file needs its format named (--format whole), or the tool write_file.";
  if (sign) {
    const [index, what] = sign;
    const shown = JSON.stringify(input.lines[index]!.trim().slice(0, 80));
    return { what: `line ${index + 1} (${shown}) ${what}`, cure, line: index + 1 };
  }
  return {
    what: `it has no markers, and none of its lines identifies a place in ${input.path}`,
    cure,
  };
}

function jsonKeys(text: string): string[] | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const one: unknown = Array.isArray(value) ? value[0] : value;
    return typeof one === "object" && one !== null ? Object.keys(one) : undefined;
  } catch {
    return undefined;
  }
}
