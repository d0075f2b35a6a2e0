import type { Node } from "web-tree-sitter";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { NameLanguage } from "../index/languages.ts";
import type { Replacement } from "../rename/rewrite.ts";
import type { SpeculationContext } from "../speculator.ts";
import type { VisibleNames } from "./visible.ts";

/** A diagnostic and the file that it is about, read. */
export interface FixProblem {
  readonly diagnostic: Diagnostic;
  /** Relative to the root of the repository, with `/`. */
  readonly path: string;
  readonly language: NameLanguage;
  readonly text: string;
  readonly root: Node;
  /** Offset of the place; the first character of the line that is no blank where the tool names no column. */
  readonly start: number;
  readonly lineStart: number;
  /** Offset behind the last character of the line. */
  readonly lineEnd: number;
  readonly names: VisibleNames;
}

/** One way to fix a problem: changes of the file that the problem is in. */
export interface Fix {
  /** One line for people. */
  readonly title: string;
  /** One sentence. */
  readonly why: string;
  /** 0 to 1; 1 = nothing else can be meant. */
  readonly confidence: number;
  /** Without overlaps. */
  readonly changes: readonly Replacement[];
  /** Declared names that the fix removes on purpose. */
  readonly removes?: readonly string[];
}

/** How one kind of problem is fixed. A new rule is a file, its test, and a line in `rules.ts`. */
export interface FixRule<Match = unknown> {
  readonly name: string;
  /** What it answers often disappears when another problem is fixed: such fixes are tried when the others are made. */
  readonly isConsequence?: boolean;
  /** What the rule needs from a message without its code; undefined: not a message for it. */
  recognise(said: string, code: string | undefined): Match | undefined;
  /** Proposes only what it can justify in one sentence; nothing where it cannot. */
  propose(
    match: Match,
    problem: FixProblem,
    context: SpeculationContext,
  ): readonly Fix[] | Promise<readonly Fix[]>;
}
