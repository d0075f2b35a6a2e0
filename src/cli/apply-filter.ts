import { RedraftError } from "../core/errors.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import { unifiedDiff } from "../workspace/diff.ts";
import { decodeText, encodeText } from "../workspace/encoding.ts";
import type { DiffOutputOptions } from "./diff-output.ts";
import { printDiff } from "./diff-output.ts";
import { readStdin } from "./input.ts";
import { errorlessJson } from "./output.ts";

interface FilterOptions extends DiffOutputOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** The name of the text. */
  readonly path: string;
}

/** `redraft apply - --edit <file>`: the text comes on standard input, and the edited one leaves on standard output. */
export async function applyAsFilter(
  make: (request: Pick<EditRequest, "path" | "source">) => Promise<EditResult>,
  options: FilterOptions,
): Promise<void> {
  const { path } = options;
  const { text: source, encoding, bom } = decodeText(await readStdin(), "standard input");
  const result = await make({ path, source });
  if (result.text === null || result.action === "move") {
    throw new RedraftError(
      "usage",
      "the edit deletes or moves its file, which standard input is not. Name the file instead of -.",
    );
  }
  const { text, proof } = result;
  if (options.json || options.dryRun) {
    const patch = unifiedDiff({ path, text: source }, { path, text }, proof);
    if (options.json) process.stdout.write(`${JSON.stringify(errorlessJson(result, patch))}\n`);
    else printDiff(patch, options);
  } else process.stdout.write(encodeText(text, encoding, bom));
  const how = `${result.route}: ${result.routeReason}`;
  const notes = result.notes.length > 0 ? `; ${result.notes.join("; ")}` : "";
  const what = result.changed ? "edited" : "nothing to change";
  process.stderr.write(`${path}: ${what} (${how}${notes})\n`);
}
