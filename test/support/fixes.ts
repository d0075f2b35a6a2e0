import { type ProposedFix, proposeFixes } from "../../src/orchestrate/fix/propose.ts";
import { createRepositoryIndex } from "../../src/orchestrate/index/repository-index.ts";
import { nameViewOf } from "../../src/orchestrate/names/view.ts";
import type { SpeculationContext } from "../../src/orchestrate/speculator.ts";
import { parserFor } from "../../src/workspace/syntax.ts";
import { memoryRepository } from "./memory-repository.ts";

export async function memoryContext(
  files: Readonly<Record<string, string>>,
): Promise<SpeculationContext> {
  const index = createRepositoryIndex(memoryRepository(new Map(Object.entries(files))), parserFor);
  await index.update();
  return { index, parserFor, names: () => nameViewOf(index, parserFor) };
}

/**
 * What is proposed for a message about the place `«` of a file: the whole new texts, best first, with the rule. `line`: the tool
 * names no column.
 */
export async function proposedTexts(
  path: string,
  marked: string,
  message: string,
  others: Readonly<Record<string, string>> = {},
  how: "column" | "line" = "column",
): Promise<(ProposedFix & { readonly after: string })[]> {
  const start = marked.indexOf("«");
  const text = marked.replace("«", "");
  const context = await memoryContext({ ...others, [path]: text });
  const line = marked.slice(0, start).split("\n").length;
  const column = start - marked.lastIndexOf("\n", start - 1);
  const diagnostic = {
    file: path,
    line,
    severity: "error" as const,
    message,
    ...(how === "column" ? { column } : {}),
  };
  const [proposal] = await proposeFixes([diagnostic], context, (one) => context.index.read(one));
  return proposal!.fixes.map((fix) => {
    const changes = [...fix.changes].sort((a, b) => b.start - a.start);
    let after = text;
    for (const { start: from, end, text: written } of changes) {
      after = after.slice(0, from) + written + after.slice(end);
    }
    return { ...fix, after };
  });
}

/** The best of them, or undefined. */
export async function bestText(
  ...asked: Parameters<typeof proposedTexts>
): Promise<string | undefined> {
  return (await proposedTexts(...asked))[0]?.after;
}
