import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { redraft, redraftProcess } from "./cli.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-host-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const edit = "<<<<<<< SEARCH\ntwo\n=======\nTWO\n>>>>>>> REPLACE\n";

describe("commands in one process", () => {
  it.each<[readonly string[], string]>([
    [["apply", "a.txt", "--dry-run", "--model", "none"], edit],
    [["apply", "a.txt", "--model", "none"], edit],
    [["apply", "a.txt", "--json", "--model", "none"], edit.replace("two", "nowhere to be found")],
    [["apply", "missing.txt", "--model", "none"], edit],
    [["apply", "a.txt", "--modle", "none"], ""],
    [["verify", "-"], "{}"],
    [["batch"], '{"id":1}\n'.repeat(10_000)],
    [["bench", "nothing"], ""],
    [["--help"], ""],
    [[], ""],
  ])("answer %j as a process of its own does", async (words, stdin) => {
    const path = join(folder, "a.txt");
    const outcome = async (run: typeof redraft): Promise<unknown> => {
      writeFileSync(path, "one\ntwo\nthree\n");
      const env = { REDRAFT_STATE_HOME: join(folder, "state"), TERM: undefined };
      const { code, stdout, stderr } = await run(words, { cwd: folder, stdin, env });
      const untimed = (text: string): string => text.replace(/[\d.]+ ms|"ms":[\d.]+/g, "time");
      const written = readFileSync(path, "utf8");
      return { code, stdout: untimed(stdout), stderr: untimed(stderr), written };
    };
    expect(await outcome(redraft)).toEqual(await outcome(redraftProcess));
  });

  it("see the environment and the folder of each, and none of the one before", async () => {
    writeFileSync(join(folder, "b.txt"), "b\n");
    const [, unset, elsewhere] = await Promise.all([
      redraft(["log", "--json"], { cwd: folder, env: { REDRAFT_STATE_HOME: join(folder, "s") } }),
      redraft(["log", "--json"], { cwd: folder }),
      redraft(["apply", "b.txt", "--dry-run"], { cwd: tmpdir(), stdin: edit }),
    ]);
    expect(JSON.parse(unset!.stdout).journal).not.toContain(folder);
    expect(elsewhere!.code).toBe(3);
  });
});
