import { Command } from "commander";
import { modelFolder } from "../engines/store/folder.ts";
import {
  downloadModel,
  installedModels,
  removeModel,
  verifyModel,
} from "../engines/store/store.ts";
import { progressBar } from "./progress.ts";

export interface ModelsOutput {
  /** The answer. */
  readonly out: (text: string) => void;
  /** Progress and remarks. */
  readonly note: (text: string) => void;
  /** Whether notes go to a terminal, where a progress bar may draw over itself. */
  readonly terminal: boolean;
  readonly signal?: AbortSignal;
}

const processOutput: ModelsOutput = {
  out: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(text),
  terminal: process.stderr.isTTY === true,
};

/** `redraft models`: lists, downloads and removes models. */
export function modelsCommand(output: ModelsOutput = processOutput): Command {
  const models = new Command("models")
    .description("list the models at hand; download or remove one")
    .option("--json", "print JSON")
    .option("--verify", "compare the shipped models with their checksums");
  models
    .command("list", { isDefault: true })
    .description("list the models at hand")
    .option("--json", "print JSON")
    .option("--verify", "compare the shipped models with their checksums")
    .action(async (_options: object, command: Command) => {
      await list(output, command.optsWithGlobals());
    });
  models
    .command("download")
    .description("download a GGUF by URL or by hub name (owner/repository/file.gguf)")
    .argument("<model>", "URL or hub name")
    .option("--sha256 <hex>", "the digest that the file must have")
    .option("--json", "print JSON")
    .action(
      async (name: string, options: { sha256?: string; json?: boolean }, command: Command) => {
        await fetchModel(name, options, output, command.optsWithGlobals().json === true);
      },
    );
  models
    .command("remove")
    .description("remove a downloaded model")
    .argument("<name>", "its name, as listed")
    .option("--json", "print JSON")
    .action(async (name: string, _options: object, command: Command) => {
      const path = await removeModel(name);
      const json = command.optsWithGlobals().json === true;
      output.out(json ? `${JSON.stringify({ removed: path })}\n` : `removed ${path}\n`);
    });
  return models;
}

async function list(
  output: ModelsOutput,
  options: { json?: boolean; verify?: boolean },
): Promise<void> {
  const found = await installedModels();
  if (options.verify) for (const model of found) await verifyModel(model, output.signal);
  const folder = modelFolder();
  if (options.json) {
    output.out(`${JSON.stringify({ folder, models: found })}\n`);
    return;
  }
  const width = Math.max(4, ...found.map((model) => model.name.length));
  for (const model of found) {
    const checked = options.verify && model.sha256 ? "  checksum ok" : "";
    output.out(
      `${model.name.padEnd(width)}  ${megabytes(model.size).padStart(9)}  ${model.from}  ${model.path}${checked}\n`,
    );
  }
  if (found.length === 0) output.out("no models installed\n");
  output.note(`downloads are stored in ${folder}\n`);
}

async function fetchModel(
  name: string,
  options: { sha256?: string },
  output: ModelsOutput,
  json: boolean,
): Promise<void> {
  const bar = progressBar(output.terminal && !json ? output.note : undefined);
  try {
    const done = await downloadModel(name, {
      ...(options.sha256 && { sha256: options.sha256 }),
      ...(output.signal && { signal: output.signal }),
      onProgress: bar.show,
    });
    bar.end();
    if (json) output.out(`${JSON.stringify(done)}\n`);
    else {
      const how = done.already ? "already present" : `downloaded, ${megabytes(done.size)}`;
      const checked = done.verified ? "checksum ok" : "the server published no checksum";
      output.out(`${done.name} ${how}, SHA-256 ${done.sha256} (${checked})\n`);
      output.note(`use it with --model ${done.name}\n`);
    }
  } finally {
    bar.end();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
