import type { ServedModel } from "../session/served-model.ts";
import { ApiError } from "./errors.ts";

export interface ModelEntry {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: string;
  /** Tokens that one request may have. */
  readonly max_model_len?: number;
}

const entryOf = (id: string): ModelEntry => ({
  id,
  object: "model",
  created: 0,
  owned_by: "redraft",
});
const longestName = 200;

/** The names to choose from; `auto` is what hosted apply services call theirs. */
export function modelList(model: ServedModel | undefined): readonly ModelEntry[] {
  const own = ["redraft", "auto"].map(entryOf);
  if (model === undefined) return own;
  return [...own, { ...entryOf(model.name), max_model_len: model.contextSize }];
}

/** One model. Requests may carry any name, so every name that a request may carry is there. */
export function modelNamed(id: string, model: ServedModel | undefined): ModelEntry {
  const found = modelList(model).find((entry) => entry.id === id);
  if (found !== undefined) return found;
  if (id.length <= longestName && /^[\w.:/@-]+$/.test(id)) return entryOf(id);
  throw new ApiError(404, "This is no name of a model; GET /v1/models lists some.", {
    code: "model_not_found",
    param: "model",
  });
}
