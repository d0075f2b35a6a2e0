import { z } from "zod";
import { formatNames } from "../../core/edit.ts";
import { logLevels } from "../log.ts";
import { largestValues } from "../numbers.ts";

/** What a setting may come from, besides the options of a command. */
export interface ConfigSetting {
  readonly shape: z.ZodType;
  /** What it is, for `redraft config` and the schema. */
  readonly help: string;
  /** The environment variable. */
  readonly env: string;
  /** The option that it is the default of, by its long flag, and the commands that have it so. */
  readonly option: string;
  readonly commands: readonly string[];
  /** It names a folder that is open, a command that is run, a model that is asked, or a key: never read from a project's file. */
  readonly isGuarded?: boolean;
  /** Never shown. */
  readonly isSecret?: boolean;
}

const diffCommands = [
  "apply",
  "patch",
  "rename",
  "fix",
  "extract",
  "repeat",
  "undo",
  "redo",
  "edit",
];
const folders = ["apply", "patch", "rename", "fix", "extract", "repeat", "edit"];
const servers = ["serve", "mcp", "lsp"];
const upTo = (name: keyof typeof largestValues) => z.int().min(1).max(largestValues[name]);
const someText = z.string().min(1);

/** Every setting, by its name in `redraft.config.json`. */
export const configSettings: Readonly<Record<string, ConfigSetting>> = {
  applyModel: {
    shape: someText,
    help: "what settles ambiguous edits: default, none, a .gguf file, an alias, or the URL of a model server",
    env: "REDRAFT_APPLY_MODEL",
    option: "--model",
    commands: ["apply", "patch", "batch", "mcp"],
    isGuarded: true,
  },
  model: {
    shape: someText,
    help: "the model that writes edits: the URL of a server, a .gguf file, or an alias",
    env: "REDRAFT_MODEL",
    option: "--model",
    commands: ["edit", "serve", "lsp"],
    isGuarded: true,
  },
  modelName: {
    shape: someText,
    help: "which of the server's models",
    env: "REDRAFT_MODEL_NAME",
    option: "--model-name",
    commands: ["edit"],
    isGuarded: true,
  },
  apiKey: {
    shape: z.array(someText),
    help: "the keys that clients of redraft serve must send",
    env: "REDRAFT_API_KEY",
    option: "--api-key",
    commands: ["serve"],
    isGuarded: true,
    isSecret: true,
  },
  roots: {
    shape: z.array(someText),
    help: "the folders that servers may edit",
    env: "REDRAFT_ROOTS",
    option: "--root",
    commands: servers,
    isGuarded: true,
  },
  check: {
    shape: someText,
    help: "the command that a written edit must pass",
    env: "REDRAFT_CHECK",
    option: "--check",
    commands: ["apply", "patch", "rename", "extract", "repeat", "edit"],
    isGuarded: true,
  },
  diagnostics: {
    shape: someText,
    help: "the compiler or linter that is run before and after an edit",
    env: "REDRAFT_DIAGNOSTICS",
    option: "--diagnostics",
    commands: ["apply", "edit"],
    isGuarded: true,
  },
  lsp: {
    shape: someText,
    help: "the language server that is asked about an edit",
    env: "REDRAFT_LSP",
    option: "--lsp",
    commands: ["apply", "edit"],
    isGuarded: true,
  },
  format: {
    shape: z.enum(["auto", ...formatNames]),
    help: "the format of edits",
    env: "REDRAFT_FORMAT",
    option: "--format",
    commands: ["apply"],
  },
  via: {
    shape: z.enum(["auto", "rewrite", "cascade", "search-replace", "region", "orchestrate"]),
    help: "how an instruction becomes an edit",
    env: "REDRAFT_VIA",
    option: "--via",
    commands: ["edit"],
  },
  unsure: {
    shape: z.enum(["refuse", "include", "leave"]),
    help: "what a rename does with places that may mean the symbol",
    env: "REDRAFT_UNSURE",
    option: "--unsure",
    commands: ["rename", "lsp"],
  },
  color: {
    shape: z.enum(["auto", "always", "never"]),
    help: "whether diffs are coloured",
    env: "REDRAFT_COLOR",
    option: "--color",
    commands: diffCommands,
  },
  journal: {
    shape: z.boolean(),
    help: "whether edits are kept for undo",
    env: "REDRAFT_JOURNAL",
    option: "--no-journal",
    commands: folders,
  },
  context: {
    shape: upTo("context"),
    help: "context size of a local model, in tokens",
    env: "REDRAFT_CONTEXT",
    option: "--context",
    commands: ["edit", "serve", "lsp"],
  },
  threads: {
    shape: upTo("threads"),
    help: "threads of a local model",
    env: "REDRAFT_THREADS",
    option: "--threads",
    commands: ["edit", "serve", "lsp"],
  },
  timeout: {
    shape: z.number().positive().max(largestValues.seconds),
    help: "time limit of one edit or request, in seconds",
    env: "REDRAFT_TIMEOUT",
    option: "--timeout",
    commands: ["edit", ...servers],
  },
  log: {
    shape: z.enum(logLevels),
    help: "what servers log on standard error",
    env: "REDRAFT_LOG",
    option: "--log",
    commands: servers,
  },
};

/** The shape of a configuration file: data only, every key optional, no others. */
export const configShape: z.ZodObject = z
  .strictObject(
    Object.fromEntries(
      Object.entries(configSettings).map(([name, { shape, help, isGuarded }]) => [
        name,
        shape.optional().describe(isGuarded ? `${help}; only in the user's own file` : help),
      ]),
    ),
  )
  .extend({ $schema: z.string().optional() });

/** The JSON Schema of a configuration file, for editors. */
export function configSchema(): object {
  return {
    ...z.toJSONSchema(configShape),
    title: "redraft.config.json",
    description: "Settings of Redraft. Guarded ones count only in the user's own file.",
  };
}
