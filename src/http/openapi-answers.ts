/** JSON Schemas of what the server answers, by their names in the OpenAPI document. */

type JsonSchema = Readonly<Record<string, unknown>>;

const text = { type: "string" };
const number = { type: "integer", minimum: 0 };
const flag = { type: "boolean" };
const schemaRef = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const listAnswer = (items: JsonSchema): JsonSchema => ({ type: "array", items });
/** An object with these fields at least. */
const record = (properties: Readonly<Record<string, JsonSchema>>, optional: JsonSchema = {}) => ({
  type: "object",
  properties: { ...properties, ...optional },
  required: Object.keys(properties),
});

const account = {
  type: "object",
  description: "How an edit was made: route, checks, notes, hash, and how `usage` was counted.",
};
const choice = (more: Readonly<Record<string, JsonSchema>>): JsonSchema =>
  record({ index: number, finish_reason: { enum: ["stop", "length", null] }, ...more });
const fileChange = record({ path: text });

const eventHead = { seq: number, at: { type: "number" } };

export const answerSchemas: Readonly<Record<string, JsonSchema>> = {
  Error: record({
    error: record(
      {
        message: text,
        type: text,
        param: { type: ["string", "null"] },
        code: { type: ["string", "null"] },
      },
      { details: { type: "object" } },
    ),
  }),
  Usage: record(
    { prompt_tokens: number, completion_tokens: number, total_tokens: number },
    { completion_tokens_details: { type: "object" } },
  ),
  ChatCompletion: record(
    {
      id: text,
      object: { const: "chat.completion" },
      created: number,
      model: text,
      choices: listAnswer(
        choice({ message: record({ role: { const: "assistant" }, content: text }) }),
      ),
      usage: schemaRef("Usage"),
    },
    { redraft: account },
  ),
  ChatCompletionChunk: record(
    {
      id: text,
      object: { const: "chat.completion.chunk" },
      created: number,
      model: text,
      choices: listAnswer(choice({ delta: { type: "object" } })),
    },
    { usage: schemaRef("Usage"), redraft: account },
  ),
  Completion: record(
    {
      id: text,
      object: { const: "text_completion" },
      created: number,
      model: text,
      choices: listAnswer(choice({ text })),
    },
    { usage: schemaRef("Usage"), redraft: account },
  ),
  Response: record(
    {
      id: text,
      object: { const: "response" },
      created_at: number,
      model: text,
      status: { enum: ["in_progress", "completed", "incomplete"] },
      output: listAnswer(
        record({
          id: text,
          type: { const: "message" },
          role: { const: "assistant" },
          content: listAnswer(record({ type: { const: "output_text" }, text })),
        }),
      ),
      store: { const: false },
      usage: {
        anyOf: [
          { type: "null" },
          record({ input_tokens: number, output_tokens: number, total_tokens: number }),
        ],
      },
    },
    { redraft: account },
  ),
  ResponseEvent: record({ type: text, sequence_number: number }),
  MergedCode: record({ mergedCode: text, usage: schemaRef("Usage") }, { redraft: account }),
  Model: record({ id: text, object: { const: "model" }, created: number, owned_by: text }),
  ModelList: record({ object: { const: "list" }, data: listAnswer(schemaRef("Model")) }),
  EditLog: record({
    edits: listAnswer(record({ id: text, time: text, kind: text, paths: listAnswer(text) })),
  }),
  AppliedEdits: record(
    { edits: listAnswer(fileChange), files: listAnswer(fileChange), written: flag },
    { entry: text },
  ),
  EditStreamEvent: {
    oneOf: [
      record({ type: { const: "hunk" }, start: number, end: number, lines: listAnswer(text) }),
      record(
        {
          type: { const: "result" },
          edits: listAnswer(fileChange),
          files: listAnswer(fileChange),
          written: flag,
        },
        { entry: text },
      ),
      record({ type: { const: "error" }, error: { type: "object" } }),
    ],
  },
  ServerEvent: {
    oneOf: [
      record({ redraft: { const: "events" }, version: { const: 1 }, time: text, command: text }),
      record(
        { ...eventHead, type: { const: "request-started" }, request: number, endpoint: text },
        { path: text },
      ),
      record(
        {
          ...eventHead,
          type: { const: "request-ended" },
          request: number,
          endpoint: text,
          status: number,
          ms: { type: "number" },
        },
        {
          path: text,
          route: text,
          format: text,
          changed: flag,
          code: text,
          promptTokens: number,
          tokens: number,
          files: listAnswer(record({ path: text, action: text })),
          written: flag,
          entry: text,
          texts: record({ source: text, edit: text }),
        },
      ),
      record({ at: { type: "number" }, type: { const: "events-dropped" }, events: number }),
    ],
  },
  UndoneEdits: record(
    { of: listAnswer(text), files: listAnswer(fileChange), written: flag },
    { id: text },
  ),
  Tokens: record({ tokens: listAnswer(number), count: number, max_model_len: number }),
  Prompt: record({ prompt: text }),
  Health: record({ status: { const: "ok" }, version: text }),
  Metrics: text,
  Document: record({ openapi: text, info: { type: "object" }, paths: { type: "object" } }),
};
