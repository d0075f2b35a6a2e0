import { RedraftError } from "../core/errors.ts";
import type { EditRequest } from "../core/request.ts";
import type { EditFileArguments } from "./editor-types.ts";

/** The edit in a form that the engine reads, or a refusal that says which arguments belong together. */
export function editFromArguments(args: EditFileArguments): {
  request: Omit<EditRequest, "path" | "source">;
  pair: boolean;
} {
  const instruction = {
    ...(args.instructions === undefined ? {} : { instruction: args.instructions }),
    ...(args.cell === undefined ? {} : { cell: args.cell }),
    ...(args.symbol === undefined ? {} : { symbol: args.symbol }),
  };
  const pair = args.old_string !== undefined || args.new_string !== undefined;
  if (args.edits !== undefined)
    return { request: { ...replacements(args), ...instruction }, pair: true };
  if (pair && args.code_edit !== undefined) {
    throw new RedraftError(
      "usage",
      "Send either `code_edit` or `old_string` with `new_string`, not both: they are two forms of one edit.",
    );
  }
  if (args.code_edit !== undefined) {
    if (args.replace_all !== undefined) {
      throw new RedraftError(
        "usage",
        "`replace_all` works only with `old_string`. Leave it out with `code_edit`.",
      );
    }
    return { request: { edit: args.code_edit, ...instruction }, pair: false };
  }
  if (args.old_string === undefined || args.new_string === undefined) {
    throw new RedraftError(
      "usage",
      "Send `code_edit` (a sketch of the changed lines), or both `old_string` and `new_string`.",
    );
  }
  const edit = JSON.stringify({
    old_string: args.old_string,
    new_string: args.new_string,
    ...(args.replace_all ? { replace_all: true } : {}),
  });
  return { request: { edit, format: "search-replace", ...instruction }, pair: true };
}

function replacements(args: EditFileArguments): Pick<EditRequest, "edit" | "format"> {
  const { code_edit, old_string, new_string, replace_all, edits } = args;
  if ([code_edit, old_string, new_string, replace_all].some((one) => one !== undefined)) {
    throw new RedraftError(
      "usage",
      "Send either `edits`, or one of the other forms of an edit (`code_edit`, or `old_string` with `new_string`), not both.",
    );
  }
  return { edit: JSON.stringify({ edits }), format: "search-replace" };
}
