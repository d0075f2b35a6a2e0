import { relative, sep } from "node:path";
import type { ExampleFile } from "../orchestrate/like-places/example.ts";
import { editStates } from "../workspace/journal/history.ts";
import { textPairs } from "../workspace/journal/take-back.ts";
import { cliJournal } from "./journal.ts";

/** The texts of the newest edit of the log that is in place, in files of the folder; none where there is no such edit. */
export async function lastEditOf(root: string): Promise<ExampleFile[]> {
  const journal = cliJournal(root);
  await journal.recover();
  const last = editStates(await journal.entries()).findLast(({ state }) => state === "in place");
  if (!last) return [];
  return (await textPairs(last.entry)).flatMap(({ path, before, after }) => {
    const inside = relative(root, path).split(sep).join("/");
    return inside.startsWith("../") ? [] : [{ path: inside, before, after }];
  });
}
