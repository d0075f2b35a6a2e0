import type { Planner } from "../../core/plan.ts";
import type { Drafter, Token } from "../../core/target.ts";
import type { AcceptanceWeights } from "../../draft/acceptance-model.ts";
import { createController } from "../../draft/controller.ts";
import type { TokenPredictor } from "../../draft/draft-model.ts";
import { fixedPlanner } from "../../draft/fixed-planner.ts";
import { drafters } from "../../draft/registry.ts";
import type { Speller } from "../../draft/spelling.ts";
import { acceptanceNamed } from "../../verify/accept.ts";
import { fastFixerDrafter } from "../baselines/fastfixer.ts";
import { ouroborosDrafter } from "../baselines/ouroboros.ts";
import { speculativeDrafter } from "../baselines/speculative.ts";
import type { GenerateOptions } from "../decode/run.ts";
import { weightsFor } from "../traces/weights.ts";

/** One row of a table: a way of decoding, begun anew with every case, so that runs can be ended and resumed. */
export interface TableMethod {
  readonly name: string;
  /** As the table calls it. */
  readonly label: string;
  /** Whether its output is that of plain decoding. */
  readonly lossless: boolean;
  /** For one case. */
  prepare(task: string): Pick<GenerateOptions, "planner" | "loop" | "acceptance">;
}

export interface MethodContext {
  readonly speller: Speller;
  readonly isNewline: (token: Token) => boolean;
  /** Of a pass over n tokens, in plain steps. */
  readonly cost: (n: number) => number;
  /** Absent = rows without a draft model. */
  readonly predictor?: TokenPredictor;
  /** What a pass of the draft model costs, in plain steps of the target. */
  readonly draftCost?: number;
  /** Whether the predictor is a stand-in for a model: it can also answer for the lookahead passes of Ouroboros. */
  readonly standIn?: boolean;
}

export type TableNumber = 1 | 2 | 3;

export const plainMethod = "ar";

/** The lossy rules of Table III, and greedy. */
export const tableRules: readonly string[] = [
  "greedy",
  "top-3",
  "top-5",
  "direct",
  ...[3, 5, 7].flatMap((k) => [`entropy-${k}-floor`, `entropy-${k}-ceil`]),
];

/** The rule that "verification" switches on in Table II: equations 9 and 10 of the paper. */
const paperRule = "entropy-3-ceil";

const anyNumber = Number.MAX_SAFE_INTEGER;

/** The rows of a table, plain decoding first. */
export function tableMethods(table: TableNumber, context: MethodContext): TableMethod[] {
  const make = methodMakers(context);
  const withDraft = context.predictor !== undefined;
  const { ar, sd, ee, ours } = make;
  if (table === 1) {
    return [
      ar,
      ...(withDraft ? [sd("sd-7", "SD")] : []),
      make.fastFixer,
      make.suffix,
      ...(context.standIn ? [make.ouroboros] : []),
      withDraft ? ee("ee-full", "EfficientEdit") : ee("ee-reuse", "EfficientEdit (Reuse)"),
      withDraft
        ? ours("redraft-line+draft", "Redraft")
        : ours("redraft-line", "Redraft (copies)", false),
      ...(withDraft ? [ours("redraft-line", "Redraft (copies)", false)] : []),
    ];
  }
  if (table === 2) {
    const copies = ours("redraft-line", "Redraft: copies", false);
    const steps = [ar, ee("ee-reuse", "EfficientEdit: reuse", false)];
    if (!withDraft) {
      return [
        ...steps,
        copies,
        ours(`redraft-line ${paperRule}`, "Redraft: copies, verification", false, paperRule),
      ];
    }
    return [
      ar,
      sd("sd-7", "draft"),
      sd(`sd-7 ${paperRule}`, "draft, verification", paperRule),
      ...steps.slice(1),
      ee("ee-full", "EfficientEdit: reuse, draft"),
      ee(`ee-full ${paperRule}`, "EfficientEdit: reuse, draft, verification", true, paperRule),
      copies,
      ours("redraft-line+draft", "Redraft: copies, draft"),
      ours(
        `redraft-line+draft ${paperRule}`,
        "Redraft: copies, draft, verification",
        true,
        paperRule,
      ),
    ];
  }
  const name = withDraft ? "redraft-line+draft" : "redraft-line";
  return [
    ar,
    ...(withDraft
      ? tableRules.map((rule) => ee(`ee-full ${rule}`, `EfficientEdit, ${rule}`, true, rule))
      : []),
    ...tableRules.map((rule) => ours(`${name} ${rule}`, `Redraft, ${rule}`, withDraft, rule)),
  ];
}

function methodMakers(context: MethodContext) {
  const { speller, isNewline, cost, predictor, draftCost = 0 } = context;
  const ruled = (rule: string) => {
    const acceptance = acceptanceNamed(rule);
    return { lossless: acceptance.lossless, options: { acceptance } };
  };
  const fixed = (
    name: string,
    label: string,
    drafter: () => Drafter,
    { tree = false, budget = anyNumber } = {},
  ): TableMethod => ({
    name,
    label,
    lossless: true,
    prepare: () => ({ planner: fixedPlanner([drafter()], { budget, tree }) }),
  });
  const drafterOf = (withDraft: boolean, weights: AcceptanceWeights): Drafter =>
    withDraft && predictor
      ? drafters["draft-model"]({ speller, weights, predictor, cost, passCost: draftCost })
      : drafters.copy({ speller, weights });
  return {
    ar: { name: plainMethod, label: "AR", lossless: true, prepare: () => ({}) } as TableMethod,
    sd(name: string, label: string, rule = "greedy"): TableMethod {
      const { lossless, options } = ruled(rule);
      const planner = (): Planner =>
        fixedPlanner([speculativeDrafter(predictor!, 7)], { budget: anyNumber });
      return { name, label, lossless, prepare: () => ({ planner: planner(), ...options }) };
    },
    fastFixer: fixed("fastfixer", "FastFixer", () => fastFixerDrafter(isNewline)),
    // The strongest published method without a draft model on such machines: the paper's table has it not.
    suffix: fixed("suffix-1", "suffix decoding", () => drafters.suffix({ speller, alpha: 1 }), {
      budget: 64,
    }),
    ouroboros: fixed("ouroboros", "Ouroboros", () => ouroborosDrafter(predictor!), { tree: true }),
    ee(name: string, label: string, withDraft = true, rule = "greedy"): TableMethod {
      const { lossless, options } = ruled(rule);
      const loop = withDraft && predictor ? { model: predictor } : {};
      return { name, label, lossless, prepare: () => ({ loop, ...options }) };
    },
    ours(name: string, label: string, withDraft = true, rule = "greedy"): TableMethod {
      const { lossless, options } = ruled(rule);
      return {
        name,
        label,
        lossless,
        prepare: (task) => ({
          planner: createController({
            drafters: [drafterOf(withDraft, weightsFor(task))],
            cost,
            tree: false,
          }),
          ...options,
        }),
      };
    },
  };
}
