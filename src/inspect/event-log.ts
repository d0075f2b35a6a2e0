import { openSync, writeSync } from "node:fs";
import { fileError } from "../workspace/disk.ts";

/** What an event log begins with: the first of its JSON lines. */
export interface EventLogHead {
  readonly command: string;
  readonly files?: readonly string[];
  readonly instruction?: string;
  readonly model?: string;
}

/**
 * Writes an event log, version 1: JSON lines, the head first, then every event with `at`, the ms since the head. Each line is written when
 * its event happens, so that a log which a kill cuts off is whole up to its last line.
 *
 * @throws `file-error` where the file cannot be created
 */
export function openEventLog(
  path: string,
  head: EventLogHead,
  now: () => number = () => performance.now(),
): (event: object) => void {
  let file: number;
  try {
    file = openSync(path, "w", 0o600);
  } catch (error) {
    throw fileError("write", path, error);
  }
  const started = now();
  const time = new Date().toISOString();
  writeSync(file, `${JSON.stringify({ redraft: "events", version: 1, time, ...head })}\n`);
  return (event) => {
    const at = Math.round((now() - started) * 1000) / 1000;
    writeSync(file, `${JSON.stringify({ at, ...slim(event) })}\n`);
  };
}

/** Accounts of every line and texts of whole files are left out; an error is its code and message. */
function slim(event: object): object {
  return JSON.parse(JSON.stringify(event, slimValue)) as object;
}

const unloggedKeys: ReadonlySet<string> = new Set(["proof", "cells", "before", "after", "details"]);

function slimValue(key: string, value: unknown): unknown {
  if (unloggedKeys.has(key)) return undefined;
  if (value instanceof Error) {
    const { code } = value as { readonly code?: string };
    return { message: value.message, ...(code !== undefined && { code }) };
  }
  return value;
}
