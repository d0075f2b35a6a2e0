import { execFile } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLibrary } from "../src/engines/llama/library.ts";
import { redraft } from "./support/cli.ts";
import { hasEngine } from "./support/native.ts";
import { modelFolder } from "./support/tiny-models.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-decode-"));
const models = modelFolder();
const records = join(folder, "records");
const costs = join(folder, "cost.jsonl");
let model: string;
afterAll(() => {
  models.remove();
  rmSync(folder, { recursive: true, force: true });
});

beforeAll(() => {
  model = models.file("tiny", { chatTemplate: "{% for m in messages %}<|im_start|>{% endfor %}" });
  const edits = ["a", "b", "c"].map((name) => ({
    id: `canitedit/${name}/lazy`,
    instruction: "add one",
    original: `def ${name}():\n    return 1\n`,
    edited: "",
  }));
  writeFileSync(
    join(folder, "canitedit.jsonl"),
    edits.map((edit) => `${JSON.stringify(edit)}\n`).join(""),
  );
  writeFileSync(costs, '{"tokens":1,"ms":1}\n{"tokens":64,"ms":20}\n');
});

// The user's cache may know what passes of the same model cost.
const cache = join(folder, "cache");
const decode = (...words: string[]) =>
  redraft(["bench", "decode", "--model", model, "--data", folder, "--threads", "1", ...words], {
    env: { XDG_CACHE_HOME: cache, LOCALAPPDATA: cache },
  });
const canitedit = ["--cases", "canitedit", "--max-tokens", "12"];

describe.skipIf(!hasEngine)("redraft bench decode", () => {
  const file = join(records, "tiny.canitedit.jsonl");

  it("records what a model writes, and goes on where it was ended", async () => {
    const first = await decode(...canitedit, "--sample", "2", "--record", records, "--json");
    expect(first.stderr).toMatch(/canitedit 2 of 2: \d+ tokens/);
    expect(JSON.parse(first.stdout)).toMatchObject({ set: "canitedit", cases: 2, written: 2 });
    const two = readFileSync(file, "utf8");
    appendFileSync(file, '{"id":"half');

    const second = await decode(...canitedit, "--record", records, "--json");
    expect(JSON.parse(second.stdout)).toMatchObject({ cases: 3, written: 1 });
    const three = readFileSync(file, "utf8");
    expect(three.startsWith(two)).toBe(true);
    expect(three.trimEnd().split("\n")).toHaveLength(3);
  });

  it("replays the recordings without the weights", async () => {
    const words = [...canitedit, "--replay", records, "--cost", costs, "--json"];
    const { stdout, code } = await decode(...words);
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const plain = rows.find(({ strategy }) => strategy === "ar");
    expect(plain).toMatchObject({ cases: 3, efficiency: 1, forwards: plain.tokens });
    expect(rows.map(({ strategy }) => strategy)).not.toContain("sd-7");
    expect(rows.at(-1)).toMatchObject({ strategy: "oracle", ofOracle: 1 });
  });

  it("times strategies beside plain decoding twice", async () => {
    const words = ["--runs", "1", "--sample", "1", "--cost", costs, "--json"];
    const strategies = ["--strategy", "redraft-line", "ee-reuse"];
    const { stdout, code } = await decode(...canitedit, ...words, ...strategies);
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const names = rows.map(({ strategy }) => strategy);
    expect(names).toEqual(["ar", "ar-control", "ee-reuse", "redraft-line"]);
    for (const row of rows) {
      expect(row.identical + row.nearTies).toBe(1);
      expect(row.noise.places).toBeGreaterThan(0);
    }
  });

  it("says which options have no use, and what to do instead", async () => {
    const messages: [string[], RegExp][] = [
      [[...canitedit, "--record", records, "--runs", "2"], /--runs has no use with --record/],
      [[...canitedit, "--replay", records, "--draft", model], /--draft has no use with --replay/],
      [[...canitedit, "--limit", "2"], /--limit is for regions; use --sample/],
      [["--sample", "2"], /--sample is for other sets than regions/],
      [[], /tiny llama is not an apply model.*--cases/],
      [["--cases", "poems"], /no case set "poems"/],
      [[...canitedit, "--replay", join(folder, "none"), "--cost", costs], /--record/],
      [[...canitedit, "--replay", records], /redraft bench calibrate/],
    ];
    for (const [words, message] of messages) {
      const { code, stderr } = await decode(...words);
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    }
  });
});

/** The script knows the parameters of one release. */
const quantises = hasEngine && findLibrary().release === "v0.5.0";

describe.skipIf(!quantises)("quantisations of a model", () => {
  it("are written by a script and compared by redraft bench calibrate", async () => {
    const script = fileURLToPath(new URL("../scripts/quantise.ts", import.meta.url));
    const words = ["--model", model, "--out", folder, "--types", "F16,Q8_0"];
    const loader = createRequire(import.meta.url).resolve("tsx");
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--import",
      pathToFileURL(loader).href,
      script,
      ...words,
    ]);
    const files = stdout.trimEnd().split("\n");
    expect(files).toEqual([join(folder, "tiny-f16.gguf"), join(folder, "tiny-q8_0.gguf")]);

    const env = { XDG_CACHE_HOME: cache, LOCALAPPDATA: cache };
    const quick = ["--rounds", "1", "--context", "16", "--threads", "1"];
    const calibrate = ["bench", "calibrate", "--model", ...files, ...quick];
    const answer = await redraft([...calibrate, "--json"], { env });
    const rows = answer.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(rows.map(({ quantisation }) => quantisation))).toEqual(new Set(["F16", "Q8_0"]));
    expect(rows.filter(({ tokens }) => tokens === 1).map(({ cost }) => cost)).toEqual([1, 1]);
    const table = await redraft(calibrate, { env });
    expect(table.stdout).toMatch(/file +quantisation +MiB/);
    expect(table.stdout).toMatch(/ceiling: [\d.]+ times plain decoding/);
  });
});
