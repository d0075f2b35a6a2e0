import { execFile } from "node:child_process";

/** The most that git may print. */
const mostBytes = 256 * 1024 * 1024;

export type GitAnswer =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly said: string };

/** What git prints, or the first line of its error message. */
export function git(words: readonly string[], cwd: string): Promise<GitAnswer> {
  return new Promise((resolve) => {
    const options = { cwd, encoding: "buffer", maxBuffer: mostBytes } as const;
    execFile("git", [...words], options, (error, stdout, stderr) => {
      if (!error) resolve({ ok: true, bytes: stdout });
      else resolve({ ok: false, said: stderr.toString().trim().split("\n")[0] || error.message });
    });
  });
}
