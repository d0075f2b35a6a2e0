import * as z from "zod";
import { ApiError } from "./errors.ts";
import type { ApplyRead } from "./requests.ts";
import { type Maybe, parseBody } from "./schemas.ts";

/** Relace's apply request, in the two spellings that its clients use. */
export interface CodeApplyRequest {
  readonly model?: Maybe<string>;
  readonly initial_code?: string | undefined;
  readonly initialCode?: string | undefined;
  readonly edit_snippet?: string | undefined;
  readonly editSnippet?: string | undefined;
  readonly instruction?: Maybe<string>;
  readonly instructions?: Maybe<string>;
  readonly stream?: Maybe<boolean>;
  readonly relace_metadata?: Maybe<Readonly<Record<string, unknown>>>;
  /** As of every apply request: `path`, `base`, `cell`. */
  readonly metadata?: Maybe<Readonly<Record<string, string>>>;
}

export const codeApplyRequest: z.ZodType<CodeApplyRequest> = z.looseObject({
  model: z.string().nullish(),
  initial_code: z.string().optional(),
  initialCode: z.string().optional(),
  edit_snippet: z.string().optional(),
  editSnippet: z.string().optional(),
  instruction: z.string().nullish(),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  relace_metadata: z.record(z.string(), z.unknown()).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});

/** Reads a body of `/v1/code/apply`. Throws an `ApiError` 400 that names the field. */
export function readCodeApply(body: unknown): ApplyRead {
  const request = parseBody(codeApplyRequest, body, { stream: (value) => value === true });
  const code = oneOf(request, "initial_code", "initialCode");
  const update = oneOf(request, "edit_snippet", "editSnippet");
  const instruction = request.instruction ?? request.instructions;
  const { path, filename, base, cell } = request.metadata ?? {};
  const named = request.relace_metadata?.file_path;
  return {
    kind: "apply",
    endpoint: "code-apply",
    wish: { model: request.model ?? undefined, stream: false, usage: true },
    prompt: { code, update, tagged: false, ...(instruction ? { instruction } : {}) },
    path: path ?? filename ?? (typeof named === "string" ? named : ""),
    base,
    cell,
  };
}

function oneOf(
  request: CodeApplyRequest,
  snake: "initial_code" | "edit_snippet",
  camel: "initialCode" | "editSnippet",
): string {
  const [value, other] = [request[snake], request[camel]];
  if (value !== undefined && other !== undefined) {
    throw new ApiError(400, `\`${snake}\` and \`${camel}\` are one field: send one of the two.`, {
      param: camel,
      code: "usage",
    });
  }
  const given = value ?? other;
  if (given !== undefined) return given;
  throw new ApiError(400, `\`${snake}\` is missing.`, { param: snake, code: "usage" });
}
