import { dirname } from "node:path";
import { RedraftError } from "../core/errors.ts";
import { codeOf, disk, type FileSystem, fileError, reasonOf, syncFolder } from "./disk.ts";
import { encodeText } from "./encoding.ts";
import type { OpenTransaction, PlannedFile, WritePlan } from "./journal/types.ts";
import { type Lock, temporaryPath } from "./lock.ts";
import type { Folders } from "./made-folders.ts";
import { requireWritable, type Staged, stage } from "./stage.ts";
import { exists, type FileChange, occupied, type PathStep, stepsOf } from "./steps.ts";
import { hashOf } from "./text-file.ts";
import type { WriteOptions, Written } from "./write-options.ts";

/** A step on its way. */
interface StepProgress {
  readonly step: PathStep;
  readonly staged?: Staged;
  /** A second name, or a copy, of the old file, while something may still fail. */
  spare?: string;
  /** Whether its call was made, and whether the step is known to have happened. */
  tried: boolean;
  done: boolean;
}

/**
 * Makes all changes, or none, while their paths are locked and the files are known to be what was read. Every new text is complete
 * on the disk before the first file is touched; then each path takes one rename. If a later step or the check fails, only
 * these steps are undone, so a file that another process put there in the meantime stays.
 */
export async function commit(
  changes: readonly FileChange[],
  options: WriteOptions,
  locks: readonly Lock[],
  folders: Folders,
): Promise<readonly Written[]> {
  const { fs = disk, journal, check } = options;
  const works: StepProgress[] = [];
  let record: OpenTransaction | undefined;
  try {
    for (const change of changes) requireWritable(change);
    const steps = await stepsOf(changes, fs);
    for (const step of steps) {
      if (step.kind === "remove") works.push({ step, tried: false, done: false });
      else {
        await folders.make(step.path);
        const staged = await stage(step, step.change.text!, fs);
        works.push({ step, staged, tried: false, done: false });
      }
    }
    for (const lock of locks) if (!(await lock.held())) throw lostLock(changes[0]!.before.path);
    const isLong = works.length > 1 || check !== undefined;
    for (const work of works) {
      if (work.step.old === undefined) continue;
      // The way back is only needed while something may still fail.
      if (isLong || journal !== undefined || work.step.kind === "remove") {
        work.spare = temporaryPath(work.step.path);
      }
    }
    record = await journal?.begin(planOf(works, folders, isLong, options.note));
    for (const work of works) if (work.step.kind !== "remove") await keepOld(work, fs);
    for (const work of works) {
      await perform(work, fs);
      work.done = true;
    }
    await syncFolders(works, fs);
    await check?.();
    await record?.commit();
  } catch (error) {
    throw await takenBack(error, works, { record, folders, fs, isChecked: check !== undefined });
  }
  for (const { spare } of works) if (spare !== undefined) await fs.unlink(spare).catch(() => {});
  const entry = await record?.finish();
  const written: Written[] = [];
  for (const change of changes) {
    const own = works.find(({ step, staged }) => staged && step.change === change);
    const known = entry === undefined ? {} : { entry };
    if (own?.staged === undefined) written.push(known);
    else {
      const hash = check === undefined ? own.staged.hash : await hashNow(own, fs);
      written.push({ ...known, hash });
    }
  }
  return written;
}

/** A check may be a formatter, which leaves another text than it found. */
async function hashNow({ step, staged }: StepProgress, fs: FileSystem): Promise<string> {
  const bytes = await fs.readFile(step.renamed ?? step.path).catch(() => undefined);
  return bytes === undefined ? staged!.hash : hashOf(bytes);
}

/** A second name of the old file: by a link where the file system has them, else by a copy. */
async function keepOld({ step, spare }: StepProgress, fs: FileSystem): Promise<void> {
  if (spare === undefined || step.old === undefined) return;
  try {
    await fs.link(step.path, spare);
  } catch {
    try {
      const handle = await fs.open(spare, "wx", step.old.mode ?? 0o600);
      try {
        await handle.writeFile(await fs.readFile(step.path));
        await handle.chmod(step.old.mode ?? 0o600);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw fileError("write", step.old.path, error);
    }
  }
}

/** A step whose call fails may have happened nevertheless (network file systems): the content of the path decides. */
async function perform(work: StepProgress, fs: FileSystem): Promise<void> {
  const { step, staged, spare } = work;
  work.tried = true;
  try {
    if (step.kind === "remove") await fs.rename(step.path, spare!);
    else if (step.kind === "place") await linkNew(staged!.temporary, step.path, fs);
    else await fs.rename(staged!.temporary, step.path);
    if (step.kind !== "recase") return;
    work.done = true;
    await fs.rename(step.path, step.renamed!);
  } catch (error) {
    if (await hasHappened(work, fs)) return;
    throw error;
  }
}

async function hasHappened(
  { step, staged, spare }: StepProgress,
  fs: FileSystem,
): Promise<boolean> {
  try {
    if (step.kind === "remove") return !(await exists(step.path, fs)) && (await exists(spare!, fs));
    return await isOurs(step.renamed ?? step.path, staged!, fs);
  } catch {
    return false;
  }
}

async function isOurs(path: string, { inode }: Staged, fs: FileSystem): Promise<boolean> {
  const found = await fs.lstat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
  return found !== undefined && found.dev === inode.dev && found.ino === inode.ino;
}

/**
 * Puts a new file where nothing may be. A hard link fails when something is there, a rename would not; without links, an empty
 * file of the name is made first, which fails the same way, and the rename replaces that.
 */
async function linkNew(temporary: string, target: string, fs: FileSystem): Promise<void> {
  try {
    await fs.link(temporary, target);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") throw occupied(target);
    if (code === undefined || !linkless.includes(code)) throw error;
    await placeWithoutLinks(temporary, target, fs);
    return;
  }
  await fs.unlink(temporary).catch(() => {});
}

/** What file systems without hard links answer. */
const linkless = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES", "EXDEV"];

async function placeWithoutLinks(temporary: string, target: string, fs: FileSystem): Promise<void> {
  try {
    await (await fs.open(target, "wx", 0o600)).close();
  } catch (error) {
    throw codeOf(error) === "EEXIST" ? occupied(target) : error;
  }
  try {
    await fs.rename(temporary, target);
  } catch (error) {
    const found = await fs.lstat(target).catch(() => undefined);
    if (found?.size === 0) await fs.unlink(target).catch(() => {});
    throw error;
  }
}

function planOf(
  works: readonly StepProgress[],
  folders: Folders,
  isLong: boolean,
  note: WritePlan["note"],
): WritePlan {
  const files = works.map(({ step, staged, spare }): PlannedFile => {
    const { path, old, change, link } = step;
    const goal = works.find((one) => one.staged && one.step.change === change)?.step.path;
    const source = change.from ?? (change.before.exists ? change.before.realPath : path);
    return {
      path,
      before:
        old === undefined
          ? null
          : {
              bytes: link === undefined ? encodeText(old.text, old.encoding, old.bom) : Buffer.of(),
              mode: old.mode ?? 0o666,
              ...(link === undefined ? {} : { link }),
            },
      after:
        staged === undefined
          ? null
          : {
              bytes: staged.bytes,
              mode: change.form?.mode ?? change.before.mode ?? null,
              inode: staged.inode,
            },
      ...(staged !== undefined && source !== path ? { movedFrom: source } : {}),
      ...(staged === undefined && goal !== undefined ? { movedTo: goal } : {}),
      ...(spare === undefined ? {} : { spare }),
    };
  });
  const temporaries = works.flatMap(({ staged, spare }) => [
    ...(staged ? [staged.temporary] : []),
    ...(spare === undefined ? [] : [spare]),
  ]);
  return { files, temporaries, folders: [...folders.made], isLong, ...(note ? { note } : {}) };
}

interface Failing {
  readonly record: OpenTransaction | undefined;
  readonly folders: Folders;
  readonly fs: FileSystem;
  readonly isChecked: boolean;
}

/** Rolls back, last step first, checks the content of every path, and reports the outcome. */
async function takenBack(
  error: unknown,
  works: readonly StepProgress[],
  { record, folders, fs, isChecked }: Failing,
): Promise<unknown> {
  const left: string[] = [];
  const aside: string[] = [];
  for (const work of works.toReversed()) {
    const { step, spare } = work;
    try {
      if (work.done) aside.push(...(await takeBack(work, fs, isChecked)));
      else if (work.tried && !(await isAsBefore(work, fs))) {
        throw new Error("its content is not what it was before");
      }
      if (spare !== undefined) await fs.unlink(spare).catch(() => {});
    } catch (cause) {
      const kept = spare !== undefined && (await exists(spare, fs).catch(() => false));
      left.push(
        `${step.path} could not be restored: ${reasonOf(cause)}` +
          `${kept ? `; its old content is in ${spare}` : ""}`,
      );
    }
  }
  for (const { staged } of works) {
    if (staged !== undefined) await fs.unlink(staged.temporary).catch(() => {});
  }
  if (left.length > 0) {
    record?.leave();
    return described(error, works, `But ${left.join("; and ")}.`);
  }
  await record?.abort();
  await folders.unmake();
  const kept =
    aside.length === 0
      ? ""
      : ` Changes made by others in the meantime are kept in ${aside.join(", ")}.`;
  return described(error, works, `Nothing was changed.${kept}`);
}

/** Undoes one step. Changes that others made to the new text are kept in another file. Returns the paths of such files. */
async function takeBack(work: StepProgress, fs: FileSystem, isChecked: boolean): Promise<string[]> {
  const { step, staged, spare } = work;
  const { renamed } = step;
  const isRenamed = renamed !== undefined && (await isOurs(renamed, staged!, fs));
  const path = isRenamed ? renamed : step.path;
  const aside: string[] = [];
  if (await exists(path, fs)) {
    const ours = staged !== undefined && (await isOurs(path, staged, fs));
    const same = ours && hashOf(await fs.readFile(path)) === staged.hash;
    // Without a check only another process can have put a different file here: it stays.
    if (!same && !ours && !isChecked) throw occupied(path);
    if (!same) aside.push(await putAside(path, fs));
    else if (step.old === undefined) await fs.unlink(path);
  }
  if (spare === undefined) return aside;
  if (step.kind === "remove" || aside.length > 0) await linkNew(spare, step.path, fs);
  else {
    await fs.rename(spare, step.path);
    if (step.renamed !== undefined) await fs.rename(step.renamed, step.path).catch(() => {});
  }
  return aside;
}

async function putAside(path: string, fs: FileSystem): Promise<string> {
  for (let number = 1; ; number++) {
    const aside = `${path}.rejected${number === 1 ? "" : `-${number}`}`;
    if (await exists(aside, fs)) continue;
    await fs.rename(path, aside);
    return aside;
  }
}

/** Of a step that was tried and did not happen. What a stranger put at a free path is none of ours. */
async function isAsBefore({ step, staged }: StepProgress, fs: FileSystem): Promise<boolean> {
  if (step.kind === "place") return !(await isOurs(step.path, staged!, fs));
  if (step.link !== undefined) return exists(step.path, fs);
  return hashOf(await fs.readFile(step.path)) === step.old?.hash;
}

/** The error with what is true of the files now at its end. */
function described(error: unknown, works: readonly StepProgress[], state: string): unknown {
  if (RedraftError.is(error)) {
    const said = error.message.replace(/Nothing was (?:changed|written)\.$/, "").trimEnd();
    const { code, retryable, details, cause } = error;
    // A list of lines (the output of a check) stays last.
    const [first = "", ...rest] = said.split("\n");
    const isSaid =
      state === "Nothing was changed." && /nothing was (?:written|changed)\.$/i.test(first);
    const message = [isSaid ? first : `${first} ${state}`, ...rest].join("\n");
    return new RedraftError(code, message, { retryable, details, cause });
  }
  const failed = works.find(({ done }) => !done) ?? works.at(-1);
  const path = failed?.step.path ?? "the files";
  const known = fileError("write", path, error);
  return new RedraftError("file-error", `cannot write ${path}: ${reasonOf(error)}. ${state}`, {
    cause: error,
    retryable: known.retryable,
    details: known.details,
  });
}

function lostLock(path: string): RedraftError {
  return new RedraftError(
    "stale-file",
    `this process was suspended for so long that another one took over its lock on ${path}. Send the edit again.`,
    { retryable: true, details: { path } },
  );
}

async function syncFolders(works: readonly StepProgress[], fs: FileSystem): Promise<void> {
  const paths = new Set(works.map(({ step }) => dirname(step.path)));
  for (const folder of paths) await syncFolder(folder, fs);
}
