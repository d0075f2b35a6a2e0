import { RedraftError } from "../core/errors.ts";
import type { TextTarget } from "../core/target.ts";
import { inFence } from "../instruct/prompt.ts";
import { namedRegion } from "../instruct/region.ts";
import type { NameFunction } from "../orchestrate/extract/function-name.ts";
import type { Speculator } from "../orchestrate/speculator.ts";
import { functionNamer } from "../orchestrate/writer/function-namer.ts";
import { writerSpeculator } from "../orchestrate/writer/speculator.ts";
import { namedPartsOf } from "./named-parts.ts";
import type { Environment } from "./server-options.ts";

/** A model as a specialist, and as what names functions. It is opened by the first request that needs it. */
export interface ModelWriter {
  readonly speculator: Speculator;
  readonly nameFunction: NameFunction;
  dispose(): Promise<void>;
}

/** Tokens that prompt and answer of one part need: parts are at most 120 lines. */
const writerContext = 8192;

/** @param writer a path to a GGUF, the URL of a model server, an alias of `redraft models`, or a target, which stays the caller's */
export function modelWriter(writer: string | TextTarget, env?: Environment): ModelWriter {
  let opening: Promise<TextTarget> | undefined;
  const open = (): Promise<TextTarget> => {
    opening ??=
      typeof writer === "string"
        ? import("./writer.ts").then(({ openWriter }) =>
            openWriter(writer, { env, expectedTokens: writerContext }),
          )
        : Promise.resolve(writer);
    return opening;
  };
  const finder = {
    named: (files: Parameters<typeof namedRegion>[0], instruction: string) =>
      namedRegion(files, instruction, namedPartsOf),
    declared: namedPartsOf,
  };
  return {
    speculator: writerSpeculator({ target: open, finder, inFence }),
    nameFunction: functionNamer(open, inFence),
    async dispose() {
      if (typeof writer !== "string") return;
      const target = await opening?.catch((error: unknown) => {
        if (RedraftError.is(error)) return undefined;
        throw error;
      });
      await target?.dispose();
    },
  };
}
