import { parseJson } from "../text/json.ts";
import { fenceOf } from "./wrapping.ts";

/** A text read as JSON: its value, or where it stops being JSON. */
export type JsonText =
  | { readonly value: unknown }
  | { readonly problem: string; readonly firstKey: string };

/**
 * Reads a text that is one JSON object or array, or one object a line, bare or in a code fence. Raw line ends and tabs
 * inside strings are accepted, and so is a comma after the last field. Undefined if it does not look like JSON.
 */
export function jsonText(text: string): JsonText | undefined {
  const body = withoutFence(text);
  if (!/^[[{]/.test(body)) return undefined;
  const read = parseJson(body) ?? parsedLines(body);
  if (read) return read;
  const repaired = mended(body);
  const again = repaired === body ? undefined : parseJson(repaired);
  if (again) return again;
  const firstKey = /^[[{]\s*(?:\{\s*)?"([\w-]+)"\s*:/.exec(body)?.[1];
  return firstKey === undefined ? undefined : { problem: problemOf(repaired), firstKey };
}

/** The value of a string that is one JSON object or array, or undefined for other strings. */
export function jsonInside(text: string): { readonly value: unknown } | undefined {
  const body = text.trim();
  return /^[[{]/.test(body) ? (parseJson(body) ?? parseJson(mended(body))) : undefined;
}

/** The body of the only fenced block, without the prose around it; else the text itself. */
function withoutFence(text: string): string {
  const trimmed = text.trim();
  if (/^[[{]/.test(trimmed) || !/`{3}|~{3}/.test(trimmed)) return trimmed;
  const lines = trimmed.split("\n");
  const fences = lines.flatMap((line, index) => (fenceOf(line) ? [index] : []));
  if (fences.length !== 2) return trimmed;
  return lines
    .slice(fences[0]! + 1, fences[1]!)
    .join("\n")
    .trim();
}

function parsedLines(text: string): { readonly value: unknown } | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length < 2 || lines.length > 1_000) return undefined;
  const values: unknown[] = [];
  for (const line of lines) {
    const one = parseJson(line);
    if (!one) return undefined;
    values.push(one.value);
  }
  return { value: values };
}

const shortEscapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Raw control characters inside strings, escaped, and no comma before a closing bracket. Where quotes are not escaped
 * either, this is no JSON still.
 */
function mended(text: string): string {
  const closes = /,\s*[}\]]/y;
  let inside = false;
  let result = "";
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (inside && character === "\\") result += character + (text[++index] ?? "");
    else if (inside && character < " ")
      result +=
        shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
    else {
      if (character === '"') inside = !inside;
      closes.lastIndex = index;
      if (inside || character !== "," || !closes.test(text)) result += character;
    }
  }
  return result;
}

function problemOf(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    const message = (error as Error).message;
    if (/end of JSON|Unterminated/.test(message)) return "it is cut off";
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? Number.NaN);
    if (Number.isNaN(at)) return "it is not valid JSON";
    const near = text.slice(Math.max(0, at - 20), at + 10).replace(/\s+/g, " ");
    if (/escape/.test(message)) return `a backslash near \`${near}\` is not doubled`;
    return `it stops being JSON near \`${near}\` (is a quote inside a string not escaped?)`;
  }
}
