import type { Logger } from "../core/logger.ts";
import type { Redraft } from "../core/redraft.ts";
import type { ModelAnswer, ModelRoute, ModelTask } from "../core/route.ts";
import type { TextStore } from "../core/text-store.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import type { WorkerConfig } from "./start.ts";

/** What a task on a worker can do besides computing. */
export interface TaskContext {
  readonly config: WorkerConfig;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  emit(event: unknown): void;
  /** Asks the main thread; the worker does other tasks until the answer is there. */
  ask(question: unknown, onNotice?: (value: unknown) => void): Promise<unknown>;
}

export type Task = (input: never, context: TaskContext) => Promise<unknown>;

/** What tasks ask the main thread. */
export type ThreadQuestion =
  | {
      readonly kind: "model";
      readonly route: "settle" | "rewrite";
      readonly task: Omit<ModelTask, "onText" | "signal">;
    }
  /** A text that was seen before, by its hash. */
  | { readonly kind: "text"; readonly hash: string }
  /** The tokens of texts, as the caller of `run` counts them. */
  | { readonly kind: "tokens"; readonly texts: readonly string[] };

/** The engine of one task, whose model is asked through the main thread. */
export function engineFor(context: TaskContext): Redraft {
  const { config, logger } = context;
  const model = config.model && remoteModel(config.model, context);
  return createRedraft({ logger, texts: noTexts, ...(model && { settle: model }) });
}

/** The sender of a task has already found the text of its base: a worker keeps no texts. */
const noTexts: TextStore = { add: () => {}, find: () => undefined };

function remoteModel(
  { name, settles, rewrites, ranks }: NonNullable<WorkerConfig["model"]>,
  context: TaskContext,
): ModelRoute {
  const ask =
    (route: "settle" | "rewrite") =>
    async ({ onText, signal: _, ...task }: ModelTask): Promise<ModelAnswer | undefined> => {
      if (route === "settle" && ranks) {
        const { settleByRanking } = await import("../settle/rank/settle-by-rank.ts");
        const ranked = settleByRanking(task);
        if (ranked) return ranked;
        if (task.outcome?.kind !== "ambiguous") return undefined;
      }
      const question: ThreadQuestion = { kind: "model", route, task: { ...task, ranked: true } };
      const onNotice = (value: unknown): void => {
        const { text, origin } = value as { text: string; origin: string };
        onText?.(text, origin);
      };
      return (await context.ask(question, onNotice)) as ModelAnswer | undefined;
    };
  return {
    name,
    ...(settles && { settle: ask("settle") }),
    ...(rewrites && { rewrite: ask("rewrite") }),
    dispose: async () => {},
  };
}
