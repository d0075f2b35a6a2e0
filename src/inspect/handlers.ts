import { readFile } from "node:fs/promises";
import * as z from "zod";
import { RedraftError } from "../core/errors.ts";
import { carryOver } from "../merge/rebase/carry.ts";
import { confinedTo } from "../workspace/confined.ts";
import { fileError } from "../workspace/disk.ts";
import type { KeptEntry } from "../workspace/journal/entries.ts";
import { editStates } from "../workspace/journal/history.ts";
import { entryHunks } from "../workspace/journal/hunks.ts";
import { type DiskJournal, openJournal } from "../workspace/journal/journal.ts";
import { shownIn } from "../workspace/journal/state-home.ts";
import { textPairs } from "../workspace/journal/take-back.ts";
import { type UndoAnswer, type UndoRequest, undo } from "../workspace/journal/undo.ts";
import {
  type ReceiptFiles,
  type Verification,
  verifyReceipt,
} from "../workspace/receipt/verify.ts";
import { resolveInRoots } from "../workspace/roots.ts";
import { sha256 } from "../workspace/sha256.ts";
import { readTextFile } from "../workspace/text-file.ts";
import { writeChanges } from "../workspace/write.ts";
import type { FollowedSource } from "./follow.ts";

/** What the page is opened with. Paths are as the user named them. */
export interface InspectedFiles {
  readonly file?: string;
  /** The text of an edit. */
  readonly edit?: string;
  /** Files that are read again at every load of the page. */
  readonly receipt?: string;
  readonly events?: string;
  /** A log that grows, or a running server: the page shows what happens there. */
  readonly followed?: FollowedSource;
}

export interface InspectOptions {
  /** Absolute; nothing outside is written, and of the log only their entries are shown. */
  readonly roots: readonly string[];
  readonly opened: InspectedFiles;
  readonly version: string;
  /** Default: the user's state folder. */
  readonly journal?: DiskJournal;
  readonly uninterrupted?: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** What the page shows at first. */
export interface OpenedTexts {
  readonly version: string;
  readonly roots: readonly string[];
  readonly file?: {
    readonly path: string;
    readonly text: string;
    /** First digits of the SHA-256 of the bytes; empty where there is no such file yet. */
    readonly hash: string;
    /** Whether it lies in a root, so that the result may be written. */
    readonly writable: boolean;
  };
  readonly edit?: string;
  readonly receipt?: string;
  readonly events?: string;
  /** What `api/events` follows. */
  readonly followed?: { readonly kind: FollowedSource["kind"]; readonly name: string };
}

/** One entry of the log. */
export interface LogRow {
  readonly id: string;
  readonly time: string;
  readonly kind: string;
  readonly by?: string;
  readonly of?: readonly string[];
  /** Of an edit. */
  readonly state?: string;
  readonly interrupted?: boolean;
  readonly files: readonly { readonly path: string; readonly action: string }[];
}

export interface LogHunk {
  readonly number: number;
  readonly path: string;
  /** 1-based line of the file after the edit. */
  readonly line: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** An undo that is shown and not made: the same request with `confirm` makes it. */
export interface UndoView {
  readonly answer: UndoAnswer;
  /** Of what is shown: an undo that would now change something else is refused. */
  readonly confirm: string;
}

export interface VerifyView extends Omit<Verification, "receipt"> {
  readonly receipt?: unknown;
  /** Files that were found by the receipt's path and hashes. */
  readonly found: readonly { readonly side: "before" | "after"; readonly path: string }[];
}

const undoBody = z.strictObject({
  ids: z.array(z.string().max(64)).min(1).max(100),
  hunks: z.array(z.int().min(1)).min(1).max(10_000).optional(),
  redo: z.boolean().optional(),
  confirm: z.string().optional(),
});
const writeBody = z.strictObject({ text: z.string(), hash: z.string() });
const base64 = z.base64().optional();
const verifyBody = z.strictObject({
  receipt: z.string(),
  before: base64,
  after: base64,
  edit: base64,
  base: base64,
});

export interface InspectHandlers {
  opened(): Promise<OpenedTexts>;
  log(): Promise<readonly LogRow[]>;
  hunks(id: string): Promise<readonly LogHunk[]>;
  /** Shows an undo or a redo; with the `confirm` of what was shown, makes it. */
  undo(body: unknown): Promise<UndoView>;
  /** Writes a result over the opened file, if its bytes are those that were opened. */
  write(body: unknown): Promise<{ readonly hash: string; readonly entry?: string }>;
  verify(body: unknown): Promise<VerifyView>;
}

const inspectedBy = "redraft inspect";

/** What the page asks of this machine: files that were named at start, the log of the roots, undo inside them. */
export function createInspectHandlers(options: InspectOptions): InspectHandlers {
  const { roots, opened, version, uninterrupted } = options;
  const journal =
    options.journal ?? openJournal({ folder: roots[0]!, more: roots.slice(1), keep: true });
  const fs = () => confinedTo(roots);
  const show = (path: string): string => shownIn(roots, path);
  const during = uninterrupted === undefined ? {} : { uninterrupted };

  return {
    async opened() {
      const { file, edit, receipt, events, followed } = opened;
      return {
        version,
        roots,
        ...(file !== undefined && { file: await openedFile(file, roots) }),
        ...(edit !== undefined && { edit }),
        ...(receipt !== undefined && { receipt: await readNamed(receipt) }),
        ...(events !== undefined && { events: await readNamed(events) }),
        ...(followed !== undefined && { followed: shownFollowed(followed) }),
      };
    },
    async log() {
      await journal.recover();
      const entries = await journal.entries();
      const states = new Map(editStates(entries).map((one) => [one.entry.id, one.state]));
      return entries.toReversed().map((entry) => logRow(entry, states.get(entry.id), show));
    },
    async hunks(id) {
      const entry = (await journal.entries()).find((one) => one.id === id);
      if (entry === undefined) throw new RedraftError("no-match", `there is no entry ${id} here.`);
      return entryHunks(await textPairs(entry)).map(({ number, path, before, after }) => ({
        number,
        path: show(path),
        line: after.from + 1,
        before: before.lines,
        after: after.lines,
      }));
    },
    async undo(body) {
      const { ids, hunks, redo = false, confirm } = validBody(undoBody, body);
      const request: UndoRequest = { ids, redo, by: inspectedBy, ...(hunks && { hunks }) };
      const call = { journal, carry: carryOver, show, fs: fs(), ...during };
      const shown = await undo({ ...request, dryRun: true }, call);
      const expected = sha256(JSON.stringify(shown.files));
      if (confirm === undefined) return { answer: shown, confirm: expected };
      if (confirm !== expected) {
        throw new RedraftError(
          "stale-file",
          "a file changed since this undo was shown. Nothing was written. Look at it again.",
          { retryable: true },
        );
      }
      return { answer: await undo(request, call), confirm };
    },
    async write(body) {
      const { text, hash } = validBody(writeBody, body);
      if (opened.file === undefined) {
        throw new RedraftError("usage", "no file is open: start `redraft inspect <file>`.");
      }
      const { absolute } = await resolveInRoots(opened.file, roots);
      const confined = fs();
      const before = await readTextFile(absolute, confined);
      if (before.hash !== hash) {
        throw new RedraftError(
          "stale-file",
          `${show(absolute)} was changed since it was opened here. Nothing was written. Reload the page.`,
          { retryable: true },
        );
      }
      const note = { kind: "edit", by: inspectedBy } as const;
      const [written] = await writeChanges([{ before, text }], {
        fs: confined,
        journal,
        note,
        ...during,
      });
      const { entry, hash: after = "" } = written!;
      return { hash: after, ...(entry !== undefined && { entry }) };
    },
    async verify(body) {
      const { receipt, ...given } = validBody(verifyBody, body);
      const bytes = Buffer.from(receipt, "utf8");
      const files: Record<string, Uint8Array> = {};
      for (const [side, text] of Object.entries(given)) {
        if (text !== undefined) files[side] = Buffer.from(text, "base64");
      }
      const found = await attached(receipt, roots, files);
      const { receipt: read, ...rest } = verifyReceipt(bytes, files as ReceiptFiles);
      return { ...rest, ...(read && { receipt: read }), found };
    },
  };
}

function validBody<Shape>(schema: z.ZodType<Shape>, body: unknown): Shape {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new RedraftError("usage", `the request is not valid: ${z.prettifyError(result.error)}`);
}

async function openedFile(
  path: string,
  roots: readonly string[],
): Promise<NonNullable<OpenedTexts["file"]>> {
  const { text, hash, realPath } = await readTextFile(path);
  const writable = await resolveInRoots(path, roots).then(
    () => true,
    () => false,
  );
  return { path: shownIn(roots, realPath), text, hash, writable };
}

const shownFollowed = (followed: FollowedSource): OpenedTexts["followed"] & object =>
  followed.kind === "file"
    ? { kind: "file", name: followed.path }
    : { kind: "server", name: followed.url };

async function readNamed(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    throw fileError("read", path, error);
  });
}

function logRow(
  { id, time, kind, by, of, interrupted, files }: KeptEntry,
  state: string | undefined,
  show: (path: string) => string,
): LogRow {
  const changes = files
    .filter(({ movedTo }) => movedTo === undefined)
    .map(({ path, before, after, movedFrom }) => ({
      path: movedFrom === undefined ? show(path) : `${show(movedFrom)} -> ${show(path)}`,
      action:
        movedFrom !== undefined
          ? "move"
          : before === null
            ? "create"
            : after === null
              ? "delete"
              : "update",
    }));
  return {
    id,
    time,
    kind,
    files: changes,
    ...(by !== undefined && { by }),
    ...(of !== undefined && { of }),
    ...(state !== undefined && { state }),
    ...(interrupted && { interrupted }),
  };
}

/** Adds the file that a receipt names, if it is in a root and is what the receipt says it was before or after. */
async function attached(
  receipt: string,
  roots: readonly string[],
  files: Record<string, Uint8Array>,
): Promise<VerifyView["found"]> {
  const named = namedByReceipt(receipt);
  if (named === undefined) return [];
  const place = await resolveInRoots(named.path, roots).catch(() => undefined);
  if (!place?.exists) return [];
  const bytes = await readFile(place.absolute).catch(() => undefined);
  if (bytes === undefined) return [];
  const hash = sha256(bytes);
  const side = (["after", "before"] as const).find(
    (one) => files[one] === undefined && named[one] === hash,
  );
  if (side === undefined) return [];
  files[side] = bytes;
  return [{ side, path: place.display }];
}

interface NamedByReceipt {
  readonly path: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

function namedByReceipt(receipt: string): NamedByReceipt | undefined {
  const side = z.object({ sha256: z.string() }).nullish();
  const shape = z.object({
    path: z.string(),
    movedTo: z.string().optional(),
    before: side,
    after: side,
  });
  try {
    const { path, movedTo, before, after } = shape.parse(JSON.parse(receipt));
    return { path: movedTo ?? path, before: before?.sha256, after: after?.sha256 };
  } catch {
    return undefined;
  }
}
