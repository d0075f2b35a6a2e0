import { isAbsolute } from "node:path";

/** What the settings of the user say. None of those that name a program, a model or a folder is read from a workspace. */
export interface Settings {
  readonly command: readonly string[];
  readonly roots: readonly string[];
  readonly model: string;
  readonly editModel: string;
  readonly editModelName: string;
  readonly review: "changes" | "none";
  readonly renameOnF2: boolean;
  readonly statusBar: boolean;
}

/** What `workspace.getConfiguration("redraft")` answers. */
export interface SettingsReader {
  get(key: string): unknown;
}

/** A setting that cannot be used, with what to do. */
export class SettingError extends Error {}

export function readSettings(reader: SettingsReader): Settings {
  const strings = (key: string, missing: readonly string[]): readonly string[] => {
    const value = reader.get(key) ?? missing;
    if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
    throw new SettingError(`redraft.${key} must be a list of strings. Correct it in the settings.`);
  };
  const text = (key: string, missing: string): string => {
    const value = reader.get(key) ?? missing;
    if (typeof value === "string") return value.trim() || missing;
    throw new SettingError(`redraft.${key} must be a string. Correct it in the settings.`);
  };
  const roots = strings("roots", []);
  const relative = roots.find((root) => !isAbsolute(root));
  if (relative !== undefined) {
    throw new SettingError(
      `redraft.roots has ${JSON.stringify(relative)}, which is not absolute. Write the whole path.`,
    );
  }
  return {
    command: strings("command", ["redraft"]),
    roots,
    model: model("model", text("model", "default")),
    editModel: model("edit.model", text("edit.model", "")),
    editModelName: text("edit.modelName", ""),
    review: reader.get("review") === "none" ? "none" : "changes",
    renameOnF2: reader.get("rename.onF2") === true,
    statusBar: reader.get("statusBar") !== false,
  };
}

/** An option in place of a model, or a path that depends on the current folder, is refused. */
function model(key: string, name: string): string {
  const isFile = !name.includes("://") && /[\\/]|\.gguf$/u.test(name);
  if (!name.startsWith("-") && (!isFile || isAbsolute(name))) return name;
  throw new SettingError(
    `redraft.${key} is ${JSON.stringify(name)}: write the absolute path of a .gguf file, an installed model, or a URL.`,
  );
}

/** The arguments of the language server. */
export const serverArguments = ({ roots, model }: Settings): string[] => [
  "lsp",
  "--stdio",
  "--model",
  model,
  ...roots.flatMap((root) => ["--root", root]),
];

/** The arguments that have a model edit one file; the file is not written, and the diff is printed while it grows. */
export const instructionArguments = (
  { editModel, editModelName }: Settings,
  file: string,
  instruction: string,
): string[] => [
  "edit",
  "--dry-run",
  "--stream",
  "--color",
  "never",
  ...(editModel === "" ? [] : ["--model", editModel]),
  ...(editModelName === "" ? [] : [`--model-name=${editModelName}`]),
  "--",
  file,
  instruction,
];

/** Settings that the server is started with: a change of one starts it again. */
export const serverSettings: readonly string[] = [
  "redraft.command",
  "redraft.roots",
  "redraft.model",
];
