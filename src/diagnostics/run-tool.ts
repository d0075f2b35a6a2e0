import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { startInShell } from "./shell.ts";

/** What a tool printed and how it ended. */
export interface ToolRun {
  readonly stdout: string;
  readonly stderr: string;
  /** Why its messages are not known: it could not be run, was ended by a signal, or printed too much. */
  readonly failed?: string;
  readonly code: number | null;
}

/** Characters of one stream that are kept. */
const mostOutput = 16 * 1024 * 1024;

/** Runs a person's command in a shell, in a folder. That it ends with an error code is what a tool with messages does. */
export async function runTool(
  command: string,
  signal?: AbortSignal,
  folder: string = process.cwd(),
): Promise<ToolRun> {
  const started = startInShell(command, { cwd: folder, ...(signal && { signal }) });
  const [stdout, stderr] = [
    collectOutput(started.child.stdout!),
    collectOutput(started.child.stderr!),
  ];
  try {
    const { code, signal: name } = await started.ended;
    const isLong = stdout.isFull() || stderr.isFull();
    const failed =
      code === null
        ? `it was killed by ${name}`
        : code === 126 || code === 127
          ? `the shell cannot run it (exit code ${code})`
          : isLong
            ? "it printed more than 16 MiB"
            : undefined;
    return { stdout: stdout.text(), stderr: stderr.text(), code, ...(failed && { failed }) };
  } catch (error) {
    return { stdout: "", stderr: "", code: null, failed: (error as Error).message };
  }
}

function collectOutput(stream: Readable): { text(): string; isFull(): boolean } {
  const decoder = new StringDecoder("utf8");
  const pieces: string[] = [];
  let length = 0;
  stream.on("data", (bytes: Buffer) => {
    const piece = decoder.write(bytes);
    length += piece.length;
    if (length <= mostOutput) pieces.push(piece);
  });
  return { text: () => pieces.join("") + decoder.end(), isFull: () => length > mostOutput };
}
