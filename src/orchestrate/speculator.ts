import type { Diagnostic } from "../core/diagnostic.ts";
import type { ParserFor } from "../core/repository.ts";
import type { NameFunction, UnnamedExtract } from "./extract/function-name.ts";
import type { RepositoryIndex } from "./index/repository-index.ts";
import type { ExampleFile } from "./like-places/example.ts";
import type { RepeatRequest } from "./like-places/repeat.ts";
import type { LoopRequest } from "./loops/request.ts";
import type { MoveRequest } from "./move/request.ts";
import type { NameView } from "./names/resolve-name.ts";
import type { RenameRequest } from "./rename/rename.ts";
import type { SignatureRequest } from "./signature/request.ts";

/** What is asked about a repository. More kinds of requests are more fields. */
export interface OrchestrateRequest {
  readonly rename?: RenameRequest;
  /** What tools complain of. Files are absolute, or relative to the root of the repository. */
  readonly diagnostics?: readonly Diagnostic[];
  /** An edit that was made, to be made at like places. */
  readonly repeat?: RepeatRequest;
  /** Statements that become a function. */
  readonly extract?: UnnamedExtract;
  /** Other parameters for a function. */
  readonly signature?: SignatureRequest;
  /** Files that get other paths. */
  readonly move?: MoveRequest;
  /** A loop that gets another form. */
  readonly loop?: LoopRequest;
  /** In words. Specialists whose form it has read it; a model writes the others. */
  readonly instruction?: string;
  /** The edit that was made last, for an instruction that repeats it. */
  readonly lastEdit?: readonly ExampleFile[];
  /** Paths of the repository that the instruction is about; default: any. */
  readonly files?: readonly string[];
  /** Where the person is: a path of the repository, a line and a column from 1. */
  readonly cursor?: RequestPlace;
  /** The lines that the person has selected, from 1. */
  readonly selection?: { readonly path: string; readonly from: number; readonly to: number };
}

export interface RequestPlace {
  readonly path: string;
  readonly line: number;
  readonly column?: number | undefined;
}

/** One file of a candidate. */
export interface CandidateFile {
  /** Relative to the root of the repository, with `/`. */
  readonly path: string;
  /** The text that the candidate was made of: another one refuses it. */
  readonly before: string;
  readonly after: string;
  /** The path that the file moves to; nothing is there. */
  readonly to?: string;
}

/** A complete edit that a specialist proposes. It is data: nothing is written by proposing it. */
export interface EditCandidate {
  /** The specialist. */
  readonly by: string;
  /** The kind of edit, where one specialist makes several that differ in how sure they are; default: `by`. */
  readonly type?: string;
  /** One line for people. */
  readonly title: string;
  /** Why the specialist proposes it. */
  readonly why: string;
  /** 0 to 1, as the specialist judges itself; 1 = proved. */
  readonly confidence: number;
  readonly files: readonly CandidateFile[];
  /** What a reader should know, in sentences. */
  readonly notes: readonly string[];
  /** Particulars of the specialist: plain JSON. */
  readonly details?: unknown;
}

/** Why a specialist takes a request, and how surely, 0 to 1. */
export interface Recognition {
  readonly confidence: number;
  readonly why: string;
  /** The instruction says more than the specialist read: its edits are never taken as proved. */
  readonly isPartial?: true;
}

/** What a specialist may look at. It gets no way to write. */
export interface SpeculationContext {
  readonly index: RepositoryIndex;
  readonly parserFor: ParserFor;
  /** Names of the repository, as of the last update of the index. */
  names(): Promise<NameView>;
  /** A model that names functions, where there is one. */
  readonly nameFunction?: NameFunction | undefined;
}

/** Proposes whole edits of one kind. A new one is a file, its test, and a line in `registry.ts`. */
export interface Speculator {
  readonly name: string;
  /** It costs much and proves nothing: it is asked only where no other one proposes an edit that is accepted. */
  readonly last?: boolean;
  /** Undefined: not a request for this one. Cheap, and looks at no file. */
  recognise(request: OrchestrateRequest): Recognition | undefined;
  /**
   * Yields candidates as they come. Throws a `RedraftError` to refuse with a message for the caller; anything else that is thrown
   * is a defect of the specialist, and the others go on.
   */
  speculate(
    request: OrchestrateRequest,
    context: SpeculationContext,
    signal: AbortSignal,
  ): AsyncIterable<EditCandidate>;
}
