import { RedraftError } from "../core/errors.ts";
import type { Account, EditEvent } from "../core/redraft.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import { textHash } from "../core/text-store.ts";
import { unifiedDiff } from "../workspace/diff.ts";
import { engineFor, type TaskContext } from "./context.ts";

export interface EditTaskInput {
  readonly request: EditRequest;
  readonly account: Account;
}

export interface EditOutput {
  readonly result: EditResult;
  /** SHA-256 of the two texts, so that the main thread computes none. */
  readonly sourceHash: string;
  readonly resultHash?: string;
}

/** On a worker: makes an edit, and says how it went as the engine does. */
export async function editTask(
  { request, account }: EditTaskInput,
  context: TaskContext,
): Promise<EditOutput> {
  for await (const event of engineFor(context).events(request, { signal: context.signal })) {
    if (event.type !== "result") {
      context.emit(event satisfies EditEvent);
      continue;
    }
    const result = await accounted(request, event.result, account);
    const hash = result.text === null ? {} : { resultHash: textHash(result.text) };
    return { result, sourceHash: textHash(request.source), ...hash };
  }
  throw new RedraftError("engine-failed", "the engine ended without a result.");
}

/** A proof has an entry for every line of both texts: it is sent only to those who read it. */
async function accounted(
  request: EditRequest,
  result: EditResult,
  account: Account,
): Promise<EditResult> {
  if (account === "proof") return result;
  const { proof, cells, ...rest } = result;
  const brief =
    cells === undefined ? rest : { ...rest, cells: cells.map(({ proof: _, ...cell }) => cell) };
  if (account === "none" || result.action === "move") return brief;
  const { path, source } = request;
  const before = result.action === "create" && source === "" ? null : { path, text: source };
  const after = result.text === null ? null : { path, text: result.text };
  return { ...brief, diff: unifiedDiff(before, after, proof) };
}
