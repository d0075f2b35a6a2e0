export interface ServerState {
  readonly state: "starting" | "running" | "stopped";
  /** Calls that wait for an answer. */
  readonly busy: number;
  /** The setting `redraft.model`. */
  readonly model: string;
  /** Why there is no server. */
  readonly problem?: string | undefined;
}

/** What the status bar shows, and why when the mouse is over it. */
export function statusOf({ state, busy, model, problem }: ServerState): {
  text: string;
  tooltip: string;
  isWarning: boolean;
} {
  const name = modelLabel(model);
  if (state === "stopped") {
    const tooltip = `Redraft does not run. ${problem ?? ""}`.trim();
    return { text: "$(warning) Redraft", tooltip, isWarning: true };
  }
  const icon = state === "starting" || busy > 0 ? "$(sync~spin)" : "$(check-all)";
  const doing = state === "starting" ? "starts" : busy > 0 ? "is working" : "is ready";
  const tooltip = `Redraft ${doing}. Ambiguous edits: ${settledBy(model)}.`;
  return { text: `${icon} Redraft: ${name}`, tooltip, isWarning: false };
}

/** The short name of a model: no folder, no port, and no password of a URL. */
export function modelLabel(model: string): string {
  if (model === "none") return "merge only";
  if (model === "default" || model === "ranker") return "ranker";
  if (model.includes("://")) return URL.canParse(model) ? new URL(model).hostname : "model server";
  return (model.split(/[\\/]/u).at(-1) ?? model).replace(/\.gguf$/u, "");
}

function settledBy(model: string): string {
  if (model === "none") return "shown to you";
  if (model === "default" || model === "ranker") return "settled by the ranker, or shown to you";
  return `settled by ${modelLabel(model)}, or shown to you`;
}
