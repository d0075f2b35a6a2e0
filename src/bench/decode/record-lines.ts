import { readFile, truncate } from "node:fs/promises";
import { RedraftError } from "../../core/errors.ts";

/** What a record is valid for. */
export interface RecordedModel {
  /** As file name. */
  readonly name: string;
  readonly hash: string;
}

/**
 * The lines of a file that records are added to; none where there is no file. A last line that a kill cut off is left out.
 * Throws `usage` where a line is no JSON or of other weights.
 */
export async function recordLines<Line extends { readonly model: string }>(
  file: string,
  { name, hash }: RecordedModel,
): Promise<Line[]> {
  const text = await textOf(file);
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .flatMap((line, i) => {
      if (line === "") return [];
      const record = parsed<Line>(line, `${file}:${i + 1}`);
      if (record.model === hash) return [record];
      throw new RedraftError(
        "usage",
        `${file} has outputs of other weights than ${name} (${record.model}, not ${hash}); record into another folder`,
      );
    });
}

function parsed<Line>(line: string, where: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch (cause) {
    throw new RedraftError(
      "usage",
      `${where} is not a recorded output: ${(cause as Error).message}`,
      { cause },
    );
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new RedraftError("file-error", `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Takes away what a kill left of a last line. */
export async function withoutCutLine(file: string): Promise<void> {
  const text = Buffer.from(await textOf(file));
  const whole = text.lastIndexOf("\n") + 1;
  if (whole < text.length) await truncate(file, whole);
}
