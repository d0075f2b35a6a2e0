import { expect } from "vitest";
import { RedraftError } from "../../src/core/errors.ts";
import { planRepeat } from "../../src/orchestrate/like-places/repeat.ts";
import { memoryView } from "../support/memory-repository.ts";

/**
 * A repository in which an edit was made: `‹old=new›` is the edit, `«old=new»` a place where it must be repeated, `‖` in front of a
 * line a place that must be listed as like it in part.
 */
export interface RepeatTrap {
  readonly files: Readonly<Record<string, string>>;
  readonly refused?: readonly [code: string, part: string];
  /** A part of the reason of every place that is listed. */
  readonly why?: string;
  /** Lines that are listed as unsure, as `path:line: text  ->  line after the edit`. */
  readonly unsure?: readonly string[];
}

const example = /‹([^=›]*)=([^›]*)›/gu;
const place = /«([^=»]*)=([^»]*)»/gu;

interface ReadTrap {
  readonly before: string;
  readonly now: string;
  readonly after: string;
  /** Lines of the text after the edit. */
  readonly partial: readonly number[];
}

const readTrap = (text: string): ReadTrap => {
  const plain = text.replaceAll("≡", "\0");
  const done = (one: string): string => one.replaceAll("\0", "=").replaceAll("‖", "");
  const now = plain.replace(example, "$2").replace(place, "$1");
  return {
    before: done(plain.replace(example, "$1").replace(place, "$1")),
    now: done(now),
    after: done(plain.replace(example, "$2").replace(place, "$2")),
    partial: now.split("\n").flatMap((line, index) => (line.startsWith("‖") ? [index + 1] : [])),
  };
};

export async function springRepeat({ files, refused, why, unsure }: RepeatTrap): Promise<void> {
  const read = Object.entries(files).map(([path, text]) => [path, readTrap(text)] as const);
  const view = await memoryView(Object.fromEntries(read.map(([path, { now }]) => [path, now])));
  const edit = read
    .filter(([, { before, now }]) => before !== now)
    .map(([path, { before, now }]) => ({ path, before, after: now }));
  const made = await planRepeat(view, { edit }).catch((error: unknown) => error as Error);
  if (refused) {
    expect(made).toBeInstanceOf(RedraftError);
    expect(made).toMatchObject({ code: refused[0] });
    expect((made as Error).message).toContain(refused[1]);
    return;
  }
  if (made instanceof Error) throw made;
  const written = new Map(made.files.map((file) => [file.path, file.after]));
  for (const [path, { now, after }] of read) expect(written.get(path) ?? now, path).toBe(after);
  const listed = made.partial.map(({ path, line }) => `${path}:${line}`).sort();
  const wanted = read
    .flatMap(([path, { partial }]) => partial.map((line) => `${path}:${line}`))
    .sort();
  expect([...new Set(listed)]).toEqual(wanted);
  if (why !== undefined) for (const one of made.partial) expect(one.why).toContain(why);
  if (unsure === undefined) return;
  const shown = made.places.flatMap((one) =>
    one.unsure === undefined ? [] : `${one.path}:${one.line}: ${one.text}  ->  ${one.becomes}`,
  );
  expect(shown).toEqual(unsure);
}
