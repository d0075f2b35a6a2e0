import { type Logger, silentLogger } from "../core/logger.ts";

/** Warnings as plain lines on stderr, for commands that print their result on stdout. */
export const warnings: Logger = {
  ...silentLogger,
  warn: (message) => void process.stderr.write(`redraft: ${message}\n`),
};
