import { randomBytes } from "node:crypto";
import { RedraftError } from "../core/errors.ts";
import type { TextStore } from "../core/text-store.ts";
import { unifiedDiff } from "../workspace/diff.ts";

/** An ambiguous edit that may still be settled: the whole texts that it may mean, best first, of one version of a file. */
export interface OpenChoice {
  readonly path: string;
  readonly hash: string;
  readonly texts: readonly string[];
}

/** The ambiguous edits of one session, the last ones, as many as fit. */
export interface OpenChoices {
  /** Keeps what an ambiguous edit may mean. Returns the refusal that offers it; other errors as they are. */
  offer(error: unknown, path: string): unknown;
  /** @throws `usage` for an id or a number that this session does not know */
  find(id: string, candidate: number): { readonly choice: OpenChoice; readonly text: string };
  forget(id: string): void;
}

const mostChoices = 20;
/** Of all texts together. */
const mostKeptCharacters = 32 * 1024 * 1024;
/** Of one candidate's diff, as a refusal shows it. */
const mostDiffLines = 24;
const longestShownLine = 200;

export function createOpenChoices(texts: TextStore): OpenChoices {
  const kept = new Map<string, OpenChoice>();
  let characters = 0;
  const sizeOf = (choice: OpenChoice): number =>
    choice.texts.reduce((sum, text) => sum + text.length, 0);

  function forget(id: string): void {
    const choice = kept.get(id);
    if (choice === undefined) return;
    characters -= sizeOf(choice);
    kept.delete(id);
  }

  function keep(choice: OpenChoice): string {
    // Not guessable, so that no session names a choice of another one by chance.
    const id = randomBytes(5).toString("hex");
    kept.set(id, choice);
    characters += sizeOf(choice);
    for (const oldest of kept.keys()) {
      if (kept.size <= mostChoices && characters <= mostKeptCharacters) break;
      forget(oldest);
    }
    return id;
  }

  return {
    forget,
    offer(error, path) {
      const choice = choiceIn(error, path);
      const source = choice && texts.find(choice.hash);
      if (!RedraftError.is(error) || choice === undefined || source === undefined) return error;
      const { candidates: _, ...others } = error.details;
      const id = keep(choice);
      if (!kept.has(id)) return error;
      const shown = choice.texts.map(
        (text, index) => `Candidate ${index + 1}:\n${shortDiff(choice.path, source, text)}`,
      );
      return new RedraftError(
        "ambiguous",
        `${error.message}\nOr take one of these with \`choose_candidate\`, id "${id}":\n${shown.join("\n")}`,
        {
          cause: error,
          retryable: error.retryable,
          details: { ...others, choose: { id, candidates: choice.texts.length } },
        },
      );
    },
    find(id, candidate) {
      const choice = kept.get(id);
      if (choice === undefined) {
        throw new RedraftError(
          "usage",
          `No ambiguous edit with the id ${JSON.stringify(id)} waits in this session: it was applied, or it is older than the last ${mostChoices}. Send the edit again.`,
        );
      }
      const text = choice.texts[candidate - 1];
      if (text === undefined) {
        throw new RedraftError(
          "usage",
          `\`candidate\` is ${candidate}, and this edit has ${choice.texts.length} candidates, from 1.`,
        );
      }
      return { choice, text };
    },
  };
}

function choiceIn(error: unknown, path: string): OpenChoice | undefined {
  if (!RedraftError.is(error) || error.code !== "ambiguous") return undefined;
  const { hash, candidates } = error.details;
  const isOffered =
    typeof hash === "string" &&
    Array.isArray(candidates) &&
    candidates.length > 0 &&
    candidates.every((text) => typeof text === "string");
  return isOffered ? { path, hash, texts: candidates } : undefined;
}

/** The hunks of a candidate, without the header, cut after some lines. */
function shortDiff(path: string, source: string, text: string): string {
  const lines = unifiedDiff({ path, text: source }, { path, text }).trimEnd().split("\n").slice(2);
  const shown = lines
    .slice(0, mostDiffLines)
    .map((line) => (line.length > longestShownLine ? `${line.slice(0, longestShownLine)}…` : line));
  const rest = lines.length - shown.length;
  return [...shown, ...(rest > 0 ? [`... ${rest} more lines`] : [])].join("\n");
}
