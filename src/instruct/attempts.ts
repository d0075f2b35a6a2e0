/** An edit that was made and taken back, because something that only the written files could show was wrong with it. */
export interface FailedAttempt {
  /** Its unified diff. */
  readonly patch: string;
  /** What was wrong: the output of a test, for one. */
  readonly problem: string;
}

/** Characters that are shown of a diff, and of the end of a problem, where tools say the most. */
const longestPatch = 4000;
const longestProblem = 2000;

/** Characters that a note may take. */
export const longestNote: number = longestPatch + longestProblem + 400;

/** The text about an attempt, put behind the instruction so that all before it stays in the cache. */
export function attemptNote({ patch, problem }: FailedAttempt): string {
  const shown =
    patch.length > longestPatch ? `${patch.slice(0, longestPatch)}\n[cut off]\n` : patch;
  return [
    "An earlier attempt was taken back, so the files are as shown above. It made this change:",
    shown.trimEnd(),
    "What was wrong with it:",
    problem.slice(-longestProblem).trim(),
    "Make the edit so that this does not happen. Answer in the same form, complete in itself.",
  ].join("\n\n");
}
