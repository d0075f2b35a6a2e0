import { describe, expect, it } from "vitest";
import { calibrationFor, judgeCalibrationFor, modelIdentity } from "./calibrations.ts";
import { judgementNames } from "./settle-by-judge.ts";

const file = (name: string, width = "896") => ({
  "general.name": name,
  "general.architecture": "qwen2",
  "qwen2.block_count": "24",
  "qwen2.embedding_length": width,
});

describe("modelIdentity", () => {
  it("is the same for every way of storing the weights", () => {
    const identity = "qwen2.5 coder 0.5b instruct, qwen2 24x896";
    for (const end of ["", " AWQ", " GGUF", "-Q4_K_M", " bf16", " IQ3_XS GGUF"]) {
      expect(modelIdentity(file(`Qwen2.5 Coder 0.5B Instruct${end}`))).toBe(identity);
    }
  });

  it("differs for a fine-tune of the same shape, and for another shape", () => {
    const all = [
      file("Qwen2.5 Coder 0.5B Instruct"),
      file("FastApply"),
      file("FastApply", "1536"),
      {},
    ];
    expect(new Set(all.map(modelIdentity)).size).toBe(all.length);
  });
});

describe("calibrations", () => {
  it("belong to a model, whatever its quantisation, and have a weight for every feature", () => {
    const judges = judgeCalibrationFor(modelIdentity(file("Qwen2.5 Coder 0.5B Instruct AWQ")));
    expect(judges?.patch?.weights).toHaveLength(judgementNames.length);
    expect(judges?.sketch).toBeUndefined();
    expect(
      judgeCalibrationFor(modelIdentity(file("Qwen2.5 Coder 1.5B Instruct", "1536"))),
    ).toBeUndefined();
  });

  it("are not invented", () => {
    expect(judgeCalibrationFor(modelIdentity(file("Another Coder")))).toBeUndefined();
    expect(judgeCalibrationFor("constructor")).toBeUndefined();
    expect(calibrationFor("redraft-apply-6m")).toEqual({});
    expect(calibrationFor("FastApply 1.5B v1.0")).toBe("agreement");
  });
});
