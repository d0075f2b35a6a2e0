import { expect } from "vitest";
import { RedraftError } from "../../src/core/errors.ts";
import { type LoopPlan, planLoops } from "../../src/orchestrate/loops/loop.ts";
import type { LoopForm } from "../../src/orchestrate/loops/request.ts";
import { memoryView } from "../support/memory-repository.ts";

/** A file in which the line that begins with `>` is the one of the request. */
export interface LoopTrap {
  readonly code: string;
  readonly to?: LoopForm;
  /** An expression, evaluated before and after: both must give the same. Not needed where it is refused. */
  readonly run?: string;
  /** A part of the refusal. */
  readonly refused?: string;
  /** A part of the new text. */
  readonly has?: string | readonly string[];
}

/** The one form that the loop gets; undefined where it is refused, as it has to be. */
export async function loopTrap(
  path: string,
  { code, refused, has, to }: LoopTrap,
): Promise<LoopPlan | undefined> {
  const lines = code.replace(/^\n/u, "").split("\n");
  const line = lines.findIndex((one) => one.startsWith(">")) + 1;
  const text = lines.map((one) => (one.startsWith(">") ? one.slice(1) : one)).join("\n");
  const view = await memoryView({ [path]: text });
  const made = await planLoops(view, { path, line, to }).catch((error: unknown) => error as Error);
  if (refused !== undefined) {
    expect(
      made instanceof RedraftError ? made.message : `made: ${(made as LoopPlan[])[0]?.after}`,
    ).toContain(refused);
    return undefined;
  }
  if (made instanceof Error) throw made;
  expect(made.map(({ form }) => form)).toHaveLength(1);
  const [plan] = made;
  for (const part of [has ?? []].flat()) expect(plan!.after).toContain(part);
  return plan;
}
