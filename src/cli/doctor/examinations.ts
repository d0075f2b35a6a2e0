import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { disk } from "../../workspace/disk.ts";
import { openJournal } from "../../workspace/journal/journal.ts";
import { stateHome } from "../../workspace/journal/state-home.ts";
import { isAlive, isLocal, look } from "../../workspace/lock-file.ts";
import { repositoryFiles } from "../../workspace/repository-files.ts";
import { syntaxFor } from "../../workspace/syntax.ts";
import { loadConfig } from "../config/load.ts";
import { git } from "../git.ts";
import { packageVersion } from "../version.ts";
import type { Examine } from "./finding.ts";
import { modelServers } from "./model-server.ts";

/** The oldest Node that is tested. */
const oldestNode = [20, 19] as const;

const versions: Examine = async () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
  const node = `redraft ${packageVersion()}, Node ${process.versions.node}, ${process.platform}-${process.arch}`;
  const found = await git(["--version"], process.cwd());
  return [
    isOld
      ? { status: "fail", text: node, cure: `Install Node ${oldestNode.join(".")} or later.` }
      : { status: "ok", text: node },
    found.ok
      ? { status: "ok", text: found.bytes.toString("utf8").trim() }
      : {
          status: "warn",
          text: "git cannot be run",
          cure: "Install git: --base, renames of a repository and receipts in notes need it.",
        },
  ];
};

const configuration: Examine = async () => {
  const from = new Set([...loadConfig().values()].map((one) => one.from));
  return [
    { status: "ok", text: from.size === 0 ? "defaults only" : `from ${[...from].join(", ")}` },
  ];
};

const engine: Examine = async () => {
  const { engineName, findLibrary, libraryFile } = await import("../../engines/llama/library.ts");
  try {
    const library = findLibrary();
    libraryFile(library.directory, "llama");
    return [{ status: "ok", text: engineName(library) }];
  } catch (error) {
    // Everything but a local model works without it.
    return [
      {
        status: "warn",
        text: `no local model can run: ${(error as Error).message}`,
        cure: "Only local models need it: install the package that is named, or use the URL of a model server.",
      },
    ];
  }
};

const models: Examine = async () => {
  const { installedModels, verifyModel } = await import("../../engines/store/store.ts");
  const installed = await installedModels();
  if (installed.length === 0)
    return [
      {
        status: "warn",
        text: "no model is installed",
        cure: "Edits need none. For redraft edit: redraft models, then redraft models download <alias>.",
      },
    ];
  return Promise.all(
    installed.map(async (model) => {
      const size = `${model.name} (${model.from}, ${(model.size / 1e6).toFixed(0)} MB)`;
      try {
        await access(model.path, constants.R_OK);
        // A digest of gigabytes takes long: redraft models --verify.
        if (model.size < 100e6) await verifyModel(model);
        return { status: "ok", text: size } as const;
      } catch (error) {
        const cure = `Remove it (redraft models remove ${model.name}) and install it again.`;
        return { status: "fail", text: `${size}: ${(error as Error).message}`, cure } as const;
      }
    }),
  );
};

const ranker: Examine = async () => {
  const { rankerWeights } = await import("../../settle/rank/ranker-asset.ts");
  rankerWeights();
  return [{ status: "ok", text: "the ranker is in the package" }];
};

/** Files whose syntax is checked by a grammar; renames and fixes need those of the first five. */
const samples =
  "a.ts a.tsx a.js a.py a.go a.rs a.java a.rb a.cpp a.cs a.php a.sh a.css a.kt a.swift a.html a.svelte a.yaml".split(
    " ",
  );

const syntaxGrammars: Examine = async () => {
  const found = await Promise.all(
    samples.map(async (path) => {
      const checker = await syntaxFor(path);
      return checker?.errors("") === undefined ? path.slice(2) : undefined;
    }),
  );
  const missing = found.filter((one) => one !== undefined);
  if (missing.length === 0) return [{ status: "ok", text: `${samples.length} of them load` }];
  return [
    {
      status: missing.length === samples.length ? "fail" : "warn",
      text: `no grammar for ${missing.join(", ")}`,
      cure: "Install the package again: npm i redraft-edit. Edits work without, syntax is not checked.",
    },
  ];
};

const journal: Examine = async () => {
  const home = stateHome();
  let folder = home;
  for (;;) {
    try {
      await access(folder, constants.W_OK | constants.X_OK);
      break;
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
      if (!isMissing || dirname(folder) === folder) {
        return [
          {
            status: "fail",
            text: `${folder} cannot be written, so edits cannot be undone`,
            cure: "Make it writable, or set REDRAFT_STATE_HOME to another folder.",
          },
        ];
      }
      folder = dirname(folder);
    }
  }
  const entries = await openJournal({ folder: process.cwd() }).entries();
  return [{ status: "ok", text: `${home}, ${entries.length} edits of this folder` }];
};

const locks: Examine = async () => {
  const files = await repositoryFiles(process.cwd()).list();
  const folders = [...new Set(files.map((file) => dirname(file)))];
  const left: string[] = [];
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!/^\.redraft-(?:[0-9a-f]{16}\.lock|\d+-[0-9a-f]+\.tmp)$/.test(name)) continue;
      if (!(await isInUse(join(folder, name)))) left.push(join(folder, name));
    }
  }
  if (left.length === 0) return [{ status: "ok", text: "none is left over here" }];
  const shown = left.slice(0, 5).join(", ");
  return [
    {
      status: "warn",
      text: `${left.length} left over by processes that ended: ${shown}`,
      cure: "The next edit of their files takes them over; where no redraft runs they can be removed.",
    },
  ];
};

async function isInUse(path: string): Promise<boolean> {
  const pid = /\.redraft-(\d+)-[0-9a-f]+\.tmp$/.exec(path)?.[1];
  if (pid !== undefined) return isAlive(Number(pid));
  const found = await look(disk, path).catch(() => undefined);
  const holder = found?.kind === "lock" ? found.holder : undefined;
  return holder === undefined || !isLocal(holder) || isAlive(holder.pid);
}

/** What is looked at, in the order in which it is printed. */
export const examinations: Readonly<Record<string, Examine>> = {
  versions,
  configuration,
  ranker,
  engine,
  models,
  "model server": modelServers,
  grammars: syntaxGrammars,
  journal,
  locks,
};
