import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findProgram } from "./program.ts";
import { instructionArguments, readSettings, serverArguments, serverSettings } from "./settings.ts";

const path = fileURLToPath(new URL("../package.json", import.meta.url));
const manifest = JSON.parse(readFileSync(path, "utf8"));
const properties: Record<string, { default: unknown; scope: string }> =
  manifest.contributes.configuration.properties;
const defaults = { get: (key: string) => properties[`redraft.${key}`]?.default };
const withSetting = (key: string, value: unknown) => ({
  get: (one: string) => (one === key ? value : defaults.get(one)),
});

describe("settings", () => {
  it("that name programs, models and folders cannot be set by a workspace", () => {
    const named = [
      "redraft.command",
      "redraft.roots",
      "redraft.model",
      "redraft.edit.model",
      "redraft.edit.modelName",
    ];
    for (const name of named) expect(properties[name]?.scope, name).toBe("machine");
    expect(named).toEqual(expect.arrayContaining([...serverSettings]));
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe("limited");
  });

  it("have the defaults of the manifest where they are not set", () => {
    expect(readSettings({ get: () => undefined })).toEqual(readSettings(defaults));
  });

  it("become the arguments of the server and of an edit by instruction", () => {
    const settings = readSettings(withSetting("roots", ["/a", "/b c"]));
    expect(serverArguments(settings)).toEqual([
      "lsp",
      "--stdio",
      "--model",
      "default",
      "--root",
      "/a",
      "--root",
      "/b c",
    ]);
    const own = instructionArguments(settings, "/a/-x.ts", "--json");
    expect(own.slice(-3)).toEqual(["--", "/a/-x.ts", "--json"]);
    expect(own).not.toContain("--model");
    const model = readSettings(withSetting("edit.model", "http://127.0.0.1:1/v1"));
    expect(instructionArguments(model, "/a", "b").join(" ")).toContain(
      "--model http://127.0.0.1:1/v1",
    );
  });

  it.each([
    ["command", "redraft"],
    ["roots", ["relative"]],
    ["roots", [1]],
    ["model", "./a.gguf"],
    ["model", "--root"],
    ["edit.model", "models/a"],
    ["edit.model", 5],
  ])("%s = %j is refused with its name", (key, value) => {
    expect(() => readSettings(withSetting(key, value))).toThrow(`redraft.${key}`);
  });
});

describe("findProgram", () => {
  const machine = (platform: string, path: string, ...files: string[]) => ({
    platform,
    path,
    isFile: (one: string) => files.includes(one),
  });

  it("looks only at absolute folders of PATH", () => {
    const found = findProgram(
      ["redraft", "--x"],
      machine(
        "linux",
        ".:node_modules/.bin::/opt/bin",
        "redraft",
        "node_modules/.bin/redraft",
        "/opt/bin/redraft",
      ),
    );
    expect(found).toEqual({ command: "/opt/bin/redraft", args: ["--x"] });
    const nowhere = machine("linux", ".:node_modules/.bin", "redraft", "node_modules/.bin/redraft");
    expect(() => findProgram(["redraft"], nowhere)).toThrow("redraft.command");
  });

  it("starts what npm's batch file starts on Windows", () => {
    const npm = "C:\\npm\\node_modules\\redraft-edit\\dist\\cli\\main.js";
    const windows = machine("win32", "C:\\npm;C:\\node", npm, "C:\\node\\node.exe");
    expect(findProgram(["redraft"], windows)).toEqual({
      command: "C:\\node\\node.exe",
      args: [npm],
    });
  });

  it("refuses what is missing, relative or empty", () => {
    const none = machine("linux", "/bin");
    expect(() => findProgram(["/bin/redraft"], none)).toThrow("does not exist");
    expect(() => findProgram(["bin/redraft"], none)).toThrow("not absolute");
    expect(() => findProgram([], none)).toThrow("empty");
  });
});
