import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Diagnostic } from "../core/diagnostic.ts";
import { RedraftError } from "../core/errors.ts";
import type { Snapshot } from "../diagnostics/brought-errors.ts";
import { carryOver } from "../merge/rebase/carry.ts";
import { openJournal } from "../workspace/journal/journal.ts";
import { undo } from "../workspace/journal/undo.ts";
import { fixDiagnostics } from "./fix.ts";
import { createOrchestrator } from "./orchestrator.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await realpath(mkdtempSync(join(tmpdir(), "redraft-fix-")));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  return root;
}

const read = (root: string, path: string): string => readFileSync(join(root, path), "utf8");

/** A tool that looks at every file, also at temporary ones, and knows some words as errors, by what it says of them. */
function tool(root: string, words: Readonly<Record<string, string>>): () => Promise<Snapshot> {
  return async () => {
    const found: Diagnostic[] = [];
    for (const path of readdirSync(root).sort()) {
      for (const [at, line] of read(root, path).split("\n").entries()) {
        for (const [word, message] of Object.entries(words)) {
          const column = line.search(new RegExp(`\\b${word}\\b`)) + 1;
          if (column > 0) {
            found.push({
              file: join(root, path),
              line: at + 1,
              column,
              severity: "error",
              message,
            });
          }
        }
      }
    }
    return { found };
  };
}

const unknown = (name: string): string => `TS2304: Cannot find name '${name}'.`;
const files = {
  "a.ts": "const count = 1, total = 2, totap = 3;\nuse(cuont);\nuse(totak);\nuse(totap);\n",
  "b.ts": "export const value = 1;\nuse(vlaue);\n",
};
const words = { cuont: unknown("cuont"), totak: unknown("totak"), vlaue: unknown("vlaue") };

describe("fixes that a tool judges", () => {
  it("stay where the message is gone, as one change that undo takes back", async () => {
    const root = await folderWith(files);
    const journal = openJournal({ folder: root });
    const done = await fixDiagnostics({ root, run: tool(root, words), journal });
    expect(done.outcomes.every(({ fix }) => fix !== undefined)).toBe(true);
    expect(done.applied).toMatchObject({
      written: true,
      files: [{ path: "a.ts" }, { path: "b.ts" }],
    });
    expect(read(root, "a.ts")).toContain("use(count);\nuse(total);");
    expect(read(root, "b.ts")).toContain("use(value);");
    // Once before, once with the fixes.
    expect(done.runs).toBe(2);
    await undo({ by: "test" }, { journal, carry: carryOver, show: (path) => path });
    expect(read(root, "a.ts")).toBe(files["a.ts"]);
    expect(read(root, "b.ts")).toBe(files["b.ts"]);
  });

  it("are taken back where they bring another message, and the next candidate is tried", async () => {
    const root = await folderWith(files);
    const asks = tool(root, words);
    const run = async (): Promise<Snapshot> => {
      const { found } = await asks();
      const line = read(root, "a.ts").split("\n").indexOf("use(total);") + 1;
      const more = {
        file: join(root, "a.ts"),
        line,
        severity: "error" as const,
        message: "not this",
      };
      return { found: line > 0 ? [...found, more] : found };
    };
    const done = await fixDiagnostics({ root, run });
    expect(read(root, "a.ts")).toContain("use(count);\nuse(totap);");
    expect(read(root, "b.ts")).toContain("use(value);");
    const second = done.outcomes.find(({ diagnostic }) => diagnostic.message.includes("totak"))!;
    expect(second.others[0]).toMatchObject({ refused: "it brings a.ts:3: not this" });
  });

  it("leave what nothing mends, and the files as they were", async () => {
    const root = await folderWith(files);
    const run = tool(root, { ...words, use: "nobody knows" });
    const done = await fixDiagnostics({ root, run, only: ["b.ts"] });
    expect(read(root, "a.ts")).toBe(files["a.ts"]);
    expect(read(root, "b.ts")).toContain("use(value);");
    expect(done.outcomes.filter(({ fix }) => !fix).map(({ why }) => why)).toEqual([
      "no rule knows this message",
    ]);
    // Everything is bad: the tool complains whatever is written.
    let asked = 0;
    const never = await folderWith(files);
    const angry = async (): Promise<Snapshot> => {
      asked += 1;
      const { found } = await tool(never, words)();
      const one = {
        file: join(never, "b.ts"),
        line: 1,
        severity: "error" as const,
        message: `again ${asked}`,
      };
      return { found: asked === 1 ? found : [...found, one] };
    };
    const refused = await fixDiagnostics({ root: never, run: angry });
    expect(refused.applied).toBeUndefined();
    expect(read(never, "a.ts")).toBe(files["a.ts"]);
    expect(readdirSync(never).sort()).toEqual(["a.ts", "b.ts"]);
  });

  it("may reveal what a syntax error hid, and go on with it", async () => {
    const root = await folderWith({ "a.ts": "const count = [1 2];\nuse(cuont);\n" });
    const types = tool(root, words);
    const run = async (): Promise<Snapshot> => {
      if (!read(root, "a.ts").includes("1 2")) return types();
      const message = "TS1005: ',' expected.";
      return {
        found: [{ file: join(root, "a.ts"), line: 1, column: 18, severity: "error", message }],
      };
    };
    const done = await fixDiagnostics({ root, run });
    expect(read(root, "a.ts")).toBe("const count = [1, 2];\nuse(count);\n");
    expect(done.outcomes.map(({ fix }) => fix?.rule)).toEqual(["syntax", "likely name"]);
  });

  it("are refused where the tool fails, changes files, or is stopped", async () => {
    const root = await folderWith(files);
    const problem = async (): Promise<Snapshot> => ({ found: [], problem: "it is not there" });
    await expect(fixDiagnostics({ root, run: problem })).rejects.toMatchObject({
      code: "check-failed",
    });
    await expect(fixDiagnostics({ root })).rejects.toMatchObject({ code: "usage" });
    const asks = tool(root, words);
    const writes = async (): Promise<Snapshot> => {
      const found = await asks();
      if (read(root, "a.ts").includes("use(count)"))
        writeFileSync(join(root, "a.ts"), "// formatted\n");
      return found;
    };
    await expect(fixDiagnostics({ root, run: writes })).rejects.toThrow(
      "the command changes files",
    );
    writeFileSync(join(root, "a.ts"), files["a.ts"]);
    const stop = new AbortController();
    let runs = 0;
    const stopping = async (): Promise<Snapshot> => {
      runs += 1;
      if (runs === 2) stop.abort(new RedraftError("cancelled", "stopped; nothing was written."));
      return asks();
    };
    const stopped = fixDiagnostics({ root, run: stopping, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    expect(read(root, "a.ts")).toBe(files["a.ts"]);
    expect(read(root, "b.ts")).toBe(files["b.ts"]);
  });
});

describe("fixes without a tool", () => {
  const diagnostics = [
    { file: "c.py", line: 1, severity: "error" as const, message: "'os' imported but unused" },
    {
      file: "c.py",
      line: 3,
      column: 7,
      severity: "error" as const,
      message: "undefined name 'cuont'",
    },
  ];
  const text = "import os\ncount = 1\nprint(cuont)\n";

  it("are made where they are certain; the likely ones on demand", async () => {
    const root = await folderWith({ "c.py": text });
    const done = await fixDiagnostics({ root, diagnostics });
    expect(read(root, "c.py")).toBe("count = 1\nprint(cuont)\n");
    expect(done.outcomes.at(-1)).toMatchObject({ why: "no fix is certain enough" });
    writeFileSync(join(root, "c.py"), text);
    await fixDiagnostics({ root, diagnostics, likely: true });
    expect(read(root, "c.py")).toBe("count = 1\nprint(count)\n");
  });

  it("come from the orchestrator, too, also for absolute paths", async () => {
    const root = await folderWith({ "c.py": text });
    const absolute = diagnostics.map((one) => ({ ...one, file: join(root, one.file) }));
    const { chosen, judged } = await createOrchestrator({ root }).run({ diagnostics: absolute });
    expect(chosen.by).toBe("fix");
    expect(read(root, "c.py")).toBe("count = 1\nprint(cuont)\n");
    expect(judged.map(({ accepted }) => accepted)).toEqual([true, false]);
  });
});
