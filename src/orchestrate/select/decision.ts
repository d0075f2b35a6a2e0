import { nameLanguageOf } from "../index/languages.ts";
import type { OrchestrateRequest } from "../speculator.ts";

/** A choice, "arm" as in the literature on bandits, that was tried for a request: a specialist, a rule, a model. */
export interface TriedArm {
  readonly name: string;
  readonly seconds: number;
  /** Its edit was accepted, and not taken back. */
  readonly right: boolean;
  /** 0 to 1, as the arm judged its edit; 1 = proved. Absent: it proposed nothing. */
  readonly confidence?: number;
}

/** What became of one request, or of one problem of it. It names kinds and numbers, and no text of a file. */
export interface EditDecision {
  /** The kind of edit: arms are compared within one. */
  readonly type: string;
  readonly tried: readonly TriedArm[];
  /** The entry of the log that was written, so that an undo finds it. */
  readonly entry?: string;
  /** The entry was undone: nothing of it was right. */
  readonly undone?: true;
}

/** Whether an edit was accepted and stayed. */
export const wasRight = ({ undone }: EditDecision, { right }: TriedArm): boolean =>
  right && undone !== true;

/** An arm that could be tried now, and how surely it says that it is right: 0 to 1. */
export interface ArmOffer {
  readonly name: string;
  readonly confidence: number;
}

/** The kind of a request: its fields and the language of its file, as `fix script`. */
export function editTypeOf(request: OrchestrateRequest): string {
  // What only says where, and what the instruction means, are no kinds.
  const { diagnostics, extract, rename, files, cursor, selection, lastEdit, ...rest } = request;
  const kinds = [
    ...(rename ? ["rename"] : []),
    ...(diagnostics && diagnostics.length > 0 ? ["fix"] : []),
    ...(extract ? ["extract"] : []),
    ...Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [name])),
  ].sort();
  const place = cursor?.path ?? selection?.path ?? files?.[0];
  const path = diagnostics?.[0]?.file ?? extract?.path ?? rename?.at?.path ?? place;
  const language = path === undefined ? undefined : nameLanguageOf(path);
  return [kinds.join("+") || "other", ...(language ? [language] : [])].join(" ");
}
