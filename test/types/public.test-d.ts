/**
 * What the public types promise. Compiled by `npm run check:types`, never run: an assertion that fails is a
 * compile error here.
 */
import type { Tool } from "ai";
import {
  createRedraft,
  type EditEvent,
  type EditResult,
  type ErrorCode,
  type InstructRequest,
  type InstructResult,
  type Redraft,
  type RedraftEngine,
  RedraftError,
  readTextFile,
} from "redraft-edit";
import { editFileTool, withPrediction } from "redraft-edit/ai";
import { openAiTextTarget, type Target } from "redraft-edit/engines";
import { createApp, type RunningServer, startServer } from "redraft-edit/http";
import { createFileEditor, type EditFileArguments, type FileAnswer } from "redraft-edit/mcp";
import { fakeTarget } from "redraft-edit/testing";
import { expectTypeOf } from "vitest";

declare const redraft: Redraft;

expectTypeOf(createRedraft).returns.toEqualTypeOf<RedraftEngine>();
expectTypeOf<RedraftEngine>().toExtend<Redraft>();
expectTypeOf(createRedraft).toBeCallableWith();
expectTypeOf(redraft.apply).returns.resolves.toEqualTypeOf<EditResult>();
expectTypeOf(redraft.events).returns.toExtend<AsyncIterable<EditEvent>>();

declare const engine: RedraftEngine;
expectTypeOf(engine.edit).returns.resolves.toEqualTypeOf<InstructResult>();
expectTypeOf(engine.edit).parameter(0).toEqualTypeOf<InstructRequest>();
// A file as it is read can be edited.
void engine.edit({ files: [await readTextFile("a")], instruction: "b", via: "cascade" });
// @ts-expect-error there is no such way
void engine.edit({ files: [], instruction: "b", via: "sketch" });
// @ts-expect-error a large model writes text; a token target does not
createRedraft({ writer: fakeTarget() });
createRedraft({
  writer: openAiTextTarget({ baseUrl: "http://localhost:8000/v1" }),
  settle: openAiTextTarget({ baseUrl: "http://localhost:8001/v1" }),
  costs: { large: { promptPrice: 1, outputPrice: 4 } },
});

// A deleted file has no text, and the compiler says so.
expectTypeOf<EditResult["text"]>().toEqualTypeOf<string | null>();
expectTypeOf<EditResult["route"]>().toEqualTypeOf<"merge" | "model" | "rewrite">();

declare const caught: unknown;
if (RedraftError.is(caught)) expectTypeOf(caught.code).toEqualTypeOf<ErrorCode>();

// Misspelt and misplaced options are errors.
// @ts-expect-error there is no such format
void redraft.apply({ path: "a", source: "", edit: "", format: "lasy" });
// @ts-expect-error the source is needed
void redraft.apply({ path: "a", edit: "" });
// @ts-expect-error a signal is an AbortSignal
void redraft.apply({ path: "a", source: "", edit: "" }, { signal: true });

expectTypeOf(startServer).returns.resolves.toEqualTypeOf<RunningServer>();
// @ts-expect-error a server needs an engine
createApp({ version: "1" });

expectTypeOf(editFileTool).returns.toEqualTypeOf<Tool<EditFileArguments, FileAnswer>>();
expectTypeOf(withPrediction).parameter(1).toExtend<string | ((params: never) => unknown)>();
expectTypeOf(createFileEditor).parameter(0).toHaveProperty("roots");

expectTypeOf(fakeTarget()).toExtend<Target>();
expectTypeOf(openAiTextTarget).returns.toExtend<Target>();
