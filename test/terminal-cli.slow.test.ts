import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redraft, redraftCommand, redraftProcess } from "./support/cli.ts";

let folder = "";
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "redraft-terminal-")));
  execFileSync("git", ["init", "-q"], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const numbered = Array.from({ length: 40 }, (_, line) => `line ${line + 1}\n`).join("");
const sketch = [
  "// ... existing code ...\nline 3\nLINE 4\nline 5\n// ... existing code ...\n",
  "line 20\nline 21\nLINE 22\nline 23\n// ... existing code ...\n",
];
const edited = numbered.replace("line 4\n", "LINE 4\n").replace("line 22\n", "LINE 22\n");
const twice = "a\nx\nb\n---\na\nx\nb\n";
const ambiguous = "<<<<<<< SEARCH\na\nx\n=======\na\nY\n>>>>>>> REPLACE\n";

function file(name: string, text: string): string {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), text);
  return name;
}
const text = (name: string): string => readFileSync(join(folder, name), "utf8");

it("redraft serve ends where its port is taken", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const answer = await redraftProcess(["serve", "--port", String(port), "--log", "error"]);
  taken.close();
  expect(answer).toMatchObject({ code: 2, stdout: "" });
  expect(answer.stderr).toContain("it is in use");
});

describe("redraft apply --stream", () => {
  it("prints a hunk while the edit is still being written, and a diff that git applies", async () => {
    const name = file("stream.txt", numbered);
    const { command, args } = redraftCommand(["apply", name, "--stream", "--format", "lazy"]);
    const child = spawn(command, args, { cwd: folder });
    let stdout = "";
    const first = new Promise<void>((resolve) => {
      child.stdout.on("data", (piece: Buffer) => {
        stdout += piece.toString("utf8");
        resolve();
      });
    });
    child.stdin.write(sketch[0]);
    await first;
    expect(stdout).toBe(
      "--- a/stream.txt\n+++ b/stream.txt\n@@ -3,3 +3,3 @@\n line 3\n-line 4\n+LINE 4\n line 5\n",
    );
    expect(text(name)).toBe(numbered);
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.stdin.end(sketch[1]);
    expect(await ended).toBe(0);
    expect(text(name)).toBe(edited);
    writeFileSync(join(folder, name), numbered);
    execFileSync("git", ["apply", "-"], { cwd: folder, input: stdout });
    expect(text(name)).toBe(edited);
  });

  it("prints hunks and the result as JSON lines", async () => {
    const name = file("stream.json.txt", numbered);
    const words = ["apply", name, "--stream", "--format", "lazy", "--json", "--dry-run"];
    const answer = await redraftProcess(words, { cwd: folder, stdin: sketch.join("") });
    const lines = answer.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, 2)).toEqual([
      { type: "hunk", start: 3, end: 4, lines: ["LINE 4\n"] },
      { type: "hunk", start: 21, end: 22, lines: ["LINE 22\n"] },
    ]);
    expect(lines[2]).toMatchObject({ text: edited, error: null });
  });

  it("writes nothing of an edit that is refused at its end", async () => {
    const name = file("refused.txt", numbered);
    const stdin = `${sketch[0]}nothing of this file\nis here at all\n// ... existing code ...\nline 2\n`;
    const answer = await redraftProcess(["apply", name, "--stream", "--format", "lazy"], {
      cwd: folder,
      stdin,
    });
    expect(answer.code).toBe(1);
    expect(text(name)).toBe(numbered);
  });
});

describe("redraft apply -", () => {
  it("edits standard input and keeps its encoding", async () => {
    file("filter.edit", "<<<<<<< SEARCH\nb\n=======\nB\n>>>>>>> REPLACE\n");
    const words = ["apply", "-", "--edit", "filter.edit", "--path", "a.txt"];
    const stdin = "\uFEFFa\r\nb\r\n";
    const answer = await redraftProcess(words, { cwd: folder, stdin });
    expect(answer).toMatchObject({ code: 0, stdout: "\uFEFFa\r\nB\r\n" });
    expect(answer.stderr).toMatch(/^a\.txt: edited/);
    const refused = await redraftProcess(words, { cwd: folder, stdin: "c\n" });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    const wrong = await redraft(["apply", "-"], { cwd: folder, stdin: "a" });
    expect(wrong).toMatchObject({ code: 2 });
  });
});

describe("diffs of absolute paths", () => {
  it("are relative to the folder, or to the repository of the file", async () => {
    const name = file("src/absolute.txt", numbered);
    file("absolute.edit", sketch.join(""));
    const words = [
      "apply",
      join(folder, name),
      "--edit",
      join(folder, "absolute.edit"),
      "--dry-run",
    ];
    const here = await redraft(words, { cwd: join(folder, "src") });
    expect(here.stdout).toMatch(/^--- a\/absolute\.txt\n\+\+\+ b\/absolute\.txt\n/);
    const elsewhere = await redraft(words, { cwd: tmpdir() });
    const top = elsewhere.stdout.startsWith("--- a/src/absolute.txt\n");
    const below = elsewhere.stdout.startsWith(
      `--- a/${folder.split("/").at(-1)}/src/absolute.txt\n`,
    );
    expect(top || below).toBe(true);
  });
});

const terminal = fileURLToPath(new URL("support/terminal.py", import.meta.url));
const hasPty =
  process.platform !== "win32" && spawnSync("python3", ["-c", "import pty"]).status === 0;

interface Seen {
  readonly code: number;
  readonly output: string;
}

async function onTerminal(
  wanted: string,
  keys: string,
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<Seen> {
  const { stdout } = await promisify(execFile)("python3", [terminal, wanted, keys, ...command], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "", TERM: "xterm", ...env },
  });
  return JSON.parse(stdout) as Seen;
}

describe.skipIf(!hasPty)("a terminal", () => {
  const line = (words: readonly string[]): string[] => {
    const { command, args } = redraftCommand(words);
    return [command, ...args];
  };

  it("asks which place is meant", async () => {
    const name = file("twice.txt", twice);
    file("twice.edit", ambiguous);
    const words = line(["apply", name, "--edit", "twice.edit", "--interactive", "--model", "none"]);
    const refused = await onTerminal("refuse it", "q", words);
    expect(refused.code).toBe(1);
    expect(text(name)).toBe(twice);
    const taken = await onTerminal("refuse it", "2", words);
    expect(taken.code).toBe(0);
    expect(taken.output).toContain("\u001b[32m+Y\u001b[0m");
    expect(text(name)).toBe("a\nx\nb\n---\na\nY\nb\n");
  });

  it("is asked, too, where the edit is piped in", async () => {
    const name = file("piped.txt", twice);
    const call = line(["apply", name, "--interactive", "--model", "none"]);
    const quoted = call.map((word) => `'${word}'`).join(" ");
    const taken = await onTerminal("refuse it", "1", ["sh", "-c", `cat twice.edit | ${quoted}`]);
    expect(taken.code).toBe(0);
    expect(text(name)).toBe("a\nY\nb\n---\na\nx\nb\n");
  });

  it("gets a long diff in colours, through the pager", async () => {
    const name = file("long.txt", numbered);
    file("long.edit", numbered.replaceAll("line", "LINE"));
    const words = ["apply", name, "--edit", "long.edit", "--format", "whole", "--dry-run"];
    const shown = await onTerminal("", "", line(words), { PAGER: "head -4" });
    expect(shown.output).toContain("\u001b[31m-line 1\u001b[0m");
    expect(shown.output).not.toContain("line 2");
  });
});

describe("a pipe", () => {
  it("is never asked, coloured or paged", async () => {
    const name = file("pipe.txt", twice);
    const words = ["apply", name, "--model", "none"];
    const asked = await redraftProcess([...words, "--interactive"], {
      cwd: folder,
      stdin: ambiguous,
    });
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain("this is no terminal");
    const plain = await redraft(["apply", name, "--dry-run", "--format", "whole"], {
      cwd: folder,
      stdin: "a\nx\nb\n---\na\nx\nc\n",
      env: { PAGER: "false" },
    });
    expect(plain.stdout).not.toContain("\u001b");
    const colored = await redraft(
      ["apply", name, "--dry-run", "--format", "whole", "--color", "always"],
      { cwd: folder, stdin: "a\nx\nb\n---\na\nx\nc\n" },
    );
    expect(colored.stdout).toContain("\u001b[32m+c\u001b[0m");
  });
});

describe("many files", () => {
  it("are named by patterns", async () => {
    const none = await redraft(["fix", "*.none", "--from", "-"], { cwd: folder, stdin: "" });
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain("no file matches *.none");
    file("r/one.txt", "a\n");
    for (const receipt of ["r/1.json", "r/2.json"]) {
      const stdin = receipt === "r/1.json" ? "a\nb\n" : "a\nb\nc\n";
      const words = ["apply", "r/one.txt", "--format", "whole", "--receipt", receipt];
      expect(await redraft(words, { cwd: folder, stdin })).toMatchObject({ code: 0 });
    }
    const verified = await redraft(["verify", "r/*.json"], { cwd: folder });
    expect(verified.stdout.match(/the receipt verifies/g)).toHaveLength(2);
  });

  it("make batch --fail end with 1 where one is refused", async () => {
    const good = { id: 1, path: "a.txt", original: "a\n", edit: "b\n", format: "whole" };
    const lines = [good, { ...good, id: 2, edit: "" }].map((one) => JSON.stringify(one));
    const input = { cwd: folder, stdin: lines.join("\n") };
    expect((await redraft(["batch"], input)).code).toBe(0);
    const failed = await redraft(["batch", "--fail"], input);
    expect(failed.code).toBe(1);
    expect(failed.stdout.trim().split("\n")).toHaveLength(2);
    const fine = await redraft(["batch", "--fail"], { cwd: folder, stdin: lines[0]! });
    expect(fine.code).toBe(0);
  });
});

describe("redraft", () => {
  it("alone prints its help", async () => {
    const answer = await redraft([], { cwd: folder });
    expect(answer).toMatchObject({ code: 0, stderr: "" });
    expect(answer.stdout).toContain("Usage: redraft");
  });

  it("takes settings from files and the environment, and says from where", async () => {
    const place = join(folder, "configured");
    mkdirSync(join(place, ".git"), { recursive: true });
    const own = join(place, "own.json");
    writeFileSync(own, JSON.stringify({ color: "always" }));
    writeFileSync(join(place, "redraft.config.json"), JSON.stringify({ format: "whole" }));
    const options = { cwd: place, env: { REDRAFT_CONFIG: own, REDRAFT_THREADS: "3" } };
    writeFileSync(join(place, "a.txt"), "a\n");
    const shown = await redraft(["apply", "a.txt", "--dry-run"], { ...options, stdin: "b\n" });
    expect(shown.stdout).toContain("\u001b[32m+b\u001b[0m");
    const config = await redraft(["config"], options);
    expect(config.stdout).toMatch(/^color +"always" +\/.*own\.json$/m);
    expect(config.stdout).toMatch(/^format +"whole" +\/.*redraft\.config\.json$/m);
    expect(config.stdout).toMatch(/^threads +3 +env REDRAFT_THREADS$/m);
    writeFileSync(join(place, "redraft.config.json"), JSON.stringify({ check: "touch stolen" }));
    const refused = await redraft(["apply", "a.txt", "--dry-run"], { ...options, stdin: "b\n" });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("which a file of a project may not");
  });

  it("examines its installation", async () => {
    const state = join(folder, "no-state");
    const env = { REDRAFT_STATE_HOME: state };
    const sound = await redraft(["doctor", "--json"], { cwd: folder, env });
    const { ok, findings } = JSON.parse(sound.stdout);
    expect(sound.code).toBe(ok ? 0 : 1);
    const names = new Set(findings.map(({ name }: { name: string }) => name));
    expect([...names]).toEqual([
      "versions",
      "configuration",
      "ranker",
      "engine",
      "models",
      "grammars",
      "journal",
      "locks",
    ]);
    const lock = JSON.stringify({
      pid: 2 ** 31 - 2,
      host: (await import("node:os")).hostname(),
      token: "x",
    });
    file(".redraft-0123456789abcdef.lock", lock);
    file("broken.json", "{ not JSON");
    const broken = { cwd: folder, env: { ...env, REDRAFT_CONFIG: join(folder, "broken.json") } };
    const sick = await redraft(["doctor"], broken);
    expect(sick.code).toBe(1);
    expect(sick.stdout).toMatch(/^fail {2}configuration: .*is not JSON/m);
    expect(sick.stdout).toMatch(/^warn {2}locks: 1 left over/m);
  });
});
