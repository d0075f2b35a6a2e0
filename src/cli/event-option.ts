import { Option } from "commander";
import { type EventLogHead, openEventLog } from "../inspect/event-log.ts";

/** `--events <file>`: an event log of the call, which `redraft inspect` shows. */
export function eventsOption(): Option {
  return new Option(
    "--events <file>",
    "write what happens to this file, as JSON lines (see redraft inspect)",
  );
}

/** Writes the events that it is called with to the file of `--events`; nothing where there is none. */
export function eventListener(
  file: string | undefined,
  head: EventLogHead,
): { readonly onEvent?: (event: object) => void } {
  return file === undefined ? {} : { onEvent: openEventLog(file, head) };
}
