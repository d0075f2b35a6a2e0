import { exitCodeOf, RedraftError } from "../core/errors.ts";

/** Runs a command. With `--json` a refusal is an answer like any other: these fields, and the error. */
export async function answerErrors(
  json: boolean | undefined,
  fields: Readonly<Record<string, unknown>>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!json || !RedraftError.is(error)) throw error;
    const { code, message, retryable, details } = error;
    const answer = { ...fields, error: { code, message, retryable, details } };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    process.exitCode = exitCodeOf(code);
  }
}
