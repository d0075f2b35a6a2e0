import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { FormatName } from "../../core/edit.ts";
import { RedraftError } from "../../core/errors.ts";

interface Labels {
  readonly id: string;
  readonly repository: string;
  readonly path: string;
  readonly language: string;
  readonly style: string;
}

/** A region, the sketch of its edit, and the region after it. Lines without line ends. */
export interface RegionQuestion extends Labels {
  readonly kind: "region";
  /** Tokens of the longer side. */
  readonly length: number;
  readonly original: readonly string[];
  readonly sketch: readonly string[];
  readonly expected: readonly string[];
}

/** A whole file, a sketch of the whole edit, and the file after it. */
export interface FileQuestion extends Labels {
  readonly kind: "file";
  readonly original: string;
  readonly edit: string;
  /** Default `lazy`. */
  readonly format?: FormatName;
  readonly expected: string;
}

export type Question = RegionQuestion | FileQuestion;

/** The questions that `training/questions.py` writes, one JSON object per line. */
export async function* readQuestions(path: string): AsyncGenerator<Question> {
  const lines = createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    try {
      yield JSON.parse(line) as Question;
    } catch (error) {
      throw new RedraftError("usage", `${path}, line ${number}, is not JSON`, { cause: error });
    }
  }
}
