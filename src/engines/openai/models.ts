import { RedraftError } from "../../core/errors.ts";
import type { Connection } from "./connection.ts";
import { asCount, asObject, asText, malformed } from "./errors.ts";

/** A model as `GET /models` lists it. */
export interface ListedModel {
  readonly id: string;
  /** Who serves it: vLLM says `vllm`, llama.cpp `llamacpp`, SGLang `sglang`. */
  readonly owner?: string;
  /** Context size in tokens, if the server reports it. */
  readonly contextSize?: number;
}

export async function listModels(
  connection: Connection,
  signal?: AbortSignal,
): Promise<readonly ListedModel[]> {
  const answer = asObject(await connection.get("models", signal));
  if (!Array.isArray(answer?.data)) throw malformed("no list of models", connection.server);
  return answer.data.flatMap((value): ListedModel[] => {
    const model = asObject(value);
    const id = asText(model?.id);
    if (id === undefined) return [];
    const owner = asText(model?.owned_by);
    const contextSize = asCount(model?.max_model_len) ?? asCount(asObject(model?.meta)?.n_ctx);
    return [{ id, ...(owner && { owner }), ...(contextSize && { contextSize }) }];
  });
}

/** The model to ask for: the named one, or the only one that the server has. */
export async function chooseModel(
  connection: Connection,
  name: string | undefined,
  signal?: AbortSignal,
): Promise<ListedModel> {
  if (name !== undefined) return { id: name };
  const models = await listModels(connection, signal);
  const [only, second] = models;
  if (only === undefined) {
    throw new RedraftError("model-unavailable", `${connection.server} lists no model.`);
  }
  if (second === undefined) return only;
  const names = models.slice(0, 8).map(({ id }) => id);
  throw new RedraftError(
    "usage",
    `${connection.server} has ${models.length} models; name one, as in ${connection.server}#${only.id}. It has: ${names.join(", ")}${models.length > names.length ? ", …" : ""}`,
    { details: { models: names } },
  );
}
