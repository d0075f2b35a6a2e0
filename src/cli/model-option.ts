import { Option } from "commander";

/** `--model` of the commands that apply edits: what settles those that fit several places. */
export function modelOption(): Option {
  return new Option(
    "--model <name>",
    "what settles ambiguous edits: default (the ranker in the package), none, a path to a .gguf file, or the URL of a model server",
  ).default("default");
}
