import { InvalidArgumentError, Option } from "commander";

/**
 * The largest values that options and settings take. Each is far above what is useful, and below what fails without a word: a timer of
 * more than 24 days fires at once, the context of all sequences together is a 32-bit number, and no text is longer than 512 MB.
 */
export const largestValues = {
  threads: 1024,
  context: 4_194_304,
  sequences: 256,
  workers: 256,
  waiting: 1_000_000,
  connections: 65_535,
  bodyBytes: 512_000_000,
  bodiesBytes: 64_000_000_000,
  attempts: 100,
  /** A week. */
  seconds: 604_800,
} as const;

export function whole(text: string): number {
  return wholeIn(text, Number.MAX_SAFE_INTEGER, "It must be a whole number above 0.");
}

/** Reads a whole number up to the largest value of that name. */
export function wholeUpTo(name: keyof typeof largestValues): (text: string) => number {
  const most = largestValues[name];
  return (text) => wholeIn(text, most, `It must be a whole number from 1 to ${most}.`);
}

function wholeIn(text: string, most: number, message: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= most) return value;
  throw new InvalidArgumentError(message);
}

export function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError("It must be a port from 0 to 65535.");
}

/** Seconds as written, milliseconds as used. */
export function seconds(text: string): number {
  const value = Number(text);
  const most = largestValues.seconds;
  if (value > 0 && value <= most) return value * 1000;
  throw new InvalidArgumentError(`It must be a number of seconds above 0, and at most ${most}.`);
}

/** An option that is written and shown in seconds, and used in ms. */
export function inSeconds(flags: string, description: string, defaultMs: number): Option {
  return new Option(flags, description)
    .argParser(seconds)
    .default(defaultMs, String(defaultMs / 1000));
}
