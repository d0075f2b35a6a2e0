import { RedraftError } from "../core/errors.ts";
import { startInShell } from "../diagnostics/shell.ts";

export interface CheckOutcome {
  readonly ok: boolean;
  /** In words: how it ended. */
  readonly how: string;
  /** The last of what it printed, both streams together. */
  readonly output: string;
}

const keptOutput = 4000;

/** Runs the user's command in a shell; its own children are stopped with it. Its output goes to `onOutput`. */
export async function runCheck(
  command: string,
  options: { readonly signal: AbortSignal; readonly onOutput?: (text: string) => void },
): Promise<CheckOutcome> {
  const { signal, onOutput } = options;
  const started = startInShell(command, { signal });
  let output = "";
  const take = (piece: Buffer): void => {
    const text = piece.toString("utf8");
    output = (output + text).slice(-keptOutput);
    onOutput?.(text);
  };
  started.child.stdout!.on("data", take);
  started.child.stderr!.on("data", take);
  try {
    const { code, signal: name } = await started.ended;
    const how = signal.aborted
      ? "was stopped"
      : code === null
        ? `was ended by ${name}`
        : `ended with ${code}`;
    return { ok: code === 0 && !signal.aborted, how, output };
  } catch (cause) {
    const why = (cause as Error).message;
    throw new RedraftError("check-failed", `cannot run the check \`${command}\`: ${why}`, {
      cause,
    });
  }
}
