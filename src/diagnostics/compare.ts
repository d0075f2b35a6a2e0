import type { Diagnostic } from "../core/diagnostic.ts";
import { type EditedText, type Followed, followLines } from "./follow-lines.ts";

/** What an edit did to the messages of a tool. */
export interface Compared {
  /** Messages that were not there before the edit, in the order of the tool. */
  readonly brought: readonly Diagnostic[];
  /** How many are resolved. */
  readonly went: number;
  /** How many were there before and still are. */
  readonly stayed: number;
}

/**
 * Which messages an edit brought. Old ones are followed to where their lines are now: the same message there is the old one.
 * The same message in the lines that took the place of its line is the old one, too: who rewrites a line and leaves its error
 * brings none.
 */
export function compareDiagnostics(
  before: readonly Diagnostic[],
  after: readonly Diagnostic[],
  edits: readonly EditedText[],
): Compared {
  const followers = new Map(
    edits.map((one) => [one.path, { newPath: one.newPath, follow: followLines(one) }]),
  );
  const open = new Map<string, Diagnostic[]>();
  for (const one of after) {
    const key = messageKey(one.file, one.message);
    const known = open.get(key);
    if (known) known.push(one);
    else open.set(key, [one]);
  }
  const old = before.map((one) => {
    const follower = followers.get(one.file);
    const place: Followed = follower ? follower.follow(one.line) : { line: one.line };
    const file = follower ? follower.newPath : one.file;
    const message = follower ? withFollowedLines(one.message, follower.follow) : one.message;
    return { one, place, key: file === null ? undefined : messageKey(file, message) };
  });
  let stayed = 0;
  const take = (key: string | undefined, fits: (now: Diagnostic) => boolean): boolean => {
    const here = key === undefined ? undefined : open.get(key);
    const at = here?.findIndex(fits) ?? -1;
    if (at < 0) return false;
    here!.splice(at, 1);
    stayed++;
    return true;
  };
  // Lines that stayed are surer than lines that were replaced, and the same column is surer than another one.
  const first = old.filter(({ one, place, key }) => {
    if (!("line" in place)) return true;
    return !take(key, (now) => now.line === place.line && now.column === one.column);
  });
  for (const { place, key } of first) {
    if ("line" in place) take(key, (now) => now.line === place.line);
    else take(key, (now) => now.line >= place.stretch[0] && now.line <= place.stretch[1]);
  }
  const left = new Set([...open.values()].flat());
  return {
    brought: after.filter((one) => left.has(one)),
    went: before.length - stayed,
    stayed,
  };
}

const messageKey = (file: string, message: string): string => `${file}\0${message}`;

/** Lines that a message names move as its own line does. */
function withFollowedLines(message: string, follow: (line: number) => Followed): string {
  return message.replace(/\b(lines? )(\d{1,9})\b/g, (whole, word: string, digits: string) => {
    const place = follow(Number(digits));
    return "line" in place ? `${word}${place.line}` : whole;
  });
}
