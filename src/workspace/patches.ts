import { RedraftError } from "../core/errors.ts";

/** The part of a patch that is about one file. */
export interface FilePatch {
  readonly path: string;
  readonly action: "update" | "create" | "delete" | "move";
  readonly moveTo?: string;
  /** A patch by itself, in the format of the whole. */
  readonly text: string;
  readonly format: "patch" | "unified-diff";
}

/**
 * Cuts a patch over several files into one patch a file, in order. Reads the `*** Begin Patch` form and
 * unified diffs, with or without git's headers, with or without a fence around them.
 */
export function splitPatch(patch: string): FilePatch[] {
  const lines = patch.replaceAll("\r\n", "\n").split("\n");
  const parts = lines.some((line) => envelopeHeader.test(line.trimEnd()))
    ? splitEnvelope(lines)
    : splitUnified(lines);
  if (parts.length > 0) return parts;
  throw new RedraftError(
    "unreadable-edit",
    "The patch names no file. Send `*** Begin Patch`, `*** Update File: <path>` and its hunks, or a unified diff with `--- a/<path>` and `+++ b/<path>` lines.",
  );
}

const envelopeHeader = /^\*\*\* (Update|Add|Delete) File:\s*(\S.*)$/;

function splitEnvelope(lines: readonly string[]): FilePatch[] {
  const parts: FilePatch[] = [];
  let open: { verb: string; path: string; body: string[] } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const move = open.body
      .map((line) => /^\*\*\* Move to:\s*(\S.*)$/.exec(line.trimEnd())?.[1])
      .find(Boolean);
    const text = [
      "*** Begin Patch",
      `*** ${open.verb} File: ${open.path}`,
      ...open.body,
      "*** End Patch",
    ];
    parts.push({
      path: open.path,
      action: move ? "move" : verbs[open.verb]!,
      ...(move ? { moveTo: move } : {}),
      text: `${text.join("\n")}\n`,
      format: "patch",
    });
    open = undefined;
  };
  for (const line of lines) {
    const header = envelopeHeader.exec(line.trimEnd());
    if (header !== null) {
      close();
      open = { verb: header[1]!, path: header[2]!, body: [] };
    } else if (/^\*\*\* (Begin|End) Patch/.test(line)) close();
    else open?.body.push(line);
  }
  close();
  return parts;
}

const verbs: Readonly<Record<string, FilePatch["action"]>> = {
  Update: "update",
  Add: "create",
  Delete: "delete",
};

function splitUnified(lines: readonly string[]): FilePatch[] {
  const starts: { at: number; headers: number }[] = [];
  for (let at = 0; at + 1 < lines.length; at += 1) {
    if (!lines[at]!.startsWith("--- ") || !lines[at + 1]!.startsWith("+++ ")) continue;
    // A removed line `-- x` above an added `++ y` looks the same: a header is followed by a hunk.
    if (lines[at + 2] !== undefined && !lines[at + 2]!.startsWith("@@")) continue;
    let from = at;
    while (from > (starts.at(-1)?.headers ?? -1) + 1 && gitHeader.test(lines[from - 1]!)) from -= 1;
    starts.push({ at: from, headers: at });
  }
  return starts.map(({ at, headers }, index) => {
    const body = lines.slice(at, starts[index + 1]?.at ?? lines.length);
    const before = pathOf(lines[headers]!);
    const after = pathOf(lines[headers + 1]!);
    const text = `${body.join("\n").replace(/\n*$/, "")}\n`;
    if (after === undefined) {
      if (before === undefined)
        throw new RedraftError(
          "unreadable-edit",
          "A part of the diff names no file: both sides are /dev/null.",
        );
      return { path: before, action: "delete", text, format: "unified-diff" };
    }
    if (before === undefined)
      return { path: after, action: "create", text, format: "unified-diff" };
    const renamed = body.some((line) => line.startsWith("rename to "));
    if (renamed && before !== after)
      return { path: before, action: "move", moveTo: after, text, format: "unified-diff" };
    return { path: after, action: "update", text, format: "unified-diff" };
  });
}

const gitHeader =
  /^(diff --git |index |old mode |new mode |new file mode |deleted file mode |similarity index |rename from |rename to |copy from |copy to )/;

/** The path of a `---` or `+++` line: without `a/`, `b/` and the time some tools add; undefined for /dev/null. */
function pathOf(header: string): string | undefined {
  const path = header
    .slice(4)
    .replace(/\t.*$/, "")
    .trim()
    .replace(/^"(.*)"$/, "$1");
  return path === "/dev/null" ? undefined : path.replace(/^[ab]\//, "");
}
