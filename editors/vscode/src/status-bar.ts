import type { EditorApi } from "./api.ts";
import type { Settings } from "./settings.ts";
import { type ServerState, statusOf } from "./status.ts";

export interface StatusBar {
  set(state: ServerState["state"], problem?: string): void;
  /** Shows that something is done until it is done. */
  busy<T>(work: () => Promise<T>): Promise<T>;
  draw(): void;
  dispose(): void;
}

export function createStatusBar(
  api: Pick<EditorApi, "window" | "StatusBarAlignment" | "ThemeColor">,
  settings: () => Settings,
): StatusBar {
  const item = api.window.createStatusBarItem("redraft", api.StatusBarAlignment.Right, 50);
  item.name = "Redraft";
  item.command = "redraft.showMenu";
  let [state, busy]: [ServerState["state"], number] = ["starting", 0];
  let problem: string | undefined;

  function draw(): void {
    let [model, isShown] = ["default", true];
    try {
      ({ model, statusBar: isShown } = settings());
    } catch (error) {
      [state, problem] = ["stopped", (error as Error).message];
    }
    const { text, tooltip, isWarning } = statusOf({ state, busy, model, problem });
    item.text = text;
    item.tooltip = tooltip;
    item.backgroundColor = isWarning
      ? new api.ThemeColor("statusBarItem.warningBackground")
      : undefined;
    if (isShown) item.show();
    else item.hide();
  }

  return {
    set(next, why) {
      // The client also says that it stopped where it could not start; the reason stays.
      if (next === "stopped" && why === undefined && state === "stopped") return;
      [state, problem] = [next, why];
      draw();
    },
    async busy(work) {
      busy += 1;
      draw();
      try {
        return await work();
      } finally {
        busy -= 1;
        draw();
      }
    },
    draw,
    dispose: () => item.dispose(),
  };
}
