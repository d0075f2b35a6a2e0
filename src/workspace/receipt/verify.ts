import { isUtf8 } from "node:buffer";
import { splitLines, type TextLine } from "../../text/lines.ts";
import { decodeText } from "../encoding.ts";
import { sha256 } from "../sha256.ts";
import { editTexts } from "./edit-lines.ts";
import { canonical, type Receipt, type ReceiptSide } from "./format.ts";
import { cellText, withoutSources } from "./notebook-cell.ts";
import { receiptShape } from "./shape.ts";
import { compareLines, type LineCounts, type MapTexts, readMap } from "./verify-map.ts";

/** What a receipt is compared with; what is left out is not checked. */
export interface ReceiptFiles {
  /** Bytes of the file before the edit, and after. */
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
  /** The edit as written, and the text that it was written for, in a file. */
  readonly edit?: Uint8Array;
  readonly base?: Uint8Array;
}

export interface Verification {
  /** Nothing that was checked is wrong. */
  readonly ok: boolean;
  /** What is wrong, at most twenty. */
  readonly problems: readonly string[];
  readonly checked: readonly string[];
  /** What this answer says nothing about, and why. */
  readonly notChecked: readonly string[];
  /** Absent where the bytes are no receipt. */
  readonly receipt?: Receipt;
}

const mostProblems = 20;

/**
 * Checks a receipt by itself and against the files that are given. Only the canonical form verifies: with any byte changed,
 * white space and order included, it is no receipt any more. A digest is no signature: it shows damage, not who wrote it.
 */
export function verifyReceipt(bytes: Uint8Array, files: ReceiptFiles = {}): Verification {
  const problems: string[] = [];
  const say = (problem: string): void => {
    if (problems.length < mostProblems) problems.push(problem);
  };
  const receipt = readReceipt(bytes, say);
  if (!receipt) return { ok: false, problems, checked: [], notChecked: [] };
  const checked: string[] = ["the receipt is whole: canonical form and digest"];
  const notChecked: string[] = [];
  checkItself(receipt, say);
  const before = sideText("before", receipt.before, files.before, say);
  const after = sideText("after", receipt.after, files.after, say);
  const edit = givenText("edit", receipt.edit, files.edit, say);
  givenText("base", receipt.base, files.base, say);
  for (const [name, side] of [
    ["before", receipt.before],
    ["after", receipt.after],
    ["edit", receipt.edit],
    ["base", receipt.base],
  ] as const) {
    if (files[name] !== undefined) checked.push(`${name}: its hash`);
    else if (side) notChecked.push(`${name}: not given`);
  }
  const counts: LineCounts = { kept: 0, edit: 0, merged: 0, untraced: 0 };
  const lines = edit === undefined ? undefined : editTexts(edit);
  const maps = mapsOf(receipt, before, after);
  let isCovered = true;
  for (const one of maps) {
    const gaps = readMap(one.map, one.before, one.after, (problem) => say(one.where + problem));
    if (!gaps) isCovered = false;
    else
      compareLines(one.map, gaps, { ...one.texts, edit: lines }, counts, (p) => say(one.where + p));
  }
  if (isCovered) checked.push("the runs of lines cover both sides once, and agree");
  const complete = before !== undefined && after !== undefined;
  if (complete) checkTexts(receipt, before, after, say);
  report(receipt, counts, { before, after, edit }, checked, notChecked);
  return { ok: problems.length === 0, problems, checked, notChecked, receipt };
}

/** The receipt that these bytes are, if they are the canonical form of one and its digest is right. */
function readReceipt(bytes: Uint8Array, say: (problem: string) => void): Receipt | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    say(`it is not JSON: ${(error as Error).message}`);
    return undefined;
  }
  const version = (value as { readonly receipt?: unknown } | null)?.receipt;
  if (typeof version === "number" && version !== 1) {
    say(`it is a receipt of version ${version}; this program reads version 1`);
    return undefined;
  }
  if (version !== 1) {
    say("it is not a Redraft receipt");
    return undefined;
  }
  // The cheap questions first: a receipt that was damaged is recognised by its digest.
  const { digest, ...rest } = value as Receipt;
  const text = `${canonical(value)}\n`;
  if (/\\u[d][89a-f]/.test(text) || !Buffer.from(text, "utf8").equals(bytes)) {
    say("it is not in canonical form: white space, order or spelling was changed");
    return undefined;
  }
  if (sha256(canonical(rest)) !== digest) {
    say("the digest does not match: the receipt was changed");
    return undefined;
  }
  const parsed = receiptShape.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    say(
      `it is not a valid receipt of version 1: ${path.length > 0 ? `${path.join(".")}: ` : ""}${message}`,
    );
    return undefined;
  }
  return parsed.data;
}

/** What one part of a receipt says about another. */
function checkItself(receipt: Receipt, say: (problem: string) => void): void {
  const { action, before, after, movedTo, route, model, edit, lines, cells } = receipt;
  if ((before === null) !== (action === "create"))
    say(`"before" does not fit the action ${action}`);
  if ((after === null) !== (action === "delete")) say(`"after" does not fit the action ${action}`);
  if ((movedTo !== undefined) !== (action === "move"))
    say(`"movedTo" does not fit the action ${action}`);
  if ((model !== undefined) !== (route !== "merge")) say(`"model" does not fit the route ${route}`);
  if (edit === undefined && route === "merge") say("there is no edit, and no model");
  if (before && after && (before.encoding !== after.encoding || before.bom !== after.bom))
    say("the encoding changed");
  const runs = [lines, ...(cells ?? [])].flatMap(({ result }) => result);
  const has = (from: string): boolean => runs.some((run) => run.from === from);
  const quotes = runs.some((run) => "edit" in run);
  if (quotes && edit === undefined) say("lines are from the edit, and there is none");
  if (has("model") && model === undefined) say("lines are from a model, and there is none");
  if (lines.result.some(({ from }) => from === "cell") && cells === undefined)
    say("lines are from a cell, and there is none");
  if (before && after) {
    const isSame = runs.every((run) => run.from === "source" && run.ends === undefined);
    const keepsAll = isSame && lines.source.every(({ fate }) => fate === "kept");
    if (keepsAll !== (before.sha256 === after.sha256))
      say("the hashes and the lines disagree on whether anything changed");
  }
}

function sideText(
  name: "before" | "after",
  side: ReceiptSide | null,
  bytes: Uint8Array | undefined,
  say: (problem: string) => void,
): string | undefined {
  // A side without a file has no lines; one whose file was not given is unknown.
  if (bytes === undefined) return side === null ? "" : undefined;
  if (side === null) {
    say(`${name}: there was no file, but one is given`);
    return undefined;
  }
  if (sha256(bytes) !== side.sha256) {
    say(`${name}: the file has another hash`);
    return undefined;
  }
  if (bytes.length !== side.bytes)
    say(`${name}: the file has ${bytes.length} bytes, not ${side.bytes}`);
  const text = decodedAs(bytes, side);
  if (text === undefined) {
    say(`${name}: the file is not ${side.encoding}${side.bom ? " with a byte order mark" : ""}`);
    return undefined;
  }
  const { length } = splitLines(text);
  if (length !== side.lines) {
    say(`${name}: the file has ${length} lines, not ${side.lines}`);
    return undefined;
  }
  return text;
}

/** Returns the text of bytes in this encoding, or undefined if they are in another one. */
function decodedAs(bytes: Uint8Array, { encoding, bom }: ReceiptSide): string | undefined {
  try {
    if (encoding === "utf-8" && !bom) {
      // A text that was in no file may begin with a mark of its own.
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    }
    const own = decodeText(bytes, "");
    return own.encoding === encoding && own.bom === bom ? own.text : undefined;
  } catch {
    return undefined;
  }
}

/** A text that the receipt names by its hash in UTF-8; the file may be in any encoding that edits are read in. */
function givenText(
  name: "edit" | "base",
  side: { readonly sha256: string } | undefined,
  bytes: Uint8Array | undefined,
  say: (problem: string) => void,
): string | undefined {
  if (bytes === undefined) return undefined;
  if (side === undefined) {
    say(`${name}: the receipt knows of none, but one is given`);
    return undefined;
  }
  const texts = [
    ...(isUtf8(bytes) ? [Buffer.from(bytes).toString("utf8")] : []),
    textOfBytes(bytes),
  ];
  const text = texts.find((one) => one !== undefined && sha256(one) === side.sha256);
  if (text === undefined) say(`${name}: the text has another hash`);
  return text;
}

function textOfBytes(bytes: Uint8Array): string | undefined {
  try {
    return decodeText(bytes, "").text;
  } catch {
    return undefined;
  }
}

interface MapToCheck {
  readonly map: Receipt["lines"];
  readonly before: number;
  readonly after: number;
  readonly texts: MapTexts;
  /** Prefix of problems. */
  readonly where: string;
}

function mapsOf(
  { lines, cells, before, after }: Receipt,
  old: string | undefined,
  now: string | undefined,
): MapToCheck[] {
  const linesOf = (text: string | undefined): readonly TextLine[] | undefined =>
    text === undefined ? undefined : splitLines(text);
  const file: MapToCheck = {
    map: lines,
    before: before?.lines ?? 0,
    after: after?.lines ?? 0,
    texts: { before: linesOf(old), after: linesOf(now) },
    where: "",
  };
  const inCells = (cells ?? []).map((cell): MapToCheck => {
    const source = (json: string | undefined): readonly TextLine[] | undefined =>
      json === undefined ? undefined : linesOf(cellText(json, cell.number) ?? "");
    const texts = { before: source(old), after: source(now) };
    const { length: had = cell.before } = texts.before ?? {};
    const { length: has = cell.after } = texts.after ?? {};
    return { map: cell, before: had, after: has, texts, where: `cell ${cell.number}: ` };
  });
  return [file, ...inCells];
}

/** What takes both texts whole. */
function checkTexts(
  { cells }: Receipt,
  before: string,
  after: string,
  say: (problem: string) => void,
): void {
  if (cells === undefined) return;
  for (const { number, before: had, after: has } of cells) {
    const count = (json: string): number => splitLines(cellText(json, number) ?? "").length;
    if (count(before) !== had || count(after) !== has) say(`cell ${number}: it has other lines`);
  }
  const rest = withoutSources(before, cells);
  if (rest === undefined || rest !== withoutSources(after, cells))
    say("more than the sources of the named cells changed");
}

function report(
  { cells }: Receipt,
  counts: LineCounts,
  texts: { before: string | undefined; after: string | undefined; edit: string | undefined },
  checked: string[],
  notChecked: string[],
): void {
  const lines = (count: number): string => `${count} ${count === 1 ? "line" : "lines"}`;
  const { before, after, edit } = texts;
  if (before !== undefined && after !== undefined) {
    checked.push(`${lines(counts.kept)} kept as they were`);
    if (cells) checked.push("nothing but the sources of the named cells changed");
  } else notChecked.push("that kept lines are equal: takes --before and --after");
  if (after !== undefined && edit !== undefined) {
    checked.push(`${lines(counts.edit)} from the edit`);
    if (before !== undefined) checked.push(`${lines(counts.merged)} made of the edit and the file`);
    else notChecked.push("lines made of the edit and the file: takes --before");
  } else notChecked.push("that lines from the edit are the edit's: takes --after and --edit");
  if (counts.untraced > 0)
    notChecked.push(`${lines(counts.untraced)} that a model wrote, or whose origin is not traced`);
  notChecked.push(
    "path, route, checks, model and tool: claims of the program that wrote the receipt",
  );
}
