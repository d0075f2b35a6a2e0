import type { OrchestrateRequest } from "../speculator.ts";

/** What a model is asked for, each with rules of its own. */
export const writerEditTypes = ["fix", "docs", "refactor", "general"] as const;
export type WriterEditType = (typeof writerEditTypes)[number];

const docs = /\b(?:docs?|docstrings?|comments?|jsdoc|document(?:s|ation|ed)?)\b/iu;
const fix = /\b(?:fix(?:es|ed)?|bugs?|errors?|exceptions?|crash(?:es|ed)?|fails?|wrong)\b/iu;
const refactor =
  /\b(?:refactor|simplif(?:y|ies)|clean|extract|inline|renam(?:e|ing)|split|merge|dedup|reuse|restructure|convert|rewrite)/iu;

/** The kind of edit that a request asks a model for. Diagnostics say most, then the words of the instruction. */
export function writerEditType({
  instruction = "",
  diagnostics = [],
}: Pick<OrchestrateRequest, "instruction" | "diagnostics">): WriterEditType {
  if (docs.test(instruction)) return "docs";
  if (diagnostics.length > 0 || fix.test(instruction)) return "fix";
  return refactor.test(instruction) ? "refactor" : "general";
}
