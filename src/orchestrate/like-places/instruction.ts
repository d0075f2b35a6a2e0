import { RedraftError } from "../../core/errors.ts";
import { fileCalled } from "../instruction/find-file.ts";
import { InstructionReader } from "../instruction/reader.ts";
import { type InstructionReading, readingOf } from "../instruction/reading.ts";
import type { OrchestrateRequest, SpeculationContext } from "../speculator.ts";
import type { RepeatRequest } from "./repeat.ts";

/** A repeat in words, of the edit that was made last. */
export interface AskedRepeat {
  /** `named`: the files that the request is about. Absent: it is not said where, so that nothing says which of the like places are meant. */
  readonly where?: "everywhere" | "other files" | "named" | { readonly paths: readonly string[] };
}

/** `do the same everywhere`, `make the same change in the other files`, `repeat the last edit [at all places | in a file]`. */
export function readRepeat(instruction: string): InstructionReading<AskedRepeat> | undefined {
  const reader = new InstructionReader(instruction);
  if (!readTheSame(reader)) return undefined;
  const isSaidWhere = !reader.isDone;
  const where = readRepeatPlaces(reader);
  // `for users`, `as in the tests`: whatever it asks for, it is no edit at like places.
  if (isSaidWhere && where === undefined) return undefined;
  return readingOf({ ...(where && { where }) }, "the instruction repeats the last edit", reader);
}

function readTheSame(reader: InstructionReader): boolean {
  if (reader.takePhrase("do the same")) {
    reader.take("thing", "edit", "change");
    return true;
  }
  if (reader.take("repeat")) {
    reader.take("the", "my", "this", "that");
    reader.take("last", "previous", "same");
  } else {
    if (!reader.take("make", "apply")) return false;
    if (!reader.takePhrase("the same")) return false;
  }
  return reader.take("edit", "change") !== undefined;
}

function readRepeatPlaces(reader: InstructionReader): AskedRepeat["where"] {
  if (reader.take("here")) return "named";
  if (reader.take("everywhere")) {
    reader.take("else");
    return "everywhere";
  }
  if (reader.take("throughout", "across")) {
    reader.take("the", "this");
    const whole = reader.take("code", "project", "repository", "codebase");
    return whole === undefined ? undefined : "everywhere";
  }
  if (!reader.take("in", "at", "to", "for", "on")) return undefined;
  const paths: string[] = [];
  for (let path = reader.path(); path !== undefined; path = reader.path()) {
    paths.push(path);
    reader.take("and");
  }
  if (paths.length > 0) return { paths };
  if (reader.take("this", "these", "here")) {
    return reader.take("file", "files") === undefined ? undefined : "named";
  }
  const isEach = reader.take("all", "every", "each") !== undefined;
  reader.take("of");
  if (reader.take("the") === undefined && !isEach) return undefined;
  if (reader.takePhrase("rest of the")) {
    if (reader.take("files")) return "other files";
    return reader.take("code", "project", "repository", "codebase") ? "everywhere" : undefined;
  }
  const other = reader.take("other", "remaining");
  if (other === undefined) reader.take("like", "similar", "same");
  if (reader.take("place", "places")) return "everywhere";
  // `in the files` is none that the instruction names.
  if (!reader.take("file", "files") || (!isEach && other === undefined)) return undefined;
  return other === undefined ? "everywhere" : "other files";
}

/** A repeat that was asked for, and whether the edit is surely the one that is meant. */
export interface ReadRepeat {
  readonly repeat: RepeatRequest;
  /** Why another edit may be meant. */
  readonly doubt?: string;
}

/**
 * The request of an asked repeat.
 *
 * @throws `no-match` where no edit was made, `usage` or `ambiguous` where the files are not clear
 */
export async function repeatAsked(
  { where }: AskedRepeat,
  { files, cursor, lastEdit = [] }: OrchestrateRequest,
  { index }: SpeculationContext,
): Promise<ReadRepeat> {
  if (lastEdit.length === 0) {
    throw new RedraftError(
      "no-match",
      "no edit of this folder is known that could be repeated. Nothing was written. Make it once with Redraft, or use `redraft repeat --from` with its diff.",
    );
  }
  let doubt: string | undefined;
  for (const { path, after } of lastEdit) {
    if ((await index.read(path)) === after) continue;
    doubt = `${path} was changed since that edit, so that another one may be meant`;
  }
  const at = where === "named" ? (files ?? (cursor && [cursor.path])) : undefined;
  if (where === "named" && at === undefined) {
    throw new RedraftError("usage", "no file is named. Nothing was written. Name the file.");
  }
  const own = typeof where === "object" ? where.paths : undefined;
  const paths = at ?? own?.map((path) => fileCalled(path, [files ?? [], index.paths()]));
  const within = paths ? { paths } : where === "other files" ? where : undefined;
  return {
    repeat: { edit: lastEdit, all: where !== undefined, within },
    ...(doubt !== undefined && { doubt }),
  };
}
