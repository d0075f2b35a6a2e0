import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RedraftError } from "../../src/core/errors.ts";
import { carryOver } from "../../src/merge/rebase/carry.ts";
import { openJournal } from "../../src/workspace/journal/journal.ts";
import { type UndoRequest, undo } from "../../src/workspace/journal/undo.ts";
import { readTextFile } from "../../src/workspace/text-file.ts";
import { writeChanges } from "../../src/workspace/write.ts";

export interface UndoReport {
  readonly sequences: number;
  edits: number;
  byHand: number;
  /** Undos and redos that were made, that were rightly refused, and that found everything taken back by hand already. */
  made: number;
  refused: number;
  nothing: number;
  /** Files that are not what the model says, or refusals that the model does not know: must be empty. */
  readonly wrong: string[];
}

/**
 * The reference model. A file is a row of slots between lines that never change; an edit gives slots new lines. Taking an edit back
 * gives each of its slots what it held before, if it still holds what the edit wrote (or holds that already), and is refused as a
 * whole otherwise. Files that came or went must be as the edit left them. Nothing of this shares code with the merge.
 */
type Slots = string[][];

/** A file of the model by its name; undefined: it is not there. */
type Files = Map<string, Slots>;

interface Effect {
  /** `null` for a file that is not there. */
  readonly before: { readonly name: string; readonly slots: Slots } | null;
  readonly after: { readonly name: string; readonly slots: Slots } | null;
}

interface ModelEntry {
  readonly id: string;
  readonly kind: "edit" | "undo" | "redo";
  readonly of: readonly string[];
  readonly effects: readonly Effect[];
}

const slotCount = 6;
const names = ["a", "b", "c", "d"];

function text(slots: Slots): string {
  const anchor = (slot: number): string =>
    [1, 2, 3].map((line) => `anchor ${slot} of the file, row ${line}\n`).join("");
  return (
    slots.map((lines, slot) => anchor(slot) + lines.map((line) => `${line}\n`).join("")).join("") +
    anchor(slotCount)
  );
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.join("\n") === b.join("\n");
const sameSlots = (a: Slots, b: Slots): boolean => a.every((lines, slot) => same(lines, b[slot]!));

/** Takes effects back in the model; undefined = refused. Only where that happens, nothing is changed. */
function takeBack(files: Files, effects: readonly Effect[]): Files | undefined {
  const result = new Map(
    [...files].map(([name, slots]) => [name, slots.map((lines) => [...lines])]),
  );
  const moved: { name: string; slots: Slots }[] = [];
  for (const { before, after } of effects) {
    if (after === null) continue;
    const now = result.get(after.name);
    if (before === null) {
      if (now === undefined) continue;
      if (!sameSlots(now, after.slots)) return undefined;
      result.delete(after.name);
      continue;
    }
    if (now === undefined) return undefined;
    for (let slot = 0; slot < slotCount; slot++) {
      const [was, made] = [before.slots[slot]!, after.slots[slot]!];
      if (same(was, made) || same(now[slot]!, was)) continue;
      if (!same(now[slot]!, made)) return undefined;
      now[slot] = [...was];
    }
    if (before.name === after.name) continue;
    result.delete(after.name);
    moved.push({ name: before.name, slots: now });
  }
  for (const { name, slots } of moved) {
    if (result.has(name)) return undefined;
    result.set(name, slots);
  }
  for (const { before, after } of effects) {
    if (after !== null || before === null) continue;
    const now = result.get(before.name);
    if (now === undefined)
      result.set(
        before.name,
        before.slots.map((lines) => [...lines]),
      );
    else if (!sameSlots(now, before.slots)) return undefined;
  }
  return result;
}

/** What became of one file between two states of the model, by the names of an operation. */
function effectsOf(before: Files, after: Files, moves: ReadonlyMap<string, string>): Effect[] {
  const effects: Effect[] = [];
  const goals = new Set(moves.values());
  for (const name of names) {
    const goal = moves.get(name) ?? name;
    const was = before.get(name);
    const is = goals.has(name) && !moves.has(name) ? undefined : after.get(goal);
    if (was === undefined && is === undefined) continue;
    if (was !== undefined && is !== undefined && goal === name && sameSlots(was, is)) continue;
    if (was === undefined && goals.has(name)) continue;
    effects.push({
      before: was === undefined ? null : { name, slots: was },
      after: is === undefined ? null : { name: goal, slots: is },
    });
    // A file moved away, and a new one came to its place.
    const fresh = moves.has(name) && !goals.has(name) ? after.get(name) : undefined;
    if (fresh !== undefined) effects.push({ before: null, after: { name, slots: fresh } });
  }
  return effects;
}

/** A small generator of numbers that a seed repeats. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) % below;
  };
}

/** Random edits, changes by hand, undos and redos, each held against the model. */
export async function undoSequences(sequences: number, from = 0, steps = 12): Promise<UndoReport> {
  const report: UndoReport = {
    sequences,
    edits: 0,
    byHand: 0,
    made: 0,
    refused: 0,
    nothing: 0,
    wrong: [],
  };
  // What is measured is the texts: a file system in memory makes it quick.
  const top = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "redraft-undo-"));
  try {
    for (let seed = from; seed < from + sequences; seed++) {
      await sequence(seed, steps, join(top, String(seed)), report);
      rmSync(join(top, String(seed)), { recursive: true, force: true });
      if (report.wrong.length > 20) break;
    }
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
  return report;
}

async function sequence(
  seed: number,
  steps: number,
  top: string,
  report: UndoReport,
): Promise<void> {
  const pick = random(seed + 1);
  const folder = join(top, "work");
  mkdirSync(folder, { recursive: true });
  const journal = openJournal({ folder, home: join(top, "state") });
  const log: ModelEntry[] = [];
  let serial = 0;
  const fresh = (): string[] =>
    Array.from({ length: pick(3) }, () => `text ${++serial} of ${seed}`);
  const newSlots = (): Slots => Array.from({ length: slotCount }, () => [`first ${++serial}`]);
  let files: Files = new Map([
    ["a", newSlots()],
    ["b", newSlots()],
  ]);
  for (const [name, slots] of files) writeFileSync(join(folder, name), text(slots));
  const isRight = (): boolean => {
    const found = readdirSync(folder);
    return (
      found.length === files.size &&
      found.every((name) => {
        const slots = files.get(name);
        return slots !== undefined && readFileSync(join(folder, name), "utf8") === text(slots);
      })
    );
  };
  const history: string[] = [];
  for (let step = 0; step < steps; step++) {
    const kind = pick(10);
    if (kind < 4) await makeEdit();
    else if (kind < 6) changeByHand();
    else await takeSomethingBack(kind === 9);
    if (isRight()) continue;
    report.wrong.push(
      `seed ${seed}, step ${step}: the files are not what the model says (${history.join(" | ")})`,
    );
    return;
  }

  function change(slots: Slots): Slots {
    const result = slots.map((lines) => [...lines]);
    for (let n = 1 + pick(3); n > 0; n--) {
      const slot = pick(slotCount);
      let lines = fresh();
      while (same(lines, slots[slot]!)) lines = fresh();
      result[slot] = lines;
    }
    return result;
  }

  async function makeEdit(): Promise<void> {
    const after: Files = new Map(files);
    const moves = new Map<string, string>();
    const present = [...files.keys()];
    const absent = names.filter((name) => !files.has(name));
    const action = pick(8);
    const name = present[pick(present.length)];
    if (name === undefined || (action === 0 && absent.length > 0)) {
      after.set(absent[pick(absent.length)]!, newSlots());
    } else if (action === 1) after.delete(name);
    else if (action === 2 && absent.length > 0) {
      const goal = absent[pick(absent.length)]!;
      moves.set(name, goal);
      after.delete(name);
      after.set(goal, change(files.get(name)!));
    } else if (action === 3 && present.length > 1) {
      const other = present.find((one) => one !== name)!;
      moves.set(name, other).set(other, name);
      after.set(other, change(files.get(name)!)).set(name, files.get(other)!);
    } else {
      after.set(name, change(files.get(name)!));
      const second = present[pick(present.length)]!;
      if (second !== name) after.set(second, change(files.get(second)!));
    }
    const changes = [];
    for (const effect of effectsOf(files, after, moves)) {
      const from = effect.before?.name ?? effect.after!.name;
      const to = effect.after?.name;
      changes.push({
        before: await readTextFile(join(folder, from)),
        text: effect.after === null ? null : text(effect.after.slots),
        ...(to === undefined || to === from ? {} : { moveTo: join(folder, to) }),
      });
    }
    const [written] = await writeChanges(changes, { journal });
    log.push({
      id: written!.entry!,
      kind: "edit",
      of: [],

      effects: effectsOf(files, after, moves),
    });
    history.push(`edit ${written!.entry} ${[...moves].join(" ")}`);
    files = after;
    report.edits += 1;
  }

  function changeByHand(): void {
    const present = [...files.keys()];
    const name = present[pick(present.length)];
    if (name === undefined) return;
    files = new Map(files);
    if (pick(12) === 0) {
      files.delete(name);
      rmSync(join(folder, name));
    } else {
      files.set(name, change(files.get(name)!));
      writeFileSync(join(folder, name), text(files.get(name)!));
    }
    history.push(`hand ${name}`);
    report.byHand += 1;
  }

  async function takeSomethingBack(redo: boolean): Promise<void> {
    const chosen = redo ? undosThatStand() : editsThatStand();
    if (chosen.length === 0) return;
    const request: UndoRequest & { ids?: string[]; last?: number } = redo ? { redo } : {};
    let targets: ModelEntry[];
    if (pick(2) === 0) {
      const last = 1 + pick(Math.min(2, chosen.length));
      Object.assign(request, { last });
      targets = chosen.slice(0, last);
    } else {
      targets = [chosen[pick(chosen.length)]!];
      Object.assign(request, { ids: [targets[0]!.id] });
    }
    let expected: Files | undefined = files;
    for (const { effects } of targets) expected = expected && takeBack(expected, effects);
    history.push(`${redo ? "redo" : "undo"} ${targets.map(({ id }) => id).join(",")}`);
    let refusal: RedraftError | undefined;
    let id: string | undefined;
    try {
      const answer = await undo(request, { journal, carry: carryOver });
      id = answer.id;
      if (answer.written) report.made += 1;
      else report.nothing += 1;
    } catch (error) {
      if (!RedraftError.is(error)) throw error;
      refusal = error;
    }
    if ((refusal === undefined) !== (expected !== undefined)) {
      const what =
        refusal === undefined
          ? "was made and had to be refused"
          : `was refused: ${refusal.message}`;
      report.wrong.push(`seed ${seed}: ${history.join(" | ")} ${what}`);
    }
    if (refusal !== undefined || expected === undefined) {
      report.refused += 1;
      return;
    }
    const moves = new Map(
      targets.flatMap(({ effects }) =>
        effects.flatMap(({ before, after }) =>
          before && after && before.name !== after.name ? [[after.name, before.name] as const] : [],
        ),
      ),
    );
    const kind = redo ? "redo" : "undo";
    const of = targets.map((one) => one.id);
    // Ids are those of the log: an undo that changed nothing has one as well.
    const entry = id ?? (await journal.entries()).at(-1)!.id;
    const effects =
      targets.length === 1
        ? effectsOf(files, expected, moves)
        : netEffects(files, expected, targets);
    log.push({ id: entry, kind, of, effects });
    files = expected;
  }

  /** Of several entries taken back at once: the way of each file through all of them. */
  function netEffects(before: Files, after: Files, targets: readonly ModelEntry[]): Effect[] {
    const where = new Map([...before.keys()].map((name) => [name, name]));
    for (const { effects } of targets) {
      const step = new Map<string, string | undefined>();
      for (const effect of effects) {
        if (effect.after === null) continue;
        const origin = [...where].find(([, now]) => now === effect.after!.name)?.[0];
        if (origin !== undefined) step.set(origin, effect.before?.name);
      }
      for (const [origin, now] of step) {
        if (now === undefined) where.delete(origin);
        else where.set(origin, now);
      }
    }
    const moves = new Map([...where].filter(([from, to]) => from !== to));
    return effectsOf(before, after, moves);
  }

  function undoStates(): Map<string, ModelEntry[]> {
    const states = new Map<string, ModelEntry[]>();
    for (const entry of log) {
      if (entry.kind === "edit") states.set(entry.id, []);
      if (entry.kind === "undo") for (const id of entry.of) states.get(id)?.push(entry);
      if (entry.kind === "redo") {
        for (const undone of entry.of) {
          for (const [id, undos] of states)
            states.set(
              id,
              undos.filter((one) => one.id !== undone),
            );
        }
      }
    }
    return states;
  }

  function editsThatStand(): ModelEntry[] {
    const states = undoStates();
    const since = (edit: ModelEntry): string => {
      const redos = log.filter(
        (one) =>
          one.kind === "redo" &&
          one.of.some((undoId) => log.find((u) => u.id === undoId)?.of.includes(edit.id)),
      );
      return redos.at(-1)?.id ?? edit.id;
    };
    return log
      .filter((one) => one.kind === "edit" && states.get(one.id)!.length === 0)
      .sort((a, b) => (since(a) < since(b) ? 1 : -1));
  }

  function undosThatStand(): ModelEntry[] {
    const standing = new Set([...undoStates().values()].flat().map(({ id }) => id));
    return log.filter(({ id }) => standing.has(id)).sort((a, b) => (a.id < b.id ? 1 : -1));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const report = await undoSequences(
    Number(process.argv[2] ?? 10_000),
    Number(process.argv[3] ?? 0),
  );
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = report.wrong.length === 0 ? 0 : 1;
}
