import { openSync } from "node:fs";
import { ReadStream } from "node:tty";
import { RedraftError } from "../core/errors.ts";
import type { ModelRoute, ModelTask } from "../core/route.ts";
import { unifiedDiff } from "../workspace/diff.ts";
import { coloredDiff, type DiffOutputOptions, isColored } from "./diff-output.ts";

/** Where a person is asked: the keys of a terminal, and where the question is written. */
export interface Asking {
  readonly write: (text: string) => void;
  /** The next key, or undefined where there will be none. */
  readonly key: () => Promise<string | undefined>;
  readonly isColored: boolean;
}

/**
 * Has a person at a terminal choose what the route before it leaves open: each text as a diff, a digit to take one, q to
 * refuse the edit.
 */
export function withChoice(
  before: ModelRoute | undefined,
  open: () => Asking & { close(): void },
): ModelRoute {
  return {
    name: before?.name ?? "a person",
    ...(before?.rewrite && { rewrite: before.rewrite.bind(before) }),
    async settle(task) {
      const settled = await before?.settle?.(task);
      if (settled || task.outcome?.kind !== "ambiguous") return settled;
      const asking = open();
      try {
        const text = await askWhich(task, asking);
        return text === undefined ? undefined : { text, why: "chosen at the terminal" };
      } finally {
        asking.close();
      }
    },
    async dispose() {
      await before?.dispose();
    },
  };
}

/** q, and in raw mode Ctrl-C, Ctrl-D and Escape. */
const refusing = ["q", "Q", "\u0003", "\u0004", "\u001b"];

async function askWhich(
  { request, outcome }: ModelTask,
  { write, key, isColored: colored }: Asking,
): Promise<string | undefined> {
  const { path, source } = request;
  const candidates = outcome?.kind === "ambiguous" ? outcome.candidates.slice(0, 9) : [];
  for (const [index, { text }] of candidates.entries()) {
    const diff = unifiedDiff({ path, text: source }, { path, text });
    const hunks = diff.slice(Math.max(0, diff.indexOf("@@ ")));
    const shown = colored ? coloredDiff(hunks) : hunks;
    write(`[${index + 1}] ${path}\n${shown || "    (nothing changes)\n"}\n`);
  }
  const digits = candidates.map((_, index) => index + 1).join(", ");
  write(`The edit fits in ${candidates.length} ways. Which one? ${digits}, or q to refuse it: `);
  for (;;) {
    const pressed = await key();
    const taken = candidates[Number(pressed) - 1];
    if (taken) {
      write(`${pressed}\n`);
      return taken.text;
    }
    if (pressed === undefined || refusing.includes(pressed)) {
      write("q\n");
      return undefined;
    }
  }
}

/** The terminal of this process, also where standard input is a pipe. Throws `usage` where there is none. */
export function terminalAsking(options: DiffOutputOptions): () => Asking & { close(): void } {
  // Standard input may be the edit, also where a person types it.
  const isOwn = process.platform !== "win32";
  const { stderr, env } = process;
  if (stderr.isTTY !== true) throw noTerminal();
  // Opened only to see that it is there; a question opens it again.
  if (isOwn) terminalInput().destroy();
  else if (process.stdin.isTTY !== true) throw noTerminal();
  return () => {
    const input = isOwn ? terminalInput() : (process.stdin as ReadStream);
    input.setRawMode(true);
    input.setEncoding("utf8");
    const keys = input[Symbol.asyncIterator]() as AsyncIterator<string>;
    const waiting: string[] = [];
    return {
      write: (text) => void stderr.write(text),
      isColored: isColored(options, { isTTY: true }, env),
      async key() {
        if (waiting.length === 0) {
          const next = await keys.next();
          if (next.done) return undefined;
          waiting.push(...next.value);
        }
        return waiting.shift();
      },
      close() {
        input.setRawMode(false);
        input.pause();
        if (isOwn) input.destroy();
      },
    };
  };
}

function terminalInput(): ReadStream {
  try {
    return new ReadStream(openSync("/dev/tty", "r"));
  } catch {
    throw noTerminal();
  }
}

const noTerminal = (): RedraftError =>
  new RedraftError(
    "usage",
    "--interactive asks a person, and this is no terminal. Leave it out: an ambiguous edit is then refused with its places.",
  );
