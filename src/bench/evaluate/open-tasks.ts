import type { Edit, FormatName } from "../../core/edit.ts";
import { RedraftError } from "../../core/errors.ts";
import type { Ambiguous } from "../../core/merge.ts";
import type { ModelTask } from "../../core/route.ts";
import { createRedraft } from "../../redraft/create-redraft.ts";
import type { Ranking } from "../../settle/rank/rank-candidates.ts";

/** An edit whose result is known, as any of the data sets has it. */
export interface KnownEdit {
  readonly id: string;
  readonly repository: string;
  readonly language: string;
  readonly style: string;
  readonly path: string;
  readonly format: FormatName;
  readonly source: string;
  readonly edit: string;
  readonly expected: string;
  /** The text that the edit was written for, where the file has changed since. */
  readonly base?: string;
}

/** An open task as a line of JSON, with what the ranker says about it. */
export interface OpenTaskRow {
  readonly known: Omit<KnownEdit, "source">;
  readonly source: string;
  readonly edit: Edit;
  readonly outcome: Ambiguous;
  readonly rank: Ranking;
}

/** What the engine asks its model route: an edit that the merge left ambiguous. */
export interface OpenTask {
  readonly known: KnownEdit;
  readonly task: ModelTask & Required<Pick<ModelTask, "edit">> & { readonly outcome: Ambiguous };
}

/**
 * Applies the edits and yields what the engine would ask a model about, as it would ask it: after the checks of
 * syntax, and after a rebase. Edits that cannot be read are left out.
 */
export async function* openTasks(edits: Iterable<KnownEdit>): AsyncGenerator<OpenTask> {
  let asked: ModelTask | undefined;
  const redraft = createRedraft({
    settle: {
      name: "recorder",
      async settle(task) {
        asked = task;
        return undefined;
      },
      dispose: async () => {},
    },
  });
  for (const known of edits) {
    asked = undefined;
    const { path, source, edit, format, base } = known;
    try {
      await redraft.apply({ path, source, edit, format, ...(base !== undefined && { base }) });
    } catch (error) {
      if (!RedraftError.is(error)) throw error;
    }
    const task = asked as ModelTask | undefined;
    if (task?.outcome?.kind !== "ambiguous" || task.edit === undefined) continue;
    yield { known, task: { ...task, edit: task.edit, outcome: task.outcome } };
  }
  await redraft.dispose();
}
