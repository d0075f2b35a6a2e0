import {
  type Connection,
  ErrorCodes,
  MessageType,
  ResponseError,
} from "vscode-languageserver/node.js";
import * as z from "zod";
import {
  applyEditArguments,
  type EditAnswer,
  type EditApplier,
  takeCandidateArguments,
} from "./apply-edit.ts";
import { commandNames } from "./code-actions.ts";
import { doWork } from "./work.ts";

const executeCommand = z.looseObject({
  command: z.string(),
  arguments: z.array(z.unknown()).nullish(),
  workDoneToken: z.union([z.string(), z.number()]).optional(),
});

export interface CommandClient {
  /** Whether the editor shows progress that a server begins. */
  readonly mayBegin: () => boolean;
  /** Whether the editor shows what a command answers. */
  readonly showsAnswers: () => boolean;
}

/** `workspace/executeCommand`: what was refused is also shown to the user, since not every editor shows the answer of a command. */
export function registerCommands(
  connection: Connection,
  applier: EditApplier,
  { mayBegin, showsAnswers }: CommandClient,
): void {
  // Not `onExecuteCommand`: it takes the token of the progress away.
  connection.onRequest("workspace/executeCommand", async (params: unknown, cancel) => {
    const { command, arguments: list, workDoneToken } = executeCommand.parse(params);
    const run = runner(applier, command, list?.[0]);
    const answer = await doWork(
      connection,
      { title: "Redraft", cancel, progress: workDoneToken, mayBegin: mayBegin() },
      run,
    );
    if (!showsAnswers()) showOutcome(connection, answer);
    return answer;
  });
}

function runner(
  applier: EditApplier,
  command: string,
  argument: unknown,
): (signal: AbortSignal) => Promise<EditAnswer> {
  if (command === commandNames.applyEdit) {
    const args = argumentsOf(applyEditArguments, command, argument);
    return (signal) => applier.apply(args, signal);
  }
  if (command === commandNames.takeCandidate) {
    const args = argumentsOf(takeCandidateArguments, command, argument);
    return () => applier.take(args);
  }
  throw new ResponseError(ErrorCodes.InvalidParams, `there is no command ${command}`);
}

function argumentsOf<Shape>(shape: z.ZodType<Shape>, command: string, argument: unknown): Shape {
  const found = shape.safeParse(argument);
  if (found.success) return found.data;
  const why = z.prettifyError(found.error);
  throw new ResponseError(ErrorCodes.InvalidParams, `the argument of ${command}: ${why}`);
}

function showOutcome(
  connection: Connection,
  { status, message, candidates = [] }: EditAnswer,
): void {
  if (status === "refused") warn(connection, message);
  if (status !== "ambiguous") return;
  const places = candidates.map(({ title }) => `  ${title}`).join("\n");
  warn(
    connection,
    `the edit fits ${candidates.length} places. Choose one by a code action at it.\n${places}`,
  );
}

function warn(connection: Connection, message: string): void {
  const params = { type: MessageType.Warning, message: `Redraft: ${message}` };
  // An editor that has left reads no messages.
  connection.sendNotification("window/showMessage", params).catch(() => {});
}
