import type { TextFile } from "./text-file.ts";

/** What the caller should know about replacing this file, as complete sentences. */
export function fileNotes(
  before: TextFile,
  result: { readonly action: string; readonly text: string | null },
): readonly string[] {
  const others = (before.links ?? 1) - 1;
  const replaced = result.action === "update" && result.text !== before.text;
  if (others < 1 || !replaced) return [];
  return [
    others === 1
      ? "the file has another name (hard link), which keeps the old text"
      : `the file has ${others} other names (hard links), which keep the old text`,
  ];
}
