import { Option } from "commander";
import { applyFormatNames } from "../settle/model/apply-formats.ts";

/** How a GGUF of the user's own is asked, where its metadata do not tell. */
export function promptFormatOption(): Option {
  return new Option(
    "--prompt-format <name>",
    "prompt format of the model (default: chosen by its vocabulary and metadata)",
  ).choices(applyFormatNames);
}
