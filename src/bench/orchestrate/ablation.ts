import type { RepositoryCase } from "./cases.ts";
import { type CaseOutcome, runCase } from "./run-case.ts";

/** What a run does without, to see what it is worth. */
export const ablations = ["index", "specialists"] as const;
export type LeftOutPart = (typeof ablations)[number];

/**
 * Runs a case without something: without the index a specialist sees only the files that the request names, without specialists nothing
 * is recognised, and a model writes the edit.
 */
export function runWithout(
  one: RepositoryCase,
  ablation: LeftOutPart | undefined,
): Promise<CaseOutcome> {
  if (ablation === undefined) return runCase(one);
  // A request for nothing is one that no specialist takes.
  if (ablation === "specialists") return runCase({ ...one, request: {} });
  const named = namedFiles(one);
  return runCase(one, new Map([...one.texts].filter(([path]) => named.has(path))));
}

/** Every file whose path the request has anywhere. */
function namedFiles({ request, texts }: RepositoryCase): ReadonlySet<string> {
  const named = new Set<string>();
  JSON.stringify(request, (_, value: unknown) => {
    if (typeof value === "string" && texts.has(value)) named.add(value);
    return value;
  });
  return named;
}
