import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RedraftError } from "../../src/core/errors.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { createFileEditor, type FileEditor } from "../../src/workspace/editor.ts";
import { resolveInRoots } from "../../src/workspace/roots.ts";
import { readTextFile } from "../../src/workspace/text-file.ts";
import { updateFile } from "../../src/workspace/update.ts";
import { links, pathForms } from "./path-forms.ts";

const inside = "const inside = 1;\nconst two = 2;\n";
const secret = "const secret = 1;\nconst two = 2;\n";

/** Files and folders outside of the root, with what tells a change: text, times, entries. */
function watchOutside(base: string): () => string[] {
  const look = (): Map<string, string> => {
    const seen = new Map<string, string>();
    const visit = (path: string): void => {
      const stat = statSync(path, { bigint: true });
      const text = stat.isFile() ? readFileSync(path, "utf8") : readdirSync(path).join("\n");
      seen.set(path, `${stat.mtimeNs} ${stat.ino} ${text}`);
      if (!stat.isDirectory()) return;
      for (const name of readdirSync(path)) {
        if (join(path, name) !== join(base, "project")) visit(join(path, name));
      }
    };
    visit(base);
    return seen;
  };
  const before = look();
  return () => {
    const now = look();
    return [...new Set([...before.keys(), ...now.keys()])].filter(
      (path) => before.get(path) !== now.get(path),
    );
  };
}

function makeGround(): { base: string; root: string } {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "redraft-attack-paths-")));
  const root = join(base, "project");
  mkdirSync(join(root, "src/deep"), { recursive: true });
  mkdirSync(join(base, "outside"));
  mkdirSync(join(base, "project-secret"));
  writeFileSync(join(root, "src/a.ts"), inside);
  for (const path of ["secret.txt", "outside/secret.txt", "project-secret/secret.txt"]) {
    writeFileSync(join(base, path), secret);
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(root, name));
  return { base, root };
}

export interface FormReport {
  readonly calls: number;
  /** Answered with a `RedraftError`. */
  readonly refused: number;
  readonly done: number;
  /** Any other error: must be 0. */
  readonly crashed: number;
  /** Texts from outside that were answered: must be 0. */
  readonly readOutside: number;
  /** Files and folders outside that changed: must be 0. */
  readonly changedOutside: number;
}

/** Each form read, edited, created and moved to. */
export async function attackByForms(most = 400): Promise<FormReport> {
  const ground = makeGround();
  const redraft = createRedraft();
  const editor = createFileEditor({ redraft, roots: [ground.root] });
  const changed = watchOutside(ground.base);
  const report = { calls: 0, refused: 0, done: 0, crashed: 0, readOutside: 0 };
  const from = join(ground.root, "src/a.ts");
  const attempts: ((path: string) => Promise<unknown>)[] = [
    (path) => editor.read({ path }),
    (path) => editor.edit({ path, old_string: "const two = 2;", new_string: "const two = 3;" }),
    (path) => editor.edit({ path, code_edit: "a whole new file\n" }),
    (path) =>
      editor.patch({
        patch: `*** Begin Patch\n*** Update File: src/a.ts\n*** Move to: ${path}\n@@\n-const two = 2;\n+const two = 3;\n*** End Patch\n`,
      }),
  ];
  try {
    for (const path of pathForms(ground).slice(0, most)) {
      for (const attempt of attempts) {
        writeFileSync(from, inside);
        report.calls += 1;
        try {
          const answer = await attempt(path);
          report.done += 1;
          if (JSON.stringify(answer).includes("secret = 1")) report.readOutside += 1;
        } catch (error) {
          if (RedraftError.is(error)) report.refused += 1;
          else report.crashed += 1;
        }
      }
    }
    return { ...report, changedOutside: changed().length };
  } finally {
    await redraft.dispose();
    rmSync(ground.base, { recursive: true, force: true });
  }
}

export interface SwapReport {
  readonly how: string;
  readonly reads: number;
  readonly edits: number;
  readonly done: number;
  readonly refused: number;
  readonly crashed: number;
  readonly readOutside: number;
  readonly writtenOutside: number;
  /** Whether anything at all was made, changed or removed outside, also for a moment: must be false. */
  readonly touchedOutside: boolean;
  /** Locks and temporary files in the root that nobody clears away. */
  readonly leftovers: number;
}

/** Reads and edits a file while another process swaps its folder for a link that leads outside. */
export async function attackBySwaps(
  tries: number,
  { control = false, onProgress = (_: number): void => {} } = {},
): Promise<SwapReport> {
  const { base, root } = makeGround();
  const outside = join(base, "outside/secret.txt");
  mkdirSync(join(root, "sub"));
  writeFileSync(join(root, "sub/secret.txt"), inside);
  symlinkSync("../outside", join(root, "swap"));
  const changed = watchOutside(join(base, "outside"));
  const redraft = createRedraft();
  const editor = control ? unprotected([root]) : createFileEditor({ redraft, roots: [root] });
  const swapper = await startSwapping(join(root, "sub"), join(root, "swap"));
  const report = {
    reads: 0,
    edits: 0,
    done: 0,
    refused: 0,
    crashed: 0,
    readOutside: 0,
    writtenOutside: 0,
  };
  try {
    for (let index = 0; index < tries; index++) {
      const path = "sub/secret.txt";
      try {
        if (index % 10 > 0) {
          report.reads += 1;
          const { text } = await editor.read({ path });
          if (text.includes("secret")) report.readOutside += 1;
        } else {
          report.edits += 1;
          const [old_string, new_string] =
            index % 20 === 0 ? ["two = 2", "two = 3"] : ["two = 3", "two = 2"];
          await editor.edit({ path, old_string, new_string });
        }
        report.done += 1;
      } catch (error) {
        if (RedraftError.is(error)) report.refused += 1;
        else report.crashed += 1;
      }
      if (index % 10 === 0 && readFileSync(outside, "utf8") !== secret) {
        report.writtenOutside += 1;
        writeFileSync(outside, secret);
      }
      if (index % 1000 === 999) onProgress(index + 1);
    }
  } finally {
    await swapper.stop();
    await redraft.dispose();
  }
  const folder =
    existsSync(join(root, "sub/secret.txt")) && !statSync(join(root, "sub")).isSymbolicLink();
  const touchedOutside = changed().length > 0;
  const leftovers = folder ? leftIn(join(root, "sub")) + leftIn(join(root, "swap")) : 0;
  rmSync(base, { recursive: true, force: true });
  return { how: swapper.how, ...report, touchedOutside, leftovers };
}

function leftIn(folder: string): number {
  return readdirSync(folder).filter((name) => name.startsWith(".redraft-")).length;
}

/** The same steps by name, as a program does that resolves a path and then opens it: shows that the attack works. */
function unprotected(roots: readonly string[]): Pick<FileEditor, "read" | "edit"> {
  return {
    async read({ path }) {
      const { absolute } = await resolveInRoots(path, roots);
      const { text, hash } = await readTextFile(absolute);
      return { path, text, hash, totalLines: 0, firstLine: 0, lastLine: 0 };
    },
    async edit({ path, old_string = "", new_string = "" }) {
      const { absolute } = await resolveInRoots(path, roots);
      const edit = async ({ text }: { text: string }) => {
        return { text: text.replace(old_string, new_string), action: "update" as const };
      };
      await updateFile(absolute, edit);
      return undefined as never;
    },
  };
}

async function startSwapping(
  one: string,
  other: string,
): Promise<{ how: string; stop(): Promise<void> }> {
  const worker = fileURLToPath(new URL("swap-worker.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", worker, one, other], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (data) => resolve(String(data)));
    child.once("exit", () => reject(new Error("the swapping process ended by itself")));
  });
  return {
    how: said.replace("ready ", "").trim(),
    async stop() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

async function main(tries: number): Promise<void> {
  const print = (name: string, report: object): void =>
    void process.stdout.write(`${JSON.stringify({ attack: name, ...report })}\n`);
  const forms = await attackByForms();
  print("path forms", forms);
  const control = await attackBySwaps(Math.min(2_000, tries), { control: true });
  print("swaps, by name (the control: must reach outside)", control);
  const swaps = await attackBySwaps(tries, {
    onProgress: (done) => process.stderr.write(`\r${done} of ${tries}`),
  });
  process.stderr.write("\n");
  print("swaps", swaps);
  const wrong =
    forms.crashed +
    forms.readOutside +
    forms.changedOutside +
    swaps.crashed +
    swaps.readOutside +
    swaps.writtenOutside;
  process.exitCode = wrong === 0 && !swaps.touchedOutside ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await main(Number(process.argv[2] ?? 100_000));
