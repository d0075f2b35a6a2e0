import { expect } from "vitest";
import { RedraftError } from "../../src/core/errors.ts";
import { planExtract } from "../../src/orchestrate/extract/extract.ts";
import type { ExtractPlan } from "../../src/orchestrate/extract/plan.ts";
import { memoryView } from "../support/memory-repository.ts";

/** A file in which the lines that begin with `>` are selected. */
export interface ExtractTrap {
  readonly code: string;
  /** An expression, evaluated before and after: both must give the same. Not needed where it is refused. */
  readonly run?: string;
  /** A part of the refusal. */
  readonly refused?: string;
  /** A part of the new text. */
  readonly has?: string | readonly string[];
  readonly name?: string;
}

export async function extractTrap(
  path: string,
  { code, refused, has, name = "part" }: ExtractTrap,
): Promise<ExtractPlan | undefined> {
  const lines = code.replace(/^\n/u, "").split("\n");
  const selected = lines.flatMap((line, index) => (line.startsWith(">") ? [index + 1] : []));
  const text = lines.map((line) => (line.startsWith(">") ? line.slice(1) : line)).join("\n");
  const view = await memoryView({ [path]: text });
  const request = { path, from: selected[0]!, to: selected.at(-1)!, name };
  const made = await planExtract(view, request).catch((error: unknown) => error as Error);
  if (refused !== undefined) {
    expect(
      made instanceof RedraftError ? made.message : `made: ${(made as ExtractPlan).after}`,
    ).toContain(refused);
    return undefined;
  }
  if (made instanceof Error) throw made;
  for (const part of [has ?? []].flat()) expect(made.after).toContain(part);
  return made;
}
