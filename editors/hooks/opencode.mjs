/**
 * A plug-in for OpenCode: its own edit tools answer with the tool of Redraft to call instead. `REDRAFT_HOOK=off` lets them run.
 *
 * OpenCode calls every function that a plug-in exports, so there is one.
 */
import { redirected } from "./redirect.mjs";

/** @param {{ directory: string }} project */
export const RedraftEdits = async ({ directory }) => ({
  /**
   * @param {{ tool: string }} input
   * @param {{ args?: Record<string, unknown> }} output
   */
  "tool.execute.before": async ({ tool }, { args }) => {
    if (process.env.REDRAFT_HOOK === "off") return;
    const call = { tool, input: args ?? {}, folder: directory };
    const reason = redirected(call, (name) => `redraft_${name}`);
    if (reason !== undefined) throw new Error(reason);
  },
});
