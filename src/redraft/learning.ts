import { z } from "zod";
import type { EditDecision } from "../orchestrate/select/decision.ts";
import { seededDraws } from "../orchestrate/select/draws.ts";
import {
  type Experience,
  type Experienced,
  type ExperienceUpdate,
  inUse,
  type ShippedHeldOut,
  withDecisions,
  withUndone,
} from "../orchestrate/select/experience.ts";
import type { LearntArms } from "../orchestrate/select/fix-decisions.ts";
import { floorFor, orderLearnt } from "../orchestrate/select/learnt.ts";
import { openLearningStore } from "../workspace/learning/store.ts";

export interface LearningOptions {
  /** The folder that is worked in; what is learnt belongs to the work tree around it. */
  readonly folder: string;
  /** The user's state folder; default: as for the journal. */
  readonly home?: string | undefined;
  /** For the draws that explore; default: the number of decisions so far. */
  readonly seed?: number | undefined;
  /** Called where nothing can be learnt because the file cannot be written: learning never makes an edit fail. */
  readonly onUnavailable?: ((why: string) => void) | undefined;
  /** Decisions that what is learnt is compared on, besides the user's own. */
  readonly shipped?: ShippedHeldOut | undefined;
}

/** What `redraft learn status` says. */
export interface LearningStatus {
  readonly on: boolean;
  /** The file, whether it exists or not. */
  readonly path: string;
  readonly types: readonly {
    readonly type: string;
    readonly decisions: number;
    readonly heldOut: number;
    /** The first ones of edits that were written, kept for good. */
    readonly fixed: number;
    readonly kept: number;
    /** Refused in a row. */
    readonly refused: number;
    readonly refusal?: string;
    readonly arms: readonly {
      readonly name: string;
      /** Discounted counts. */
      readonly tried: number;
      readonly right: number;
      readonly seconds: number;
      /** A threshold that is raised. */
      readonly floor?: number;
    }[];
  }[];
}

/** Learning from edits of one repository, in a file of the user's state folder. It is off until it is turned on. */
export interface Learning {
  /** What is learnt; undefined where learning is off. Without exploring where `explore` is false. */
  arms(explore?: boolean): Promise<LearntArms | undefined>;
  /** Learns from decisions; nothing where learning is off. Answers the updates that passed the gate, or did not. */
  record(decisions: readonly EditDecision[]): Promise<readonly ExperienceUpdate[]>;
  /** What these entries of the log made was taken back, or (`undone` false) made again: it is learnt from anew, and answered as above. */
  undone(entries: readonly string[], undone: boolean): Promise<readonly ExperienceUpdate[]>;
  turn(on: boolean): Promise<void>;
  /** Removes everything, and turns learning off. */
  forget(): Promise<void>;
  status(): Promise<LearningStatus>;
}

const decisionShape = z.object({
  type: z.string(),
  tried: z.array(
    z.object({
      name: z.string(),
      seconds: z.number().min(0),
      right: z.boolean(),
      confidence: z.number().min(0).max(1).exactOptional(),
    }),
  ),
  entry: z.string().exactOptional(),
  undone: z.literal(true).exactOptional(),
});

const learningShape = z.object({
  version: z.literal(1),
  on: z.boolean(),
  types: z.record(
    z.string(),
    z.object({
      training: z.array(decisionShape),
      heldOut: z.array(decisionShape),
      fixed: z.array(decisionShape).default([]),
      pending: z.array(decisionShape),
      kept: z.number(),
      refused: z.number(),
      refusal: z.string().exactOptional(),
    }),
  ),
});

interface KeptLearning {
  readonly version: 1;
  readonly on: boolean;
  readonly types: Experience;
}

/** A file of another version, or one that was damaged, counts as none. */
function keptLearning(value: unknown): KeptLearning {
  const { success, data } = learningShape.safeParse(value);
  return success ? data : { version: 1, on: false, types: {} };
}

const decisionCount = (types: Experience): number =>
  Object.values(types).reduce(
    (sum, { training, heldOut, pending }) =>
      sum + training.length + heldOut.length + pending.length,
    0,
  );

export function openLearning(options: LearningOptions): Learning {
  const { folder, home, seed, shipped, onUnavailable } = options;
  const store = openLearningStore({ folder, home });
  const load = async (): Promise<KeptLearning> => keptLearning(await store.read());

  async function learn(change: (types: Experience) => Experienced): Promise<ExperienceUpdate[]> {
    if (!(await load()).on) return [];
    const updates: ExperienceUpdate[] = [];
    try {
      await store.update((value) => {
        const kept = keptLearning(value);
        // It may have been turned off since.
        if (!kept.on) return undefined;
        const learnt = change(kept.types);
        updates.push(...learnt.updates);
        return { ...kept, types: learnt.experience };
      });
    } catch (error) {
      onUnavailable?.(error instanceof Error ? error.message : String(error));
      return [];
    }
    return updates;
  }

  return {
    async arms(explore = true) {
      const { on, types } = await load();
      if (!on) return undefined;
      const draws = explore ? seededDraws(seed ?? decisionCount(types)) : undefined;
      return {
        order: (type, offers) => orderLearnt(inUse(types, type, shipped), type, offers, draws),
        floor: (type, name) => floorFor(inUse(types, type, shipped), name),
      };
    },
    record: (decisions) =>
      decisions.length === 0
        ? Promise.resolve([])
        : learn((types) => withDecisions(types, decisions, shipped)),
    async undone(entries, undone) {
      const ids = new Set(entries);
      return learn((types) => withUndone(types, ids, undone, shipped));
    },
    turn: (on) => store.update((value) => ({ ...keptLearning(value), on })),
    forget: () => store.remove(),
    async status() {
      const { on, types } = await load();
      return {
        on,
        path: store.path,
        types: Object.entries(types).map(([type, own]) => {
          const { records, floors } = inUse(types, type, shipped);
          const { training, heldOut, fixed, pending, kept, refused, refusal } = own;
          return {
            type,
            decisions: training.length + pending.length,
            heldOut: heldOut.length,
            fixed: fixed.length,
            kept,
            refused,
            ...(refusal === undefined ? {} : { refusal }),
            arms: [...(records.get(type) ?? [])].map(([name, { tried, right, seconds }]) => {
              const floor = floors.get(name);
              return {
                name,
                tried: twoDigits(tried),
                right: twoDigits(right),
                seconds: twoDigits(seconds / tried),
                ...(floor === undefined ? {} : { floor }),
              };
            }),
          };
        }),
      };
    },
  };
}

const twoDigits = (value: number): number => Math.round(100 * value) / 100;
