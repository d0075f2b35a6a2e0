import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openMcpSession } from "../../test/support/mcp-session.ts";
import { RedraftEdits } from "./opencode.mjs";
import { redirected } from "./redirect.mjs";

const script = fileURLToPath(new URL("./pre-tool-use.mjs", import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-hooks-"));
  await writeFile(join(folder, "a.ts"), "const a = 1;\n");
});
afterEach(() => rm(folder, { recursive: true }));

const patch = (path: string): string =>
  `*** Begin Patch\n*** Update File: ${path}\n@@\n-const a = 1;\n+const a = 2;\n*** End Patch`;
const advised = (tool: string, input: Record<string, unknown>): string | undefined =>
  redirected({ tool, input, folder }, (name) => `<${name}>`);

/** The hook as an agent starts it. */
function hook(input: string, env: Record<string, string> = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const options = { env: { ...process.env, ...env } };
    const child = execFile(process.execPath, [script], options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin!.end(input);
  });
}

describe("redirected", () => {
  it.each([
    ["Edit", (path: string) => ({ file_path: path }), "<replace_text>"],
    ["MultiEdit", (path: string) => ({ file_path: path }), "<replace_text>"],
    ["Write", (path: string) => ({ file_path: path, content: "" }), "<edit_file>"],
    ["NotebookEdit", (path: string) => ({ notebook_path: path }), "<edit_file>"],
    ["edit", (path: string) => ({ filePath: path }), "<replace_text>"],
    ["apply_patch", (path: string) => ({ command: patch(path) }), "<apply_patch>"],
    ["apply_patch", (path: string) => ({ patchText: patch(path) }), "<apply_patch>"],
  ])("%s of a file of the project names a tool", (tool, input, named) => {
    expect(advised(tool, input("a.ts"))).toContain(named);
    expect(advised(tool, input(join(folder, "a.ts")))).toContain(named);
    expect(advised(tool, input(join(folder, "..", "other.ts")))).toBeUndefined();
  });

  it("names tools and arguments that redraft mcp has", async () => {
    const session = await openMcpSession(folder);
    const tools = await session.tools();
    await session.close();
    const advice = [
      advised("Edit", { file_path: "a.ts" }),
      advised("Write", { file_path: "a.ts" }),
      advised("NotebookEdit", { notebook_path: "a.ts" }),
      advised("apply_patch", { command: patch("a.ts") }),
    ].join("\n");
    const words = (pattern: RegExp): string[] =>
      [...advice.matchAll(pattern)].map((one) => one[1]!);
    const named = words(/<(\w+)>/g);
    expect(named).toHaveLength(6);
    for (const name of named) expect(tools.map((tool) => tool.name)).toContain(name);
    const schemas = JSON.stringify(tools.map(({ inputSchema }) => inputSchema));
    for (const argument of words(/`(\w+)`/g)) expect(schemas).toContain(`"${argument}":`);
  });

  it("lets other tools run, and files that do not exist yet", () => {
    expect(advised("Read", { file_path: "a.ts" })).toBeUndefined();
    expect(advised("Bash", { command: "rm a.ts" })).toBeUndefined();
    expect(advised("Write", { file_path: "new.ts", content: "" })).toBeUndefined();
    expect(advised("Edit", {})).toBeUndefined();
  });

  it("follows links: a file elsewhere is none of the project", async () => {
    const other = await mkdtemp(join(tmpdir(), "redraft-other-"));
    await writeFile(join(other, "b.ts"), "");
    await symlink(join(other, "b.ts"), join(folder, "link.ts"));
    expect(advised("Edit", { file_path: "link.ts" })).toBeUndefined();
    await rm(other, { recursive: true });
  });
});

describe("the hook for Claude Code and Codex", () => {
  const call = (path: string) =>
    JSON.stringify({
      hook_event_name: "PreToolUse",
      cwd: folder,
      tool_name: "Edit",
      tool_input: { file_path: path, old_string: "1", new_string: "2" },
    });

  it("refuses an edit with the tool to call instead", async () => {
    const { code, stdout } = await hook(call(join(folder, "a.ts")));
    expect(code).toBe(0);
    const { hookSpecificOutput } = JSON.parse(stdout);
    expect(hookSpecificOutput).toMatchObject({
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
    });
    expect(hookSpecificOutput.permissionDecisionReason).toContain("mcp__redraft__replace_text");
  });

  it("says nothing where the call may run", async () => {
    expect(await hook(call("/elsewhere/a.ts"))).toEqual({ code: 0, stdout: "", stderr: "" });
    const off = await hook(call(join(folder, "a.ts")), { REDRAFT_HOOK: "off" });
    expect(off).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("lets a call run that it cannot read, and says so", async () => {
    const { code, stdout, stderr } = await hook("no JSON");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("could not be read");
  });
});

describe("the plug-in for OpenCode", () => {
  it("refuses an edit with the tool to call instead, and lets others run", async () => {
    const hooks = await RedraftEdits({ directory: folder });
    const guard = hooks["tool.execute.before"];
    await expect(guard({ tool: "edit" }, { args: { filePath: "a.ts" } })).rejects.toThrow(
      "redraft_replace_text",
    );
    await guard({ tool: "read" }, { args: { filePath: "a.ts" } });
  });
});
