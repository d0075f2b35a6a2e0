import { RedraftError } from "../../src/core/errors.ts";
import type { EditEvent, Redraft } from "../../src/core/redraft.ts";
import type { EditRequest, EditResult } from "../../src/core/request.ts";

/** An engine that only knows exact pairs and whole files: for tests of what stands around the engine. */
export function tinyEngine(hooks: { readonly beforeResult?: () => Promise<void> } = {}): Redraft {
  async function* events(
    request: EditRequest,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<EditEvent> {
    const pair = parsePair(request.edit);
    const format = pair ? "search-replace" : "whole";
    yield { type: "edit-read", format, why: "tiny" };
    const text = pair ? replaceOnce(request.source, pair) : request.edit;
    yield { type: "route-taken", route: "merge", why: "exact" };
    await hooks.beforeResult?.();
    if (signal?.aborted) throw new RedraftError("cancelled", "The edit was cancelled.");
    const result: EditResult = {
      path: request.path,
      text,
      changed: text !== request.source,
      action: request.source === "" ? "create" : "update",
      route: "merge",
      routeReason: "exact",
      format: { name: format, why: "tiny" },
      checks: [],
      notes: [],
      ms: 0,
    };
    yield { type: "result", result };
  }
  async function apply(request: EditRequest, options = {}): Promise<EditResult> {
    for await (const event of events(request, options)) {
      if (event.type === "result") return event.result;
    }
    throw new RedraftError("engine-failed", "no result");
  }
  return {
    apply,
    events,
    async *batch(requests, options = {}) {
      for await (const request of requests) {
        try {
          yield { request, result: await apply(request, options) };
        } catch (error) {
          yield { request, error: error as Error };
        }
      }
    },
    dispose: async () => {},
  };
}

function parsePair(edit: string): { old_string: string; new_string: string } | undefined {
  try {
    const value = JSON.parse(edit);
    return typeof value.old_string === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function replaceOnce(source: string, pair: { old_string: string; new_string: string }): string {
  const parts = source.split(pair.old_string);
  if (parts.length < 2) throw new RedraftError("no-match", "The text does not occur in the file.");
  if (parts.length > 2) throw new RedraftError("ambiguous", "The text occurs more than once.");
  return parts.join(pair.new_string);
}
