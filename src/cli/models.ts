import { Command } from "commander";
import { knownSpeed } from "../engines/llama/known-speed.ts";
import { gigabytes, thisMachine } from "../engines/memory.ts";
import { catalogue, comparedContext, needOf } from "../engines/store/catalogue.ts";
import { modelFolder } from "../engines/store/folder.ts";
import {
  addModel,
  downloadModel,
  type InstalledModel,
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

/** `redraft models`: lists, downloads, adds and removes models. */
export function modelsCommand(output: ModelsOutput = processOutput): Command {
  const models = new Command("models")
    .description(
      "Lists the installed models and those that have an alias; downloads, adds or removes one.",
    )
    .option("--json", "print JSON")
    .option("--verify", "compare the shipped models with their checksums");
  models
    .command("list", { isDefault: true })
    .description("list the installed models, and which known ones fit this machine")
    .option("--json", "print JSON")
    .option("--verify", "compare the shipped models with their checksums")
    .action(async (_options: object, command: Command) => {
      await list(output, command.optsWithGlobals());
    });
  models
    .command("download")
    .description("download a GGUF by alias, URL or hub name (owner/repository/file.gguf)")
    .argument("<model>", "alias, URL or hub name")
    .option("--sha256 <hex>", "the digest that the file must have")
    .option("--json", "print JSON")
    .action(
      async (name: string, options: { sha256?: string; json?: boolean }, command: Command) => {
        await fetchModel(name, options, output, command.optsWithGlobals().json === true);
      },
    );
  models
    .command("add")
    .description("make a GGUF that you have available under an alias, by a link")
    .argument("<name>", "an alias of the list, or a name of your own")
    .argument("<file>", "path of a .gguf file")
    .option("--json", "print JSON")
    .action(async (name: string, file: string, _options: object, command: Command) => {
      const added = await addModel(name, file, output.signal ? { signal: output.signal } : {});
      if (command.optsWithGlobals().json === true) output.out(`${JSON.stringify(added)}\n`);
      else {
        const checked = added.verified ? "checksum ok" : "no checksum known";
        output.out(
          `${added.name} added, ${megabytes(added.size)}, SHA-256 ${added.sha256} (${checked})\n`,
        );
        output.note(`use it with --model ${added.name}\n`);
      }
    });
  models
    .command("remove")
    .description("remove a downloaded model, or the link to one that was added")
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
  const known = await knownModels(found);
  const { available, processors } = thisMachine();
  if (options.json) {
    const machine = { availableMemory: available, processors };
    output.out(`${JSON.stringify({ folder, models: found, known, machine })}\n`);
    return;
  }
  const width = Math.max(4, ...[...found, ...known].map((model) => model.name.length));
  for (const model of found) {
    const checked = options.verify && model.sha256 ? "  checksum ok" : "";
    output.out(
      `${model.name.padEnd(width)}  ${megabytes(model.size).padStart(9)}  ${model.from}  ${model.path}${checked}\n`,
    );
  }
  if (found.length === 0) output.out("no models installed\n");
  output.out(`\nwith an alias (memory for ${comparedContext} tokens of context):\n`);
  for (const model of known) output.out(`${knownLine(model, width)}\n`);
  output.note(hint(known, available));
  output.note(`downloads are stored in ${folder}\n`);
}

/** A model of the catalogue, as this machine would run it. */
interface KnownModel {
  readonly name: string;
  readonly title: string;
  readonly repository: string;
  readonly file: string | null;
  readonly licence: string;
  readonly bytes: number;
  readonly sha256: string | null;
  /** Bytes of memory with `comparedContext` tokens. */
  readonly memory: number;
  readonly fits: boolean;
  /** Expected without drafts; null where nothing was measured on this machine yet. */
  readonly tokensPerSecond: number | null;
  readonly installed: boolean;
}

async function knownModels(found: readonly InstalledModel[]): Promise<KnownModel[]> {
  const speed = await knownSpeed();
  const { available } = thisMachine();
  return catalogue().map((entry) => {
    const memory = needOf(entry).total;
    return {
      name: entry.alias,
      title: entry.title,
      repository: entry.repository,
      file: entry.file ?? null,
      licence: entry.licence,
      bytes: entry.bytes,
      sha256: entry.sha256 ?? null,
      memory,
      fits: memory <= available,
      tokensPerSecond: speed === undefined ? null : speed / entry.bytes,
      installed: found.some(({ name }) => name === entry.alias),
    };
  });
}

function knownLine(model: KnownModel, width: number): string {
  const { name, bytes, memory, fits, tokensPerSecond, installed, file, title, licence } = model;
  const speed =
    tokensPerSecond === null ? "" : `, about ${tokensPerSecond.toPrecision(2)} tokens/s`;
  const state = installed ? "installed" : file === null ? "add it by hand" : "not installed";
  const room = fits ? `fits${speed}` : "does not fit";
  return `${name.padEnd(width)}  ${megabytes(bytes).padStart(10)}  needs ${gigabytes(memory)}: ${room}; ${state}; ${title} (${licence})`;
}

/** Slower than this, in tokens a second, nobody waits for an edit. */
const bearable = 4;
/** Bytes of weights a second where nothing was measured: what one core of a server processor reads. */
const usualSpeed = 8e9;

function hint(known: readonly KnownModel[], available: number): string {
  const fitting = known.filter(({ fits, file }) => fits && file !== null);
  const quick = fitting.findLast(
    ({ tokensPerSecond, bytes }) => (tokensPerSecond ?? usualSpeed / bytes) >= bearable,
  );
  const room = `${gigabytes(available)} of memory available`;
  if (quick === undefined) {
    return `${room}: no model of the list is quick enough here; use a model server\n`;
  }
  const guess = quick.tokensPerSecond === null ? ", by a guess: measured when a model is used" : "";
  return `${room}: ${quick.name} is the largest that fits and writes ${bearable} tokens/s or more${guess}\n`;
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
