import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import type { JudgedCandidate } from "../orchestrate/orchestrate.ts";

/** Makes an edit only of the text that its candidate was made of, and only if the merge comes to the very text that it proposes. */
export function onlyAsProposed(
  redraft: Pick<Redraft, "apply">,
  wanted: ReadonlyMap<string, { readonly before: string; readonly after: string }>,
): Pick<Redraft, "apply"> {
  return {
    async apply(request, call) {
      const { path, source } = request;
      const file = wanted.get(path);
      if (file?.before !== source) {
        throw new RedraftError("stale-file", `${path} changed while the edit was made.`, {
          retryable: true,
          details: { path },
        });
      }
      const result = await redraft.apply(request, call);
      if (result.text === file.after) return result;
      throw new RedraftError(
        "check-failed",
        `${path}: the merge does not come to the proposed text.`,
        {
          details: { path },
        },
      );
    },
  };
}

/** What is thrown where the verifier accepts no candidate. */
export function noneAccepted(judged: readonly JudgedCandidate[]): RedraftError {
  const lines = judged.map(({ candidate, why }) => `  ${candidate.title}: ${why}`);
  return new RedraftError(
    "ambiguous",
    `no proposed edit is certain enough to be applied by itself:\n${lines.join("\n")}\nNothing was written. Apply one of them by name.`,
    {
      details: {
        candidates: judged.map(({ candidate: { title, by }, why }) => ({ title, by, why })),
      },
    },
  );
}
