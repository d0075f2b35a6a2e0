import { RedraftError } from "../core/errors.ts";
import type { CallOptions, Redraft } from "../core/redraft.ts";
import type { EditRequest, EditResult } from "../core/request.ts";

/** Formats that quote what they change: they may be applied to any text that still has the quoted lines. */
const explicit: readonly string[] = ["search-replace", "unified-diff", "patch"];

/**
 * Makes an edit again after its file changed in the meantime: `first` is the text that it was made from before. The change
 * is carried over. If it meets the other change, an explicit edit is placed again, and any other one is refused.
 */
export async function applyAgain(
  redraft: Pick<Redraft, "apply">,
  request: EditRequest,
  first: string,
  options: CallOptions = {},
): Promise<EditResult> {
  try {
    return await redraft.apply({ ...request, base: first }, options);
  } catch (error) {
    if (!RedraftError.is(error) || error.code !== "stale-file") throw error;
    const anew = await redraft.apply(request, options);
    if (explicit.includes(anew.format.name)) return anew;
    throw error;
  }
}
