import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redraft } from "./support/cli.ts";
import { hasEngine } from "./support/native.ts";
import { modelFolder } from "./support/tiny-models.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-paper-"));
const models = modelFolder();
const records = join(folder, "records");
const costs = join(folder, "cost.jsonl");
let model: string;
afterAll(() => {
  models.remove();
  rmSync(folder, { recursive: true, force: true });
});

const written = (rows: readonly unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

beforeAll(() => {
  model = models.file("tiny", { chatTemplate: "{% for m in messages %}<|im_start|>{% endfor %}" });
  const tasks = ["a", "b"].map((name) => ({
    full_name: name,
    before: `def ${name}():\n    return 1\n`,
    after: `def ${name}():\n    return 2\n`,
    tests: `assert ${name}() == 2`,
  }));
  const edits = tasks.map(({ full_name, before, after }) => ({
    id: `canitedit/${full_name}/lazy`,
    instruction: "add one",
    original: before,
    edited: after,
    model: "human",
  }));
  mkdirSync(join(folder, "benchmarks"));
  mkdirSync(join(folder, "traces"));
  writeFileSync(join(folder, "benchmarks", "canitedit.jsonl"), written(tasks));
  writeFileSync(join(folder, "benchmarks", "codeif_L_1_part_1.jsonl"), "");
  writeFileSync(join(folder, "traces", "canitedit.jsonl"), written(edits));
  writeFileSync(costs, '{"tokens":1,"ms":1}\n{"tokens":64,"ms":20}\n');
});

const bench = (suite: string, ...words: string[]) =>
  redraft(["bench", suite, "--model", model, "--data", folder, "--cases", "canitedit", ...words]);
const paper = (...words: string[]) =>
  bench("efficientedit", "--threads", "1", "--max-tokens", "12", "--cost", costs, ...words);
const rowsOf = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe.skipIf(!hasEngine)("redraft bench efficientedit", () => {
  it("prints Table I from recordings and from recorded edits", async () => {
    const limits = ["--threads", "1", "--max-tokens", "12"];
    await bench("decode", ...limits, "--record", records);
    const { stdout, stderr, code } = await paper("--table", "1", "--replay", records, "--json");
    expect(stderr).not.toMatch(/error/i);
    expect(code).toBe(0);
    const rows = rowsOf(stdout);
    const names = (source: string) =>
      rows.filter((row) => row.source === source).map(({ method }) => method);
    expect(names("replayed")).toEqual(["ar", "fastfixer", "suffix-1", "ee-reuse", "redraft-line"]);
    expect(names("modelled")).toContain("ouroboros");
    for (const row of rows) expect(row).toMatchObject({ cases: 2, exact: 1, set: "canitedit" });
    const [plain] = rows;
    expect(plain).toMatchObject({ macro: 1, total: 1, passes: plain.tokens });
  });

  it("replays a draft model from what it says of the recorded outputs", async () => {
    const words = ["--table", "1", "--replay", records, "--draft", model, "--draft-cost", costs];
    const before = await paper(...words, "--no-modelled", "--json");
    expect(before.stderr).toMatch(/redraft bench decode --record .* and --draft/);
    const record = ["--record", records, "--draft", model, "--threads", "1", "--max-tokens", "12"];
    const { stderr } = await bench("decode", ...record, "--sample", "1");
    expect(stderr).toContain("canitedit 1 of 1");
    const again = await bench("decode", ...record, "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ cases: 2, written: 1 });

    const { stdout } = await paper(...words, "--no-modelled", "--json");
    const rows = rowsOf(stdout);
    for (const row of rows) expect(row).toMatchObject({ cases: 2, exact: 1, source: "replayed" });
    // The model drafts for itself: near-ties of its kernels aside, all of its drafts are right.
    const sd = rows.find(({ method }) => method === "sd-7");
    expect(sd.acceptance).toBeGreaterThan(0.4);
    expect(sd.passes).toBeLessThan(rows[0].passes / 2);
    expect(sd.draftPasses).toBeGreaterThan(sd.passes);
    expect(rows.map(({ method }) => method)).toContain("redraft-line+draft");
  });

  it("makes the rows that it is asked for, beside plain decoding", async () => {
    const words = ["--table", "1", "--replay", records, "--no-modelled", "--json"];
    const { stdout } = await paper(...words, "--method", "redraft-line");
    expect(rowsOf(stdout).map(({ method }) => method)).toEqual(["ar", "redraft-line"]);
    const { stderr, code } = await paper(...words, "--method", "sd-7");
    expect(stderr).toMatch(/no row "sd-7"; it has ar, fastfixer/);
    expect(code).toBe(2);
  });

  it("measures with a draft model, and goes on where it was ended", async () => {
    const state = join(folder, "state.jsonl");
    const words = ["--table", "2", "--draft", model, "--state", state, "--no-modelled", "--json"];
    const first = await paper(...words, "--sample", "1");
    expect(first.code).toBe(0);
    const one = readFileSync(state, "utf8");
    const second = await paper(...words);
    const rows = rowsOf(second.stdout);
    expect(readFileSync(state, "utf8").startsWith(one)).toBe(true);
    expect(rows.map(({ cases }) => cases)).toEqual(rows.map(() => 2));
    const full = rows.find(({ method }) => method === "ee-full");
    expect(full.draftPasses).toBeGreaterThan(0);
    expect(full.tokensPerSecond).toBeGreaterThan(0);
  });

  it("draws Figure 3 and a case", async () => {
    const svg = join(folder, "figure.svg");
    const three = await paper("--figure", "3", "--replay", records, "--svg", svg, "--json");
    expect(rowsOf(three.stdout)[0]).toMatchObject({ suite: "efficientedit-figure-3" });
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
    const words = ["--figure", "case", "--case", "canitedit/a/lazy", "--svg", svg];
    const study = await paper(...words, "--replay", records);
    expect(study.stdout).toMatch(/pass 1 at 0.0: \d+ tokens in lines 1-\d/);
    expect(readFileSync(svg, "utf8")).toContain("canitedit/a/lazy");
  });

  it("tests the tests", async () => {
    const { stdout, stderr, code } = await paper("--reference", "--json");
    // Without Python or namespaces it says so.
    if (code !== 0) return expect(stderr).toMatch(/Pass@1 stays empty/);
    const rows = rowsOf(stdout);
    expect(rows.map(({ text, passed }) => [text, passed])).toEqual([
      ["solution", 2],
      ["edited", 2],
      ["original", 0],
    ]);
  });

  it("makes the table without Python, and says what is missing", async () => {
    const words = ["--table", "1", "--replay", records, "--no-modelled", "--json"];
    const { stdout, stderr } = await paper(...words, "--python", join(folder, "no-python"));
    expect(stderr).toMatch(/Pass@1 stays empty: .*no-python.*--python/);
    expect(rowsOf(stdout)[0]).toMatchObject({ passAt1: null, judged: 0 });
  });

  it("says which options do not fit", async () => {
    const messages: [string[], RegExp][] = [
      [["--table", "1", "--figure", "3"], /one of --table, --figure and --reference/],
      [["--table", "3", "--replay", records], /no recording can answer; measure with --state/],
      [["--table", "3"], /name --state \(measure\) or --replay/],
      [["--table", "1", "--svg", "x.svg"], /--svg is for --figure/],
      [["--table", "1", "--draft", model], /--draft is for measuring and for replays/],
      [["--figure", "3", "--method", "ar", "--replay", records], /--method is for --table/],
      [["--figure", "case", "--case", "nothing", "--replay", records], /no case nothing.*--case/],
    ];
    for (const [words, message] of messages) {
      const { code, stderr } = await paper(...words);
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    }
  });
});
