import { once } from "node:events";
import { createReadStream, fstatSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Command } from "commander";
import { type FormatName, formatNames } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import type { EditRequest, EditResult, Route } from "../core/request.ts";
import { baseOf } from "../core/text-store.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { settleRoute } from "../redraft/settle-route.ts";
import type { ApplyFormatName } from "../settle/model/apply-formats.ts";
import { fileError } from "../workspace/disk.ts";
import type { Receipt } from "../workspace/receipt/format.ts";
import { receiptOf } from "../workspace/receipt/receipt.ts";
import { readJsonLines } from "./json-lines.ts";
import { modelOption } from "./model-option.ts";
import { promptFormatOption } from "./prompt-format.ts";
import { whileWaiting } from "./waiting.ts";
import { warnings } from "./warnings.ts";

/** One answer of `redraft batch`. */
export interface BatchAnswerLine {
  readonly id: unknown;
  readonly result: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly route: Route | null;
  /** The whole texts of an ambiguous edit, best first, at most three. */
  readonly candidates?: readonly string[];
  /** The receipt of the result, where the line asked for one: of texts in UTF-8. */
  readonly receipt?: Receipt;
  readonly ms: number;
}

/** `redraft batch`: answers every line of its input with a line, in order, in constant memory. */
export function batchCommand(): Command {
  return new Command("batch")
    .description(
      "Applies many edits to texts: reads one JSON object per line and writes one result per line, in order.",
    )
    .argument("[file]", "file with the edits (default, or -: standard input)")
    .addOption(modelOption())
    .addOption(promptFormatOption())
    .option("--fail", "exit with 1 if any edit is refused")
    .addHelpText("after", help)
    .action(
      async (
        file: string | undefined,
        options: {
          readonly model: string;
          readonly promptFormat?: ApplyFormatName;
          readonly fail?: boolean;
        },
      ) => {
        const input = await inputOf(file);
        const settle = await settleRoute(options.model, {
          ...options,
          env: process.env,
          logger: warnings,
        });
        const redraft = createRedraft(settle ? { settle } : {});
        try {
          let answered = 0;
          await whileWaiting(
            () => `${answered} answered`,
            async () => {
              for await (const line of readJsonLines(input)) {
                const answer = await answerLine(line, redraft);
                answered += 1;
                if (options.fail && answer.error !== null) process.exitCode = 1;
                if (!process.stdout.write(`${JSON.stringify(answer)}\n`))
                  await once(process.stdout, "drain");
              }
            },
          );
        } finally {
          await redraft.dispose();
        }
      },
    );
}

/** A file is read in large pieces: each piece costs a turn through the thread pool. */
async function inputOf(path: string | undefined): Promise<Readable> {
  const large = { highWaterMark: 1 << 20 };
  if (path !== undefined && path !== "-") {
    const file = await open(path).catch((error: unknown) => {
      throw fileError("read", path, error);
    });
    if ((await file.stat()).isDirectory()) {
      await file.close();
      throw fileError("read", path, { code: "EISDIR" });
    }
    return file.createReadStream(large);
  }
  if (!fstatSync(0).isFile()) return process.stdin;
  return createReadStream("", { fd: 0, ...large });
}

/** Answers one line, whatever it holds. */
export async function answerLine(
  line: string | RedraftError,
  redraft: Redraft,
): Promise<BatchAnswerLine> {
  let id: unknown = null;
  const start = performance.now();
  try {
    if (typeof line !== "string") throw line;
    const fields = parse(line);
    id = fields.id ?? null;
    const started = performance.now();
    const asked = request(fields);
    const result = await redraft.apply(asked);
    const receipt = fields.receipt === true ? receiptField(asked, result) : {};
    const ms = performance.now() - started;
    return { id, result: result.text ?? "", error: null, route: result.route, ...receipt, ms };
  } catch (error) {
    const ms = performance.now() - start;
    if (typeof line === "string") id ??= idIn(line);
    return { id, result: null, route: null, ms, ...explained(error) };
  }
}

function receiptField(
  { edit, source }: EditRequest,
  result: EditResult,
): { readonly receipt: Receipt } {
  return { receipt: receiptOf(result, { edit, before: source }) };
}

function explained(error: unknown): Pick<BatchAnswerLine, "error" | "candidates"> {
  if (!RedraftError.is(error)) {
    const message = `internal error: ${error instanceof Error ? error.message : String(error)}`;
    return { error: { code: "engine-failed", message } };
  }
  const { code, message, details } = error;
  const candidates = details.candidates as readonly string[] | undefined;
  const isAmbiguous = code === "ambiguous" && Array.isArray(candidates);
  return {
    error: { code, message },
    ...(isAmbiguous ? { candidates: candidates.slice(0, 3) } : {}),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parse(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new RedraftError("usage", `the line is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RedraftError("usage", "the line is not a JSON object.");
  }
  return value as Fields;
}

function request(fields: Fields): EditRequest {
  const format = fields.format ?? "auto";
  if (format !== "auto" && !(formatNames as readonly unknown[]).includes(format)) {
    throw new RedraftError(
      "usage",
      `"format" is ${JSON.stringify(format)}; use auto, ${formatNames.join(", ")}.`,
    );
  }
  if (fields.receipt != null && typeof fields.receipt !== "boolean")
    throw new RedraftError("usage", '"receipt" must be true or false.');
  const instruction = fields.instruction ?? undefined;
  return {
    path: textField(fields, "path"),
    source: textField(fields, "original"),
    edit: textField(fields, "edit"),
    format: format as FormatName | "auto",
    ...(instruction === undefined ? {} : { instruction: textField(fields, "instruction") }),
    ...(fields.cell == null ? {} : { cell: cellOf(fields.cell) }),
    ...(fields.symbol == null ? {} : { symbol: textField(fields, "symbol") }),
    ...(fields.base == null ? {} : { base: baseOf(textField(fields, "base")) }),
  };
}

function cellOf(value: unknown): string | number {
  if (typeof value === "string" || Number.isSafeInteger(value)) return value as string | number;
  throw new RedraftError("usage", '"cell" must be an id (a string) or a number from 1.');
}

function textField(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw new RedraftError(
    "usage",
    `"${name}" is ${value === undefined ? "missing" : "not a string"}: a line is {"id","path","original","edit","format"?,"instruction"?,"base"?,"cell"?,"symbol"?,"receipt"?}.`,
  );
}

/** The id of a line that is no JSON, where it can still be made out. */
function idIn(line: string): unknown {
  const match = /"id"\s*:\s*("(?:[^"\\]|\\.){0,1000}"|-?\d{1,15}(?![\d.eE]))/.exec(
    line.slice(0, 4096),
  );
  try {
    return match ? JSON.parse(match[1]!) : null;
  } catch {
    return null;
  }
}

const help = `
In:   {"id","path","original","edit","format"?,"instruction"?}, and optionally "base", "cell", "symbol", "receipt":
      base = the text that the edit was written for, if the file has changed since, or the SHA-256 (8 digits or more) of
      the original or result of an earlier line: the edit is placed in it and carried over to the original.
      cell = the notebook cell that the edit is for: its id, or its number from 1.
      symbol = the function or class that the edit is about.
      "receipt": true asks for the receipt of the result (docs/guide/receipt.md), as "receipt" in the answer.
Out:  {"id","result":string|null,"error":null|{"code","message"},"route":"merge"|"model"|"rewrite"|null,"candidates"?:string[],"ms"}
      result null = refused; candidates = the possible texts of an ambiguous edit, best first.

Examples:
  redraft batch edits.jsonl > answers.jsonl
  redraft batch edits.jsonl --fail > answers.jsonl      1 if any is refused, for scripts

Exit codes: 0 every line is answered, 1 with --fail an edit is refused, 2 wrong usage, 3 the input cannot be read.`;
