import type { Costs } from "../instruct/costs.ts";
import type { Via } from "../instruct/edit-files.ts";
import type { TextFile } from "../workspace/text-file.ts";
import type { ToolWatch } from "./brought.ts";
import type { DiffOutputOptions } from "./diff-output.ts";

/** The options of `redraft edit`. */
export interface EditOptions extends DiffOutputOptions {
  readonly model?: string;
  readonly modelName?: string;
  readonly context?: number;
  readonly via: Via | "orchestrate";
  readonly root?: string;
  readonly at?: string;
  readonly choose?: number;
  readonly verifyModel?: string;
  readonly lossless?: boolean;
  readonly symbol?: string;
  readonly threads?: number;
  readonly stream?: boolean;
  readonly events?: string;
  readonly applyModel: string;
  readonly diagnostics?: string;
  readonly lsp?: string;
  readonly check?: string;
  readonly keepPassing?: boolean;
  readonly attempts?: number;
  readonly costs?: string;
  readonly timeout?: number;
  readonly create?: boolean;
  readonly dryRun?: boolean;
  readonly journal: boolean;
  readonly json?: boolean;
}

/** One call of the command. */
export interface EditJob {
  readonly instruction: string;
  readonly files: readonly (TextFile & { readonly expected?: string })[];
  readonly options: EditOptions;
  readonly costs: Costs;
  readonly watch: ToolWatch | undefined;
  readonly onEvent: ((event: object) => void) | undefined;
}
