import type { CommandEntry } from "./command-entry.ts";

/** A new command is a file that exports its `Command`, and a line here. */
export const commands: readonly CommandEntry[] = [
  {
    name: "apply",
    summary: "apply an edit to a file",
    load: async () => (await import("./apply.ts")).applyCommand(),
  },
  {
    name: "patch",
    summary: "apply edits to many files, all or none",
    load: async () => (await import("./patch.ts")).patchCommand(),
  },
  {
    name: "move",
    summary: "move a file or a folder, and have imports follow",
    load: async () => (await import("./move.ts")).moveCommand(),
  },
  {
    name: "rename",
    summary: "rename a symbol in all files of a folder",
    load: async () => (await import("./rename.ts")).renameCommand(),
  },
  {
    name: "fix",
    summary: "fix what a compiler, a linter or a traceback names",
    load: async () => (await import("./fix.ts")).fixCommand(),
  },
  {
    name: "extract",
    summary: "make a function of some lines of a function",
    load: async () => (await import("./extract.ts")).extractCommand(),
  },
  {
    name: "signature",
    summary: "give a function other parameters, and its calls other arguments",
    load: async () => (await import("./signature.ts")).signatureCommand(),
  },
  {
    name: "loop",
    summary: "give a loop another form that does the same",
    load: async () => (await import("./loop.ts")).loopCommand(),
  },
  {
    name: "repeat",
    summary: "make an edit that was made at all places like it",
    load: async () => (await import("./repeat.ts")).repeatCommand(),
  },
  {
    name: "undo",
    summary: "undo an edit and keep newer ones",
    load: async () => (await import("./undo.ts")).undoCommand(),
  },
  {
    name: "redo",
    summary: "redo an edit that was undone",
    load: async () => (await import("./undo.ts")).redoCommand(),
  },
  {
    name: "log",
    summary: "list the edits that were made here",
    load: async () => (await import("./history.ts")).logCommand(),
  },
  {
    name: "learn",
    summary: "learn from the edits of a repository, or forget them",
    load: async () => (await import("./learn.ts")).learnCommand(),
  },
  {
    name: "edit",
    summary: "have a model edit files, by sketch or rewrite",
    load: async () => (await import("./edit.ts")).editCommand(),
  },
  {
    name: "batch",
    summary: "apply many edits: JSON Lines in, JSON Lines out",
    load: async () => (await import("./batch.ts")).batchCommand(),
  },
  {
    name: "verify",
    summary: "check the receipt of an edit",
    load: async () => (await import("./verify.ts")).verifyCommand(),
  },
  {
    name: "serve",
    summary: "an OpenAI-compatible HTTP server",
    load: async () => (await import("./serve.ts")).serveCommand(),
  },
  {
    name: "mcp",
    summary: "an MCP server on standard input and output",
    load: async () => (await import("./mcp.ts")).mcpCommand(),
  },
  {
    name: "lsp",
    summary: "a language server for editors on standard input and output",
    load: async () => (await import("./lsp.ts")).lspCommand(),
  },
  {
    name: "inspect",
    summary: "a page that shows merges, decodes, receipts and the log",
    load: async () => (await import("./inspect.ts")).inspectCommand(),
  },
  {
    name: "models",
    summary: "list, download and remove models",
    load: async () => (await import("./models.ts")).modelsCommand(),
  },
  {
    name: "config",
    summary: "show each setting and where it comes from",
    load: async () => (await import("./config.ts")).configCommand(),
  },
  {
    name: "doctor",
    summary: "check the installation, with a cure for what is wrong",
    load: async () => (await import("./doctor.ts")).doctorCommand(),
  },
  {
    name: "completion",
    summary: "print the completion script of a shell",
    load: async () => (await import("./completion.ts")).completionCommand(commands),
  },
  {
    name: "man",
    summary: "print the manual page",
    load: async () => (await import("./man.ts")).manCommand(commands),
  },
  {
    name: "bench",
    summary: "measure: apply, traces, decode, ...",
    load: async () => (await import("./bench.ts")).benchCommand(),
  },
];
