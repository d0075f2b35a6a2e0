import * as z from "zod";
import { codeApplyRequest } from "./code-apply-request.ts";
import { arrivingEditHead, editsRequest, undoRequest } from "./edits.ts";
import { answerSchemas } from "./openapi-answers.ts";
import { responsesRequest } from "./responses-request.ts";
import { chatRequest, completionRequest, detokenizeRequest, tokenizeRequest } from "./schemas.ts";

/** Statuses of every endpoint that reads a body. */
const bodyStatuses = [400, 401, 403, 408, 413, 415, 499, 500, 503, 504] as const;
/** And of those that make an edit or ask a model. */
const writingStatuses = [...bodyStatuses, 409, 422, 429] as const;

const statusTexts: Readonly<Record<number, string>> = {
  400: "The request is wrong: the error names the field.",
  401: "The API key is missing or wrong.",
  403: "The host name, or a path, is not allowed.",
  404: "There is no such thing here.",
  408: "The body came too slowly.",
  409: "The text changed where the edit changes it.",
  413: "The body is too large.",
  415: "The body is not `application/json`.",
  422: "The edit is refused: the code says why, and nothing was written.",
  429: "The queue is full.",
  499: "The client left.",
  500: "The server failed; its log has the cause.",
  502: "The fallback failed, for an edit that the merge refused.",
  503: "The server is busy, shutting down, or its model cannot be used.",
  504: "The request took longer than the server allows.",
};

interface ApiOperation {
  readonly summary: string;
  readonly request?: z.ZodType;
  /** Default: application/json. */
  readonly requestType?: string;
  /** Name of the schema of the answer; absent where every answer is a stream. */
  readonly answer?: string;
  /** Name of the schema of one event, if the answer may be a stream. */
  readonly event?: string;
  readonly errors: readonly number[];
  readonly parameter?: string;
  /** Schemas of the parameters of the query, by name. */
  readonly query?: Readonly<Record<string, object>>;
  readonly type?: string;
}

const chat: ApiOperation = {
  summary: "An apply request, or a chat with the model.",
  request: chatRequest,
  answer: "ChatCompletion",
  event: "ChatCompletionChunk",
  errors: [...writingStatuses, 502],
};
const allModels: ApiOperation = { summary: "The models.", answer: "ModelList", errors: [401, 403] };
const oneModel: ApiOperation = {
  summary: "One model. Requests may carry any name, so any name is there.",
  answer: "Model",
  errors: [401, 403, 404],
  parameter: "model",
};

const apiOperations: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>> = {
  "/v1/chat/completions": { post: chat },
  "/v1/completions": {
    post: {
      summary: "An apply request, a completion, or scores of a prompt.",
      request: completionRequest,
      answer: "Completion",
      event: "Completion",
      errors: [...writingStatuses, 502],
    },
  },
  "/v1/responses": {
    post: {
      summary: "An apply request, or text of the model. Nothing is stored.",
      request: responsesRequest,
      answer: "Response",
      event: "ResponseEvent",
      errors: [...writingStatuses, 502],
    },
  },
  "/v1/code/apply": {
    post: {
      summary: "An apply request as Relace's clients send it.",
      request: codeApplyRequest,
      answer: "MergedCode",
      errors: writingStatuses,
    },
  },
  "/v1/apply/chat/completions": {
    post: { ...chat, summary: `${chat.summary} Relace's base path.` },
  },
  "/v1/models": { get: allModels },
  "/v1/models/{model}": { get: oneModel },
  "/v1/apply/models": { get: allModels },
  "/v1/apply/models/{model}": { get: oneModel },
  "/v1/edits": {
    get: { summary: "The log of edits.", answer: "EditLog", errors: [401, 403, 404] },
    post: {
      summary: "Edits files: all of them, or none. Only with `--root`.",
      request: editsRequest,
      answer: "AppliedEdits",
      errors: [...bodyStatuses, 404, 409, 422],
    },
  },
  "/v1/edits/undo": {
    post: {
      summary: "Undoes edits. Only with `--root`.",
      request: undoRequest,
      answer: "UndoneEdits",
      errors: [...bodyStatuses, 404, 409, 422],
    },
  },
  "/v1/edits/stream": {
    post: {
      summary:
        'Edits one file while the edit arrives. The body is JSON lines: the schema is that of the first, every other is {"text": ...}. Only with `--root`.',
      request: arrivingEditHead,
      requestType: "application/x-ndjson",
      event: "EditStreamEvent",
      errors: [...bodyStatuses, 404],
    },
  },
  "/v1/events": {
    get: {
      summary:
        "The requests as they happen, without texts: the last ones, then every new one. `texts=true` asks for the texts of requests that came with the same key, where the server shows them.",
      event: "ServerEvent",
      errors: [400, 401, 403, 503],
      query: { after: { type: "integer", minimum: 0 }, texts: { type: "boolean" } },
    },
  },
  "/tokenize": {
    post: {
      summary: "Text to tokens, as vLLM answers it.",
      request: tokenizeRequest,
      answer: "Tokens",
      errors: [...bodyStatuses, 429],
    },
  },
  "/detokenize": {
    post: {
      summary: "Tokens to text, as vLLM answers it.",
      request: detokenizeRequest,
      answer: "Prompt",
      errors: [...bodyStatuses, 429],
    },
  },
  "/health": { get: { summary: "Needs no key.", answer: "Health", errors: [403] } },
  "/metrics": {
    get: {
      summary: "Prometheus' text format.",
      answer: "Metrics",
      errors: [401, 403],
      type: "text/plain",
    },
  },
  "/openapi.json": { get: { summary: "This document.", answer: "Document", errors: [401, 403] } },
};

const schemaNamed = (name: string) => ({ $ref: `#/components/schemas/${name}` });

function operation(
  path: string,
  method: string,
  {
    summary,
    request,
    requestType,
    answer,
    event,
    errors,
    parameter,
    query = {},
    type,
  }: ApiOperation,
) {
  const content = {
    ...(answer === undefined
      ? {}
      : { [type ?? "application/json"]: { schema: schemaNamed(answer) } }),
    ...(event === undefined
      ? {}
      : { "text/event-stream": { schema: { type: "string" }, "x-event": schemaNamed(event) } }),
  };
  const parameters = [
    ...(parameter === undefined
      ? []
      : [{ name: parameter, in: "path", required: true, schema: { type: "string" } }]),
    ...Object.entries(query).map(([name, schema]) => ({ name, in: "query", schema })),
  ];
  const failures = [...errors]
    .sort((a, b) => a - b)
    .map((status) => [
      String(status),
      {
        description: statusTexts[status]!,
        content: { "application/json": { schema: schemaNamed("Error") } },
      },
    ]);
  return {
    operationId: `${method}${path.replace(/[^a-z]+(\w?)/gi, (_, next: string) => next.toUpperCase())}`,
    summary,
    ...(path === "/health" ? { security: [] } : {}),
    ...(parameters.length > 0 && { parameters }),
    ...(request === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { [requestType ?? "application/json"]: { schema: jsonSchemaOf(request) } },
          },
        }),
    responses: { 200: { description: "Done.", content }, ...Object.fromEntries(failures) },
  };
}

function jsonSchemaOf(schema: z.ZodType): object {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: "input" });
  return plain;
}

/** The OpenAPI 3.1 document of the server. */
export function openApi(version: string): Record<string, unknown> {
  return {
    openapi: "3.1.0",
    info: {
      title: "Redraft",
      version,
      description:
        "Edits code: the OpenAI API with apply requests. docs/guide/server.md explains it.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "http://127.0.0.1:8787" }],
    security: [{ key: [] }, {}],
    paths: Object.fromEntries(
      Object.entries(apiOperations).map(([path, methods]) => [
        path,
        Object.fromEntries(
          Object.entries(methods).map(([method, one]) => [method, operation(path, method, one)]),
        ),
      ]),
    ),
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer" } },
      schemas: answerSchemas,
    },
  };
}
