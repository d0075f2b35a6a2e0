import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { RedraftError } from "../../core/errors.ts";
import type { EditWork } from "./work.ts";

/** Reads what `writeWork` wrote; undefined where there is no such file. */
export function readWork(path: string): EditWork[] | undefined {
  if (!existsSync(path)) return undefined;
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, index) => checkedWork(line, `${path}:${index + 1}`));
}

export function writeWork(path: string, work: readonly EditWork[]): void {
  writeFileSync(path, work.map((edit) => `${JSON.stringify(edit)}\n`).join(""));
}

function checkedWork(line: string, where: string): EditWork {
  const edit = JSON.parse(line) as Partial<EditWork>;
  const { id, prompt, key, shared, output, passes } = edit;
  const written = passes?.reduce((sum, pass) => sum + pass.written, 0);
  if (
    typeof id !== "string" ||
    typeof key !== "string" ||
    !(Number(prompt) > 0) ||
    !(Number(shared) >= 0) ||
    written !== output
  ) {
    throw new RedraftError("usage", `${where} is not the work of an edit; remove the file`);
  }
  return edit as EditWork;
}
