import { posix, win32 } from "node:path";
import { SettingError } from "./settings.ts";

export interface Machine {
  readonly platform: string;
  /** The folders of `PATH`. */
  readonly path: string;
  readonly isFile: (path: string) => boolean;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * The absolute path of the program that a setting names. Only absolute folders of `PATH` are looked at: a relative one, or the
 * current folder, may be a workspace that nobody trusts.
 *
 * @throws SettingError where there is none
 */
export function findProgram(command: readonly string[], machine: Machine): Program {
  const { join, isAbsolute, delimiter } = machine.platform === "win32" ? win32 : posix;
  const [name, ...args] = command;
  if (!name)
    throw new SettingError("redraft.command is empty. Name the program that runs Redraft.");
  if (isAbsolute(name)) {
    if (machine.isFile(name)) return { command: name, args };
    throw new SettingError(`redraft.command names ${name}, which does not exist. Correct it.`);
  }
  if (/[\\/]/u.test(name)) {
    throw new SettingError(
      `redraft.command names ${name}, which is not absolute. Write the whole path.`,
    );
  }
  const folders = machine.path.split(delimiter).filter((folder) => isAbsolute(folder));
  if (machine.platform !== "win32") {
    const found = folders.map((folder) => join(folder, name)).find(machine.isFile);
    if (found !== undefined) return { command: found, args };
    throw notFound(name);
  }
  for (const folder of folders) {
    const program = join(folder, `${name}.exe`);
    if (machine.isFile(program)) return { command: program, args };
    // npm's own starter is a batch file, which Node starts only through a shell: start what it starts.
    const script = join(folder, "node_modules", "redraft-edit", "dist", "cli", "main.js");
    if (name === "redraft" && machine.isFile(script)) {
      const node = findProgram(["node"], machine);
      return { command: node.command, args: [script, ...args] };
    }
  }
  throw notFound(name);
}

const notFound = (name: string): SettingError =>
  new SettingError(
    `${name} is not in PATH. Install Redraft (npm i -g redraft-edit, or its tarball), or name it in the setting redraft.command, such as ["node", "/opt/redraft/dist/cli/main.js"].`,
  );
