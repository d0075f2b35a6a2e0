import * as z from "zod";
import { formatNames } from "../../core/edit.ts";
import type { Receipt } from "./format.ts";

const countSchema = z.int().min(0);
const lineNumberSchema = z.int().min(1);
const sha256Digits = z.string().regex(/^[0-9a-f]{64}$/);
const lineSpan = z
  .tuple([lineNumberSchema, lineNumberSchema])
  .meta({ id: "Span", description: "First and last line, from 1, both included." });

const resultRun = z
  .discriminatedUnion("from", [
    z.strictObject({
      from: z.literal("source"),
      lines: lineSpan,
      source: lineNumberSchema.describe("The source line that is the first of these lines."),
      ends: z
        .literal("changed")
        .optional()
        .describe("The text is the source's, the line end is not."),
    }),
    z.strictObject({
      from: z.literal("edit"),
      lines: lineSpan,
      edit: lineNumberSchema.describe("The line of the edit that is the first of these lines."),
    }),
    z.strictObject({
      from: z.literal("merged"),
      lines: lineSpan,
      source: lineSpan.optional().describe("The source lines that the line begins and ends like."),
      edit: lineNumberSchema
        .optional()
        .describe("The line of the edit that it is made of, where one is known."),
    }),
    z.strictObject({ from: z.literal("layout"), lines: lineSpan }),
    z.strictObject({
      from: z.literal("model"),
      lines: lineSpan,
      edit: lineNumberSchema.optional(),
    }),
    z.strictObject({ from: z.literal("cell"), lines: lineSpan }),
    z.strictObject({ from: z.literal("other"), lines: lineSpan }),
  ])
  .meta({ id: "ResultRun" });

const sourceRun = z
  .discriminatedUnion("fate", [
    z.strictObject({
      fate: z.literal("kept"),
      lines: lineSpan,
      result: lineNumberSchema.describe("The line of the result that is the first of these lines."),
    }),
    z.strictObject({
      fate: z.literal("replaced"),
      lines: lineSpan,
      result: lineSpan.describe("The lines of the result that replace them."),
    }),
    z.strictObject({ fate: z.literal("removed"), lines: lineSpan }),
  ])
  .meta({ id: "SourceRun" });

const confidence = z
  .number()
  .min(0)
  .max(1)
  .refine((value) => Math.round(value * 1e4) / 1e4 === value, "more than four digits")
  .describe("At most four digits after the decimal point.");

const lineMapFields = {
  result: z.array(resultRun).describe("Every line of the result in one run, in order."),
  source: z.array(sourceRun).describe("Every line of the source in one run, in order."),
};

const side = z
  .strictObject({
    sha256: sha256Digits.describe("Of the bytes of the file."),
    bytes: countSchema,
    lines: countSchema,
    encoding: z.enum(["utf-8", "utf-8-stray", "utf-16le", "utf-16be", "windows-1252"]),
    bom: z.boolean(),
  })
  .meta({ id: "Side" });

/** The shape of a receipt, version 1; `docs/schemas/receipt-1.json` is made of it. */
export const receiptShape: z.ZodType<Receipt> = z
  .strictObject({
    receipt: z.literal(1).describe("Version of this format."),
    tool: z.string(),
    path: z.string(),
    movedTo: z.string().optional(),
    action: z.enum(["update", "create", "delete", "move"]),
    before: side.nullable().describe("null: the file did not exist."),
    after: side.nullable().describe("null: the file was deleted."),
    edit: z
      .strictObject({
        sha256: sha256Digits.describe("Of the edit as written, in UTF-8."),
        format: z.enum(formatNames),
      })
      .optional(),
    base: z
      .strictObject({
        sha256: sha256Digits.describe("Of the text that the edit was written for, in UTF-8."),
      })
      .optional(),
    route: z.enum(["merge", "model", "rewrite"]),
    why: z.string(),
    model: z.strictObject({ name: z.string(), confidence: confidence.optional() }).optional(),
    checks: z.array(
      z.strictObject({ name: z.string(), ok: z.union([z.boolean(), z.literal("unknown")]) }),
    ),
    lines: z.strictObject(lineMapFields),
    cells: z
      .array(
        z.strictObject({
          number: lineNumberSchema,
          id: z.string().optional(),
          before: countSchema.describe("Lines of the cell's source before."),
          after: countSchema.describe("Lines of the cell's source after."),
          ...lineMapFields,
        }),
      )
      .min(1)
      .optional(),
    digest: sha256Digits.describe("SHA-256 of the canonical form of everything else."),
  })
  .meta({ title: "Receipt of an edit, version 1" }) as z.ZodType<Receipt>;

/** The same as a JSON schema. */
export function receiptSchema(): Record<string, unknown> {
  return z.toJSONSchema(receiptShape) as Record<string, unknown>;
}
