import { RedraftError } from "../../core/errors.ts";
import type { ApplyPair } from "../apply/cases.ts";
import { sha256 } from "./archive.ts";
import { openRepository, type RepositorySource, readBlobs } from "./git.ts";

/** Where the two texts of a case are: a file in a commit and in the commit's first parent. */
export interface CaseOrigin {
  readonly id: string;
  /** `owner/name`. */
  readonly repo: string;
  /** SPDX expression. */
  readonly license: string;
  readonly commit: string;
  readonly path: string;
  readonly language: string;
  /** SHA-256, in hex, of the file in the parent. */
  readonly beforeSha256: string;
  /** The same of the file in the commit. */
  readonly afterSha256: string;
}

/** A case as `cases.*.jsonl` has it. */
export type RebuiltCase = Omit<CaseOrigin, "beforeSha256" | "afterSha256"> & ApplyPair;

/**
 * Reads the texts of cases from the histories of their repositories, in the order of the list.
 *
 * @throws `RedraftError` `check-failed` where a file is not byte for byte the one that the figures were measured with.
 */
export async function rebuildCases(
  origins: readonly CaseOrigin[],
  source: RepositorySource,
): Promise<RebuiltCase[]> {
  const rebuilt = new Map<string, RebuiltCase>();
  for (const repo of new Set(origins.map((origin) => origin.repo))) {
    const own = origins.filter((origin) => origin.repo === repo);
    const folder = await openRepository(repo, source);
    const names = own.flatMap(({ commit, path }) => [
      { commit: `${commit}^`, path },
      { commit, path },
    ]);
    const contents = await readBlobs(folder, names);
    own.forEach((origin, i) => {
      const { beforeSha256, afterSha256, ...rest } = origin;
      const before = checked(contents[2 * i]!, beforeSha256, origin, "before");
      const after = checked(contents[2 * i + 1]!, afterSha256, origin, "after");
      rebuilt.set(origin.id, { ...rest, before, after });
    });
    source.onProgress?.(`${repo}: ${own.length} cases`);
  }
  return origins.map(({ id }) => rebuilt.get(id)!);
}

function checked(content: Buffer, expected: string, origin: CaseOrigin, side: string): string {
  const found = sha256(content);
  if (found === expected) return new TextDecoder("utf-8", { ignoreBOM: true }).decode(content);
  throw new RedraftError(
    "check-failed",
    `${origin.id}: ${origin.path} ${side} commit ${origin.commit} of ${origin.repo} has the SHA-256 ${found}, not ${expected}. ` +
      "Remove the clone and run the command again.",
  );
}
