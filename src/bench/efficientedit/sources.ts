import { RedraftError } from "../../core/errors.ts";
import { type TokenPredictor, targetPredictor } from "../../draft/draft-model.ts";
import type { Speller } from "../../draft/spelling.ts";
import { spellerOf } from "../../draft/spelling.ts";
import type { CostCurve } from "../../engines/llama/cost.ts";
import { calibrate, type LlamaTarget, type LlamaVocabulary } from "../../engines/llama/target.ts";
import { engines } from "../../engines/registry.ts";
import { standInCost } from "../baselines/stand-in.ts";
import type { CaseSet } from "../decode/case-sets.ts";
import { type ChosenSet, contextFor } from "../decode/choose.ts";
import { type CurveOptions, measuredCurve } from "../decode/cost-curves.ts";
import {
  type DraftRecord,
  draftRecordFile,
  draftRecordOf,
  readDraftRecords,
  recordedPredictor,
} from "../decode/draft-records.ts";
import { type RecordedCases, recordedSets } from "../decode/recorded-sets.ts";
import { recordedModel } from "../decode/records.ts";
import type { RecordedCase } from "../decode/replay.ts";
import type { TimedTarget } from "../decode/run.ts";
import { requireSameVocabulary } from "../decode/same-vocabulary.ts";
import { newlinesOf } from "../decode/strategies.ts";
import { passCost } from "../traces/pricing.ts";
import { type TableMethod, type TableNumber, tableMethods } from "./methods.ts";
import {
  editsAsOutputs,
  recordedTarget,
  rememberedBytes,
  replayedRuns,
  standInFor,
} from "./replayed.ts";
import type { RowSource } from "./rows.ts";
import type { MethodRun, Pricing } from "./runs.ts";
import { measureRuns, openRunState } from "./state.ts";

/** Where runs are from: what a table, a figure or a case study is made of. */
export interface RunSource {
  readonly kind: RowSource;
  /** Where the times are from, in a sentence. */
  readonly time: string;
  /** Absent = wall clock. */
  readonly pricing?: Pricing;
  readonly unit: "ms" | "plain steps";
  /** Rows that the table has and this source cannot give, with the reason. */
  readonly leftOut: readonly string[];
  /** The cases of a set, in the order of the seed, with what the model wrote where that is recorded. */
  cases(set: string): readonly { readonly id: string; readonly text?: string }[];
  /** @param wanted which methods; default all */
  runs(set: string, progress: Progress, wanted?: (method: string) => boolean): Promise<MethodRun[]>;
  /** One case, to be written again: the target, and what asks it. */
  one(id: string): Promise<SourceCase | undefined>;
  /** The rows of the table that this source has. */
  readonly labels: readonly Pick<TableMethod, "name" | "label">[];
  dispose(): Promise<void>;
}

export interface SourceCase {
  readonly target: TimedTarget;
  readonly methods: readonly TableMethod[];
  readonly case: RecordedCase["one"];
}

type Progress = (done: number, of: number) => void;

/** Nodes per plain step of the GPU's curve, the largest that `bench traces` has. */
const gpuNodes = 64;

const noLookahead =
  "Ouroboros: its draft model decodes by lookahead passes of its own, which our engine has not; the modelled table has it with a stand-in";

export interface MeasuredOptions extends CurveOptions {
  readonly model: string;
  readonly draft?: string;
  readonly table: TableNumber;
  readonly sets: readonly ChosenSet[];
  readonly state?: string;
  readonly note: (text: string) => void;
}

/** Real weights, by the wall clock. */
export async function measuredSource(options: MeasuredOptions): Promise<RunSource> {
  const { sets, table, threads, note } = options;
  const contextSize = contextFor(sets);
  const setting = { contextSize, ...(threads && { threads }) };
  const target = await engines.gguf.openTokens(options.model, setting);
  const open: { dispose(): Promise<void> }[] = [target];
  const dispose = async (): Promise<void> => {
    for (const one of open.toReversed()) await one.dispose();
  };
  try {
    const curve = await measuredCurve(target, options, note);
    const drafting = options.draft && (await draftFor(target, options.draft, setting, curve));
    if (drafting) open.push(drafting.draft, drafting.predictor);
    const methods = tableMethods(table, {
      speller: spellerOf(target),
      isNewline: await newlinesOf(target),
      cost: (n) => curve.at(n),
      ...(drafting && { predictor: drafting.predictor, draftCost: drafting.draftCost }),
    });
    const context = target.info.context!;
    const state = await openRunState(options.state, {
      model: (await recordedModel(options.model)).hash,
      draft: options.draft ? (await recordedModel(options.draft)).hash : null,
      threads: context.threads,
      engine: context.engine,
    });
    const all = sets.flatMap(({ cases }) => cases);
    const draftNote = drafting
      ? `draft model ${drafting.draft.name}, ${drafting.draftCost.toFixed(2)} plain steps a pass`
      : "no draft model: rows without one, and SD is left out";
    return {
      kind: "measured",
      time: `${target.name}, ${context.threads} thread(s), wall clock with the prompt's pass; ${draftNote}`,
      unit: "ms",
      leftOut: [
        ...(table === 1 ? [noLookahead] : []),
        ...(drafting ? [] : ["SD, and every row with a draft model: name one with --draft"]),
      ],
      labels: methods,
      cases: (set) => casesOf(sets, set),
      runs: (set, progress, wanted = () => true) =>
        measureRuns(
          target,
          methods.filter(({ name }) => wanted(name)),
          casesOf(sets, set),
          state,
          progress,
        ),
      async one(id) {
        const found = all.find((one) => one.id === id);
        return found && { target, methods, case: found };
      },
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function draftFor(
  target: LlamaTarget,
  model: string,
  setting: { contextSize: number; threads?: number },
  curve: CostCurve,
) {
  // It is fed a token or two at a time, for which llama.cpp's flash attention is the slower kernel on CPUs.
  const draft = await engines.gguf.openTokens(model, { ...setting, flashAttention: "off" });
  try {
    await requireSameVocabulary(target, draft);
    const [point] = await calibrate(draft, { sizes: [1] });
    const draftCost = point!.ms / curve.points[0]!.ms;
    return { draft, predictor: targetPredictor(draft), draftCost };
  } catch (error) {
    await draft.dispose();
    throw error;
  }
}

interface RecordingInput {
  readonly table: TableNumber;
  readonly vocabulary: LlamaVocabulary;
  readonly sets: readonly ChosenSet[];
}

export interface RecordedOptions extends RecordingInput {
  readonly model: string;
  readonly folder: string;
  readonly curve: CostCurve;
  /** A draft model that was asked about the recorded outputs. */
  readonly draft?: { readonly model: string; readonly curve: CostCurve };
}

/** Recorded outputs of this model under the curve of this machine. */
export async function replayedSource(options: RecordedOptions): Promise<RunSource> {
  const { curve, vocabulary, table } = options;
  const all = await recordedSets(options.model, options.sets, options.folder);
  const drafts = options.draft && (await recordedDrafts(all, { ...options, draft: options.draft }));
  // Rows are compared on the same cases: those that both models were asked about.
  const recorded = all.map((set) => ({
    ...set,
    cases: set.cases.filter(({ one }) => drafts?.byCase.has(one.id) ?? true),
  }));
  const step = curve.points[0]!.ms;
  const amounts = recorded.map(
    ({ set, cases, missing, cutOff }, i) =>
      `${set}: ${cases.length} recorded, ${missing + all[i]!.cases.length - cases.length} not yet, ${cutOff} cut off at the limit`,
  );
  const draftNote = drafts
    ? `; draft model ${drafts.name} by what it says at each place of these outputs, ${drafts.cost.toFixed(2)} plain steps a pass`
    : "";
  return replaySource({
    kind: "replayed",
    time: `recorded outputs of ${vocabulary.info.name}, passes under this machine's cost curve (${step.toFixed(1)} ms for one token, ${curve.at(64).toFixed(1)} times that for 64; the prompt's pass counts like the others)${draftNote}; ${amounts.join("; ")}`,
    pricing: { pass: (n) => step * curve.at(n), draftPass: drafts ? step * drafts.cost : 0 },
    unit: "ms",
    leftOut: [
      ...(table === 1 ? [noLookahead] : []),
      ...(table > 1 ? ["rows with a lossy rule: they need the weights"] : []),
      ...(drafts
        ? []
        : ["SD, and every row with a draft model: record one and name it with --draft"]),
    ],
    recorded: new Map(recorded.map(({ set, cases }) => [set, cases])),
    methods: await replayMethods(
      options,
      (n) => curve.at(n),
      drafts && {
        predictorFor: ({ one }) =>
          recordedPredictor(drafts.byCase.get(one.id)!, vocabulary.info.endTokens[0] ?? 0),
        cost: drafts.cost,
        standIn: false,
      },
    ),
    vocabulary,
  });
}

async function recordedDrafts(
  recorded: readonly RecordedCases[],
  { model, folder, curve, draft }: RecordedOptions & Required<Pick<RecordedOptions, "draft">>,
) {
  const [target, own] = [await recordedModel(model), await recordedModel(draft.model)];
  const byCase = new Map<string, DraftRecord>();
  for (const { set, cases } of recorded) {
    const file = draftRecordFile(folder, target, own, set);
    const records = await readDraftRecords(file, own);
    for (const { one, output } of cases) {
      const record = draftRecordOf(records, one, output);
      if (record) byCase.set(one.id, record);
    }
  }
  if (byCase.size === 0) {
    throw new RedraftError(
      "usage",
      `${folder} does not say what ${own.name} makes of these outputs; write it by redraft bench decode --record ${folder} with the same --model and --draft`,
    );
  }
  return { name: own.name, byCase, cost: draft.curve.points[0]!.ms / curve.points[0]!.ms };
}

export interface ModelledOptions extends RecordingInput {
  readonly data: readonly CaseSet[];
}

/** The recorded edits (those of L-1 by a 32B model) under a GPU's curve, with a stand-in for the draft model. */
export async function modelledSource(options: ModelledOptions): Promise<RunSource> {
  const { vocabulary, sets, data } = options;
  const records = new Map(data.flatMap((set) => set.records.map((one) => [one.id, one] as const)));
  const recorded = new Map<string, RecordedCase[]>();
  for (const { set, cases } of sets) {
    recorded.set(set, await editsAsOutputs(cases, records, vocabulary));
  }
  const writers = new Set([...records.values()].map(({ model }) => model ?? "unnamed"));
  return replaySource({
    kind: "modelled",
    time: `recorded edits by ${[...writers].join(", ")}; a pass over n tokens costs max(1, n / ${gpuNodes}) plain steps (a GPU, as in bench traces; assumed, not measured); draft model: a stand-in, right with 0.97 on copied and 0.60 on new tokens, ${standInCost} plain steps a pass`,
    pricing: { pass: passCost(gpuNodes), draftPass: standInCost },
    unit: "plain steps",
    leftOut: [...(options.table > 1 ? ["rows with a lossy rule: they need the weights"] : [])],
    recorded,
    methods: await replayMethods(options, passCost(gpuNodes), {
      predictorFor: (one) => standInFor(one, vocabulary.info.vocabSize),
      cost: standInCost,
      standIn: true,
    }),
    vocabulary,
  });
}

type MethodsFor = (recorded: RecordedCase, speller: Speller) => readonly TableMethod[];

/** A draft model that needs no weights. */
interface ReplayedDraft {
  predictorFor(recorded: RecordedCase): TokenPredictor;
  /** In plain steps of the target. */
  readonly cost: number;
  readonly standIn: boolean;
}

async function replayMethods(
  { table, vocabulary }: RecordingInput,
  cost: (n: number) => number,
  draft?: ReplayedDraft,
): Promise<MethodsFor> {
  const { vocabSize } = vocabulary.info;
  const isNewline = await newlinesOf({ ...vocabulary, capabilities: { vocabSize } });
  return (recorded, speller) =>
    tableMethods(table, {
      speller,
      isNewline,
      cost,
      ...(draft && {
        predictor: draft.predictorFor(recorded),
        draftCost: draft.cost,
        standIn: draft.standIn,
      }),
    }).filter(({ lossless }) => lossless);
}

interface ReplaySourceOptions extends Pick<RunSource, "kind" | "time" | "unit" | "leftOut"> {
  readonly pricing: Pricing;
  readonly recorded: ReadonlyMap<string, readonly RecordedCase[]>;
  readonly methods: MethodsFor;
  readonly vocabulary: LlamaVocabulary;
}

function replaySource(options: ReplaySourceOptions): RunSource {
  const { recorded, vocabulary, methods, pricing, ...rest } = options;
  const bytes = rememberedBytes(vocabulary);
  const all = [...recorded.values()].flat();
  const methodsFor = (one: RecordedCase) => methods(one, bytes.speller);
  return {
    ...rest,
    pricing,
    labels: all[0] ? methodsFor(all[0]) : [],
    cases: (set) =>
      (recorded.get(set) ?? []).map(({ one: { id }, text }) => ({
        id,
        ...(text !== undefined && { text }),
      })),
    runs: (set, progress, wanted = () => true) =>
      replayedRuns({
        cases: recorded.get(set) ?? [],
        vocabulary,
        bytes,
        methodsFor: (one) => methodsFor(one).filter(({ name }) => wanted(name)),
        pricing,
        progress,
      }),
    async one(id) {
      const found = all.find(({ one }) => one.id === id);
      if (found === undefined) return undefined;
      const target = await recordedTarget(found, vocabulary, bytes);
      return { target, methods: methodsFor(found), case: found.one };
    },
    dispose: async () => {},
  };
}

function casesOf(sets: readonly ChosenSet[], name: string): ChosenSet["cases"] {
  return sets.find(({ set }) => set === name)?.cases ?? [];
}
