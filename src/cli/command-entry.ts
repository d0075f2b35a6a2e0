import type { Command } from "commander";

/** A command is loaded when it is called, so that the others cost nothing at start. */
export interface CommandEntry {
  readonly name: string;
  /** One line for `redraft --help`. */
  readonly summary: string;
  load(): Promise<Command>;
}
