import { InvalidArgumentError, Option } from "commander";

export function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

export function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError("It must be a port from 0 to 65535.");
}

/** Seconds as written, milliseconds as used. */
export function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value * 1000;
  throw new InvalidArgumentError("It must be a number of seconds above 0.");
}

/** An option that is written and shown in seconds, and used in ms. */
export function inSeconds(flags: string, description: string, defaultMs: number): Option {
  return new Option(flags, description)
    .argParser(seconds)
    .default(defaultMs, String(defaultMs / 1000));
}
