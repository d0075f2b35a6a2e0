import { Option } from "commander";
import { applyFormatNames } from "../settle/model/apply-formats.ts";

/** The prompt format of a user's own GGUF, for when its metadata does not say. */
export function promptFormatOption(): Option {
  return new Option(
    "--prompt-format <name>",
    "prompt format of the model (default: chosen by its vocabulary and metadata)",
  ).choices(applyFormatNames);
}
