#!/usr/bin/env node
/**
 * A `PreToolUse` hook for Claude Code and Codex: reads the call of a tool as JSON from standard input, and answers with a refusal and
 * the tool of Redraft to call instead, or with nothing. `REDRAFT_HOOK=off` lets every call run.
 *
 * A call that cannot be read runs: a hook that fails must not stop the agent's work.
 */
import { redirected } from "./redirect.mjs";

let text = "";
for await (const piece of process.stdin.setEncoding("utf8")) text += piece;
try {
  const { tool_name: tool, tool_input: input, cwd } = JSON.parse(text);
  if (process.env.REDRAFT_HOOK !== "off" && typeof tool === "string") {
    const call = { tool, input: input ?? {}, folder: cwd ?? process.cwd() };
    const reason = redirected(call, (name) => `mcp__redraft__${name}`);
    if (reason !== undefined) {
      const hookSpecificOutput = {
        hookEventName: "PreToolUse",
        permissionDecision: "deny",
        permissionDecisionReason: reason,
      };
      process.stdout.write(`${JSON.stringify({ hookSpecificOutput })}\n`);
    }
  }
} catch (error) {
  process.stderr.write(`redraft: the call of the tool could not be read: ${String(error)}\n`);
  process.exitCode = 1;
}
