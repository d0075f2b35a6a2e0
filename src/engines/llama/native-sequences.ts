import { RedraftError } from "../../core/errors.ts";
import { sampleVerdict } from "../../core/sampling.ts";
import type { KvEdit, Rows, SamplingRequest, SpliceReport } from "../../core/target.ts";
import type { Binding } from "./binding.ts";
import type { Entry } from "./native-batch.ts";
import type { NativeModel } from "./native-model.ts";
import type { NativePasses, PassesSpent, Work } from "./native-passes.ts";
import { createRows, type RowRequest } from "./rows.ts";
import { layoutTree, type TreeLayout } from "./tree.ts";

/** One context of tokens in the cells of the cache. */
interface Held {
  readonly id: number;
  /** Committed tokens; the cache holds the first `evaluated` of them. */
  readonly tokens: number[];
  evaluated: number;
  /** Nodes of the last verification that are neither committed nor dropped. */
  open:
    | (TreeLayout & {
        readonly tokens: Int32Array;
        readonly parents: Int32Array;
        readonly ids: readonly number[];
      })
    | undefined;
  /** Position minus index of the last token; 0 but after a splice that left the positions as they were. */
  skew: number;
  /** The sequences that hold some of the same cells, and the length up to which: those keys must not be rotated. */
  readonly sharing: Map<Held, { length: number }>;
}

/** Times of the passes for one sequence. */
export interface SequenceSpent extends PassesSpent {
  /** Whether the first of them also rotated keys. */
  readonly rotated: boolean;
}

/**
 * The sequences of one loaded model. Calls for one sequence must not overlap; those for several may, between
 * passes: what they want evaluated shares the passes.
 */
export interface NativeSequences {
  open(id: number): void;
  append(id: number, tokens: Int32Array): void;
  verify(
    id: number,
    tokens: Int32Array,
    parents: Int32Array,
    request: RowRequest,
    sampling?: SamplingRequest,
  ): Promise<{ readonly rows: Rows; readonly spent: SequenceSpent }>;
  commit(id: number, path: readonly number[]): void;
  truncate(id: number, length: number): void;
  /** @param rotate false = a baseline for measurements: the keys keep the positions that they had */
  splice(
    id: number,
    edits: readonly KvEdit[],
    rotate: boolean,
  ): Promise<{
    readonly report: SpliceReport;
    /** Of the pass that rotated; absent where none was needed, or none was made yet. */
    readonly rotation?: SequenceSpent & { readonly positions: number };
  }>;
  fork(from: number, to: number, ownCells: boolean): Promise<void>;
  /** Positions, keys and values as llama.cpp saves them. */
  state(id: number): Promise<Uint8Array>;
  dispose(id: number): void;
}

export function createSequences(
  native: Binding,
  model: NativeModel,
  passes: NativePasses,
): NativeSequences {
  const { sequences: idCount, kvEdit } = model.info.context!;
  const memory = native.memory(model.context);
  const all = new Map<number, Held>();
  const free = Array.from({ length: idCount }, (_, i) => idCount - 1 - i);
  /** Whether llama.cpp has noted rotations that it does with the next pass. */
  let rotationWaits = false;

  function held(id: number): Held {
    const found = all.get(id);
    if (found === undefined) throw new RedraftError("engine-failed", "this sequence was closed");
    return found;
  }

  function takeId(): number {
    const id = free.pop();
    if (id === undefined) {
      throw new RedraftError(
        "engine-failed",
        `more than ${idCount} sequences and branches of draft trees are open at once; close sequences or draft fewer branches`,
      );
    }
    return id;
  }

  function releaseId(id: number): void {
    native.sequenceRemove(memory, id, -1, -1);
    free.push(id);
  }

  /** Forgets cells from `length` on. A recurrent state cannot: it is cleared and evaluated again. */
  function rewind(sequence: Held, length: number): void {
    for (const shared of sequence.sharing.values()) shared.length = Math.min(shared.length, length);
    if (length >= sequence.evaluated) return;
    if (
      model.info.rewind &&
      native.sequenceRemove(memory, sequence.id, length + sequence.skew, -1)
    ) {
      sequence.evaluated = length;
    } else {
      native.sequenceRemove(memory, sequence.id, -1, -1);
      sequence.evaluated = 0;
      sequence.skew = 0;
    }
  }

  function dropOpen(sequence: Held): void {
    const { open } = sequence;
    if (open === undefined) return;
    sequence.open = undefined;
    for (const id of open.ids.slice(1)) releaseId(id);
    if (open.tokens.length > 0) {
      native.sequenceRemove(memory, sequence.id, sequence.tokens.length + sequence.skew, -1);
    }
  }

  return {
    open(id) {
      const sharing = new Map();
      all.set(id, { id: takeId(), tokens: [], evaluated: 0, open: undefined, skew: 0, sharing });
    },

    append(id, tokens) {
      const sequence = held(id);
      dropOpen(sequence);
      for (const token of tokens) sequence.tokens.push(token);
    },

    async verify(id, tokens, parents, request, sampling) {
      const sequence = held(id);
      dropOpen(sequence);
      const length = sequence.tokens.length;
      if (length === 0)
        throw new RedraftError("engine-failed", "nothing to verify: the sequence is empty");
      if (tokens.length > 0 && !model.info.rewind) {
        throw new RedraftError(
          "engine-failed",
          `${model.info.name} (${model.info.architecture}) keeps a recurrent state and cannot forget rejected tokens: drafts are off for it`,
        );
      }
      // The row after the last committed token needs that token in the pass, evaluated before or not.
      if (sequence.evaluated === length) rewind(sequence, length - 1);

      const layout = layoutTree(parents);
      const ids = [sequence.id];
      try {
        while (ids.length < layout.leaves) {
          const branch = takeId();
          ids.push(branch);
          native.sequenceCopy(memory, sequence.id, branch, 0, -1);
        }
        const start = sequence.evaluated;
        const entries: Entry[] = [];
        for (let i = start; i < length; i++) {
          entries.push({
            token: sequence.tokens[i]!,
            position: i + sequence.skew,
            sequences: ids,
            output: i === length - 1,
          });
        }
        for (let i = 0; i < tokens.length; i++) {
          entries.push({
            token: tokens[i]!,
            position: length - 1 + layout.depths[i]! + sequence.skew,
            sequences: ids.length === 1 ? ids : layout.leavesOf[i]!.map((leaf) => ids[leaf]!),
            output: true,
          });
        }
        const rows = createRows(tokens.length + 1, model.info.vocabSize, request);
        const kept: Float32Array[] = [];
        const nodeLogits = request.nodeLogits ? new Float32Array(tokens.length) : undefined;
        let row = 0;
        const done = (end: number, logits: Float32Array, count: number): void => {
          sequence.evaluated = Math.min(start + end, length);
          rows.add(logits, count);
          for (let i = 0; nodeLogits !== undefined && i < tokens.length; i++) {
            const own = parents[i]! + 1 - row;
            if (own < 0 || own >= count) continue;
            nodeLogits[i] = logits[own * model.info.vocabSize + tokens[i]!]!;
          }
          row += count;
          if (sampling === undefined) return;
          // Rows of earlier passes are overwritten by later ones.
          const own = end < entries.length ? logits.slice() : logits;
          for (let i = 0; i < count; i++) {
            kept.push(own.subarray(i * model.info.vocabSize, (i + 1) * model.info.vocabSize));
          }
        };
        const spent = await runPasses({ owner: id, entries, done });
        sequence.open = { ...layout, tokens, parents, ids };
        const found = { ...rows.finish(), ...(nodeLogits && { nodeLogits }) };
        if (sampling === undefined) return { rows: found, spent };
        const nodes = Array.from(tokens, (token, i) => ({ token, parent: parents[i]! }));
        const verdict = sampleVerdict(nodes, (node) => kept[node + 1]!, sampling, length);
        return { rows: { ...found, verdict }, spent };
      } catch (error) {
        for (const branch of ids.slice(1)) releaseId(branch);
        const held = Math.min(sequence.evaluated, length);
        native.sequenceRemove(memory, sequence.id, held + sequence.skew, -1);
        throw error;
      }
    },

    commit(id, path) {
      const sequence = held(id);
      const { open } = sequence;
      if (open === undefined) {
        throw new RedraftError(
          "engine-failed",
          "nothing to commit: call verify first, and commit once after it",
        );
      }
      let parent = -1;
      for (const node of path) {
        if (open.parents[node] !== parent) {
          throw new RedraftError(
            "engine-failed",
            `node ${node} does not follow node ${parent} in the verified tree`,
          );
        }
        parent = node;
      }
      const from = sequence.tokens.length;
      const to = from + path.length;
      if (path.length > 0 && !open.leavesOf[parent]!.includes(0)) {
        const branch = open.ids[open.leavesOf[parent]![0]!]!;
        const { skew } = sequence;
        native.sequenceRemove(memory, sequence.id, from + skew, -1);
        native.sequenceCopy(memory, branch, sequence.id, from + skew, to + skew);
      }
      for (const node of path) sequence.tokens.push(open.tokens[node]!);
      sequence.evaluated = to;
      dropOpen(sequence);
    },

    truncate(id, length) {
      const sequence = held(id);
      dropOpen(sequence);
      rewind(sequence, length);
      sequence.tokens.length = Math.min(length, sequence.tokens.length);
    },

    async splice(id, edits, rotates) {
      const sequence = held(id);
      dropOpen(sequence);
      if (sequence.skew !== 0) rewind(sequence, 0);
      const sorted = [...edits].sort((a, b) => a.start - b.start);
      const inCache = sorted.filter((edit) => edit.end <= sequence.evaluated);
      const rotate =
        kvEdit === "splice" &&
        inCache.length > 0 &&
        inCache.length <= free.length &&
        mayMove(sequence, inCache);
      const firstOther = sorted.find((edit) => !rotate || edit.end > sequence.evaluated);
      // What cannot be rotated is forgotten and evaluated again with the next pass: slower, and exact.
      if (firstOther !== undefined) rewind(sequence, firstOther.start);
      const added = inCache.reduce((sum, { tokens }) => sum + tokens.length, 0);
      const rotation = rotate ? await rotateCells(id, sequence, inCache, rotates) : undefined;
      for (const { start, end, tokens } of sorted.reverse()) {
        sequence.tokens.splice(start, end - start, ...tokens);
      }
      const pending = sequence.tokens.length - sequence.evaluated;
      const first = sorted.at(-1)?.start ?? sequence.tokens.length;
      const evaluated = rotate ? added : 0;
      const report = {
        evaluated,
        kept: sequence.tokens.length - Math.min(first, sequence.evaluated) - evaluated - pending,
        pending,
      };
      return { report, ...(rotation && { rotation }) };
    },

    async fork(from, to, ownCells) {
      const source = held(from);
      dropOpen(source);
      if (ownCells) await finishRotation(from, source);
      const id = takeId();
      const copy: Held = { ...source, id, tokens: [...source.tokens], sharing: new Map() };
      if (ownCells) copyCells(source, copy);
      else {
        native.sequenceCopy(memory, source.id, id, -1, -1);
        for (const [other, { length }] of source.sharing) share(copy, other, length);
        share(copy, source, source.evaluated);
      }
      all.set(to, copy);
    },

    async state(id) {
      const sequence = held(id);
      dropOpen(sequence);
      await finishRotation(id, sequence);
      return readState(sequence);
    },

    dispose(id) {
      const sequence = all.get(id);
      if (sequence === undefined) return;
      dropOpen(sequence);
      releaseId(sequence.id);
      for (const other of sequence.sharing.keys()) other.sharing.delete(sequence);
      all.delete(id);
    },
  };

  function share(a: Held, b: Held, length: number): void {
    const shared = { length };
    a.sharing.set(b, shared);
    b.sharing.set(a, shared);
  }

  /** Whether no cell that would get another position belongs to another sequence too. */
  function mayMove(sequence: Held, edits: readonly KvEdit[]): boolean {
    const shared = Math.max(0, ...[...sequence.sharing.values()].map(({ length }) => length));
    let shift = 0;
    return edits.every(({ start, end, tokens }, i) => {
      shift += tokens.length - (end - start);
      const behind = edits[i + 1]?.start ?? sequence.evaluated;
      return shift === 0 || end >= Math.min(shared, behind);
    });
  }

  async function runPasses(work: Work): Promise<SequenceSpent> {
    const rotated = rotationWaits;
    const spent = await passes.run(work);
    rotationWaits = false;
    return { ...spent, rotated };
  }

  /** llama.cpp rotates with the next pass; what reads the cells itself must come after one. */
  async function finishRotation(owner: number, sequence: Held): Promise<void> {
    if (!rotationWaits || sequence.evaluated === 0) return;
    const last = sequence.evaluated - 1;
    rewind(sequence, last);
    const token = sequence.tokens[last]!;
    const entry = { token, position: last, sequences: [sequence.id], output: false };
    await runPasses({ owner, entries: [entry], done: () => {} });
    sequence.evaluated = last + 1;
  }

  function readState({ id }: Held): Uint8Array {
    const bytes = new Uint8Array(Number(native.stateSize(model.context, id)));
    native.stateRead(model.context, bytes, bytes.length, id);
    return bytes;
  }

  function copyCells(source: Held, copy: Held): void {
    if (source.evaluated === 0) return;
    const bytes = readState(source);
    if (Number(native.stateWrite(model.context, bytes, bytes.length, copy.id)) > 0) return;
    releaseId(copy.id);
    throw new RedraftError(
      "engine-failed",
      `the context of ${model.info.context!.size} tokens has no room for a copy of ${source.evaluated}; close sequences, or load the model with a larger context size`,
    );
  }

  /**
   * Positional integrity encoding (He et al. 2024): everything behind an edit keeps its keys and values, its keys
   * rotated to the new positions; only the new tokens are evaluated. A sequence may not have a hole, so every
   * stretch behind an edit waits in a sequence of its own until the tokens before it are in. All rotations
   * happen at once, with the first pass.
   */
  async function rotateCells(
    owner: number,
    sequence: Held,
    edits: readonly KvEdit[],
    rotates: boolean,
  ): Promise<(SequenceSpent & { positions: number }) | undefined> {
    let rotation: (SequenceSpent & { positions: number }) | undefined;
    const before = sequence.evaluated;
    const stretches: {
      readonly id: number;
      readonly position: number;
      readonly tokens: readonly number[];
    }[] = [];
    let shift = 0;
    for (const { start, end, tokens } of edits) {
      stretches.push({ id: takeId(), position: start + (rotates ? shift : 0), tokens });
      shift += tokens.length - (end - start);
    }
    let later = shift;
    for (let i = edits.length - 1; i >= 0; i--) {
      const { start, end, tokens } = edits[i]!;
      const { id } = stretches[i]!;
      native.sequenceCopy(memory, sequence.id, id, end, -1);
      native.sequenceRemove(memory, sequence.id, start, -1);
      if (later !== 0 && rotates) {
        native.sequenceShift(memory, id, end, -1, later);
        rotationWaits = true;
      }
      later -= tokens.length - (end - start);
    }
    try {
      for (const { id, position, tokens } of stretches) {
        const entries = tokens.map((token, i) => ({
          token,
          position: position + i,
          sequences: [sequence.id],
          output: false,
        }));
        // Without entries nothing may be awaited: the host looks for waiting work once, when the call begins.
        if (entries.length > 0) {
          const spent = await runPasses({ owner, entries, done: () => {} });
          if (spent.rotated) rotation = { ...spent, positions: entries.length };
        }
        native.sequenceCopy(memory, id, sequence.id, -1, -1);
      }
      sequence.evaluated = before + shift;
      if (!rotates) sequence.skew = -shift;
      for (const shared of sequence.sharing.values()) {
        if (edits[0]!.end >= shared.length)
          shared.length = Math.min(shared.length, edits[0]!.start);
      }
      return rotation;
    } catch (error) {
      native.sequenceRemove(memory, sequence.id, edits[0]!.start, -1);
      sequence.evaluated = edits[0]!.start;
      throw error;
    } finally {
      for (const { id } of stretches) releaseId(id);
    }
  }
}
