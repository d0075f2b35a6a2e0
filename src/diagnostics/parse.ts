import { stripVTControlCharacters } from "node:util";
import type { Diagnostic } from "../core/diagnostic.ts";
import { codeIn } from "./code.ts";
import { TracebackReader } from "./traceback.ts";

/** A message as a tool printed it: the file is spelled as the tool does. */
export type Printed = Diagnostic;

/** Longer lines are no messages for people, and not worth a search. */
const longestToolLine = 4000;

/** `file:line:col: message`, also without a column, with an end (`:line:col`), or with ` - ` before the message. */
const colons =
  /^(?<file>.+?):(?<line>\d{1,9})(?::(?<column>\d{1,9})(?::\d{1,9}:\d{1,9}|-\d{1,9})?)?(?: - |: ?)(?<rest>.+)$/;

/** `file(line,col): message`, as `tsc` and other compilers from Microsoft write. */
const bracketForm =
  /^(?<file>.+?)\((?<line>\d{1,9})(?:,(?<column>\d{1,9})(?:,\d{1,9},\d{1,9})?)?\) ?: (?<rest>.+)$/;

/** `file: line 1, col 2, Error - message`, the compact form of ESLint. */
const lineColumnForm =
  /^(?<file>.+?): line (?<line>\d{1,9}), col (?<column>\d{1,9}), (?<rest>(?:Error|Warning) - .+)$/;

/** A row below the name of its file, as ESLint writes by default. */
const row = /^(?<line>\d{1,9}):(?<column>\d{1,9}) +(?<rest>(?:error|warning) .+)$/;

/** Where rustc and ruff say what is wrong, and in a later line where. */
const headline =
  /^(?<rest>(?:(?:error|warning)(?:\[[A-Z0-9]{1,9}\])?: |[A-Z]{1,4}\d{3,4} (?:\[\*\] )?|invalid-syntax: ).+)$/;
const arrow = /^--> (?<file>.+?):(?<line>\d{1,9}):(?<column>\d{1,9})$/;

/**
 * Reads what a tool printed. `isFile` says whether a name, as printed, is a file: times of day, addresses and prose look like
 * places, too. Notes and hints, which explain another message, are left out.
 */
export function parseDiagnostics(output: string, isFile: (name: string) => boolean): Printed[] {
  const found: Printed[] = [];
  let heading: string | undefined;
  let said: string | undefined;
  const tracebacks = new TracebackReader(isFile);
  for (const raw of output.split(/\r?\n/)) {
    if (raw.length > longestToolLine) continue;
    const line = stripVTControlCharacters(raw).trim();
    if (line === "") continue;
    const pointed = arrow.exec(line)?.groups;
    if (pointed && said !== undefined && isFile(pointed.file!)) {
      addPrinted(found, pointed.file!, pointed.line!, pointed.column, said);
      said = undefined;
      continue;
    }
    const traced = tracebacks.read(line);
    if (traced === "frame") continue;
    if (traced) {
      addPrinted(found, traced.file, String(traced.line), undefined, traced.message);
      continue;
    }
    const own = (lineColumnForm.exec(line) ?? bracketForm.exec(line) ?? colons.exec(line))?.groups;
    const file = own && fileIn(own.file!, isFile);
    if (own && file !== undefined) {
      addPrinted(found, file, own.line!, own.column, own.rest!);
      continue;
    }
    const below = heading === undefined ? undefined : row.exec(line)?.groups;
    if (below) addPrinted(found, heading!, below.line!, below.column, below.rest!);
    else if (headline.test(line)) said = line;
    else if (isFile(line)) heading = line;
  }
  return found;
}

/** The file that a place names; what a tool writes before it (`vet: `, `[build] `) is no part of it. */
function fileIn(name: string, isFile: (name: string) => boolean): string | undefined {
  if (isFile(name)) return name;
  const last = name.slice(name.lastIndexOf(" ") + 1);
  return last !== name && last !== "" && isFile(last) ? last : undefined;
}

const severity =
  /^(?<word>fatal error|error|warning|warn|note|information|info|hint|help|remark)(?![\w-]) ?(?:- |: ?)?/i;

const severityTag = /\[(?<word>Error|Warning)(?:\/[^\]]*)?\]$/;

function addPrinted(
  found: Printed[],
  file: string,
  line: string,
  column: string | undefined,
  rest: string,
): void {
  const start = severity.exec(rest);
  const word = (start ?? severityTag.exec(rest))?.groups?.word?.toLowerCase() ?? "error";
  if (/^(?:note|info|hint|help|remark)/.test(word)) return;
  const said = start ? rest.slice(start[0].length).trim() : rest.trim();
  const message = said === "" ? rest.trim() : said;
  const code = codeIn(message);
  found.push({
    file,
    line: Number(line),
    ...(column === undefined ? {} : { column: Number(column) }),
    severity: word.startsWith("warn") ? "warning" : "error",
    message,
    ...(code === undefined ? {} : { code }),
  });
}
