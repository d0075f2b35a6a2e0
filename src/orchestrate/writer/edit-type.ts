import type { OrchestrateRequest } from "../speculator.ts";

/** What a model is asked for, each with rules of its own. */
export const writerEditTypes = ["fix", "docs", "refactor", "general"] as const;
export type WriterEditType = (typeof writerEditTypes)[number];

const docsWords = /\b(?:docs?|docstrings?|comments?|jsdoc|document(?:s|ation|ed)?)\b/iu;
const fixWords = /\b(?:fix(?:es|ed)?|bugs?|errors?|exceptions?|crash(?:es|ed)?|fails?|wrong)\b/iu;
const refactorWords =
  /\b(?:refactorWords|simplif(?:y|ies)|clean|extract|inline|renam(?:e|ing)|split|merge|dedup|reuse|restructure|convert|rewrite)/iu;

/** The kind of edit that a request asks a model for. Diagnostics say most, then the words of the instruction. */
export function writerEditType({
  instruction = "",
  diagnostics = [],
}: Pick<OrchestrateRequest, "instruction" | "diagnostics">): WriterEditType {
  if (docsWords.test(instruction)) return "docs";
  if (diagnostics.length > 0 || fixWords.test(instruction)) return "fix";
  return refactorWords.test(instruction) ? "refactor" : "general";
}
