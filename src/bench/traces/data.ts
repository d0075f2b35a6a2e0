import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { RedraftError } from "../../core/errors.ts";
import type { Token } from "../../core/target.ts";
import type { Tokenizer } from "../../engines/bpe.ts";

/** A recorded edit, as the data sets hold them. */
export interface TraceRecord {
  readonly id: string;
  readonly model?: string;
  readonly edit_type?: string;
  readonly instruction: string;
  readonly context?: string;
  readonly original: string;
  readonly edited: string;
  readonly sketch?: string;
}

/** A recorded edit in one model's tokens. */
export interface Trace {
  readonly id: string;
  readonly task: string;
  readonly prompt: readonly Token[];
  readonly source: readonly Token[];
  readonly output: readonly Token[];
  readonly context: readonly Token[];
  readonly sketch: readonly Token[];
  /** Share of the lines of `edited` that occur in `original`. */
  readonly reuse: number;
}

export interface TraceSuite {
  readonly name: string;
  readonly records: readonly TraceRecord[];
}

/** One suite per `.jsonl` file; a folder gives all of its files in order of name. */
export function readTraces(path: string): TraceSuite[] {
  let files: string[];
  try {
    files = statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => name.endsWith(".jsonl"))
          .sort()
          .map((name) => join(path, name))
      : [path];
  } catch (cause) {
    throw new RedraftError(
      "file-error",
      `cannot read --data ${path}: ${(cause as Error).message}`,
      { cause },
    );
  }
  if (files.length === 0) throw new RedraftError("file-error", `no .jsonl file in ${path}`);
  return files.map((file) => ({ name: basename(file, ".jsonl"), records: readRecords(file) }));
}

function readRecords(file: string): TraceRecord[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line, i) => {
      if (line.trim() === "") return [];
      const record = JSON.parse(line) as Partial<TraceRecord>;
      const missing = (["id", "instruction", "original", "edited"] as const).filter(
        (field) => typeof record[field] !== "string",
      );
      if (missing.length > 0) {
        throw new RedraftError(
          "usage",
          `${file}:${i + 1} has no ${missing.join(", ")}: not a recorded edit`,
        );
      }
      return [record as TraceRecord];
    });
}

/**
 * The benchmark task behind a trace: its id without the recording model and the requirement, so that all
 * requirements and recordings of one task fall together.
 *
 * @example "qwen2.5-32b/fn_multi/11/Code Standard" and "other/fn_round/11/Edge Case" -> "fn/11"
 */
export function taskOf(id: string): string {
  const parts = id.split("/");
  if (parts.length >= 4) return `${parts[1]!.split("_")[0]}/${parts.slice(2, -1).join("/")}`;
  return parts.slice(0, -1).join("/") || id;
}

/** Tokens as data/README.md counts them: output = the edited text without its last newline, then the fence. */
export function tokenizeTrace(record: TraceRecord, tokenizer: Tokenizer): Trace {
  const { original, edited, instruction } = record;
  return {
    id: record.id,
    task: taskOf(record.id),
    prompt: tokenizer.tokenize(editPrompt(instruction, original)),
    source: tokenizer.tokenize(original),
    output: tokenizer.tokenize(`${edited.replace(/\n$/, "")}\n\`\`\``),
    context: record.context ? tokenizer.tokenize(record.context) : [],
    sketch: record.sketch ? tokenizer.tokenize(record.sketch) : [],
    reuse: lineReuse(original, edited),
  };
}

/** Share of the lines of `edited` that occur in `original`. */
export function lineReuse(original: string, edited: string): number {
  const known = new Set(original.split("\n"));
  const lines = edited.replace(/\n$/, "").split("\n");
  return lines.filter((line) => known.has(line)).length / lines.length;
}

/** What EfficientEdit's prompt says to the model. */
export function editQuestion(instruction: string, original: string): string {
  return `You are an expert code editor. Please modify the given ##Code File according to the ##Instruction provided. Provide the complete revised code file with all modifications implemented.
##Instruction
${instruction}
##Code File
\`\`\`python
${original}
\`\`\``;
}

/** How its answer begins: the output continues inside the fence. */
export const answerOpening = "##Code File\n```python\n";

/** EfficientEdit's prompt: raw text. */
function editPrompt(instruction: string, original: string): string {
  return `###User:\n${editQuestion(instruction, original)}\n###Assistant\n${answerOpening}`;
}
