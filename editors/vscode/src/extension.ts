import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import * as vscode from "vscode";
import type { Context } from "./api.ts";
import { createApplier, showRefusal } from "./apply.ts";
import { type Client, createClient } from "./client.ts";
import { commandsOf } from "./commands.ts";
import { createPreviews, previewScheme } from "./preview.ts";
import { findProgram, type Program } from "./program.ts";
import { readSettings, type Settings, serverArguments, serverSettings } from "./settings.ts";
import { createStatusBar } from "./status-bar.ts";

let running: Client | undefined;

export async function activate(extension: vscode.ExtensionContext): Promise<void> {
  const folder = extension.globalStorageUri.fsPath;
  mkdirSync(folder, { recursive: true });
  const log = vscode.window.createOutputChannel("Redraft");
  const serverLog = vscode.window.createOutputChannel("Redraft Server", { log: true });
  const status = createStatusBar(vscode, () => settings());
  const previews = createPreviews(vscode);
  const settings = (): Settings => readSettings(vscode.workspace.getConfiguration("redraft"));
  const program = (): Program =>
    findProgram(settings().command, {
      platform: process.platform,
      path: process.env.PATH ?? process.env.Path ?? "",
      isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true,
    });
  let starting: Promise<Client> | undefined;

  async function start(): Promise<Client> {
    status.set("starting");
    try {
      const client = createClient({
        program: program(),
        args: serverArguments(settings()),
        log: serverLog,
        folder,
        renameOnF2: () => settings().renameOnF2,
        onCommand: async (command, argument) => commands[command]?.(argument),
        onState: (isRunning) => status.set(isRunning ? "running" : "stopped"),
      });
      await client.start();
      running = client;
      return client;
    } catch (error) {
      starting = undefined;
      status.set("stopped", error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
  const server = (): Promise<Client> => {
    starting ??= start();
    return starting;
  };
  async function restart(): Promise<void> {
    const before = starting;
    starting = undefined;
    await before?.then((client) => client.stop()).catch(() => {});
    await server().catch((error: Error) => showRefusal(context, error.message));
  }

  const context: Context = { api: vscode, server, settings, log, busy: status.busy };
  const spawned = (command: string, args: readonly string[]): ChildProcess =>
    spawn(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], shell: false });
  const commands = commandsOf(context, createApplier(context, previews), {
    program,
    spawn: spawned,
  });
  // The client registers the commands of the server itself.
  const own = Object.entries(commands).filter(([name]) => name !== "redraft.takeCandidate");
  extension.subscriptions.push(
    log,
    serverLog,
    status,
    previews,
    vscode.workspace.registerTextDocumentContentProvider(previewScheme, previews),
    ...own.map(([name, run]) => vscode.commands.registerCommand(name, run)),
    vscode.commands.registerCommand("redraft.showMenu", () =>
      vscode.commands.executeCommand("workbench.action.quickOpen", ">Redraft: "),
    ),
    vscode.commands.registerCommand("redraft.showLog", () => log.show()),
    vscode.commands.registerCommand("redraft.restartServer", restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration("redraft")) return;
      status.draw();
      if (serverSettings.some((name) => event.affectsConfiguration(name))) void restart();
    }),
  );
  // A missing program is said in the status bar, and again by the first command.
  server().catch((error: Error) => log.appendLine(error.message));
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}
