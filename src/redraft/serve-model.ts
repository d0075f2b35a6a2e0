import {
  createServedModel,
  type ServedModel,
  type ServedModelOptions,
} from "../session/served-model.ts";
import { acceptSampling } from "../verify/accept.ts";
import { decode } from "../verify/decode.ts";

/** A model that answers requests on a pool of sequences, by the decode loop of this package. */
export function serveModel(options: ServedModelOptions): ServedModel {
  return createServedModel(options, { decode, sampled: acceptSampling });
}
