import type { Logger } from "../core/logger.ts";

const levels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof levels)[number];
export const logLevels: readonly LogLevel[] = levels;

/** One JSON object a line on standard error, from `level` up. Standard output stays the answer's. */
export function jsonLogger(
  level: LogLevel,
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Logger {
  const log =
    (name: LogLevel): Logger["info"] =>
    (message, fields = {}) => {
      if (levels.indexOf(name) < levels.indexOf(level)) return;
      const time = new Date().toISOString();
      write(`${JSON.stringify({ time, level: name, message, ...fields })}\n`);
    };
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}
