import type { RegionCalibration } from "./region-route.ts";
import type { JudgeCalibrations } from "./settle-by-judge.ts";

/** Our own models settle nothing before they are measured; an apply model that a user brings must agree with itself. */
export function calibrationFor(name: string): RegionCalibration {
  return /^redraft-/.test(name) ? {} : "agreement";
}

/**
 * Models of code that were measured as judges, by `modelIdentity`; made by scripts/judge-open.ts and training/confidence.py
 * (docs/internals/models.md).
 */
const judges: Readonly<Record<string, JudgeCalibrations>> = {
  "qwen2.5 coder 0.5b instruct, qwen2 24x896": {
    patch: {
      form: "place",
      weights: [-1.8012, 1.1561, 1.2839],
      threshold: 0.92734,
      measured: {
        model: "qwen-0.5b, Q4_K_M",
        repositories: [
          "clap-rs/clap",
          "labstack/echo",
          "pallets/click",
          "withcatai/node-llama-cpp",
        ],
        questions: 32,
        taken: 12,
        wrong: 0,
        bound: 0.73535,
      },
    },
  },
};

/** When the judgement of a model is taken; undefined where it was never measured. */
export function judgeCalibrationFor(identity: string): JudgeCalibrations | undefined {
  return Object.hasOwn(judges, identity) ? judges[identity] : undefined;
}

/** Words at the end of a name that say how the weights are stored. */
const storage = /^(?:gguf|awq|gptq|i?q\d\w*|f16|f32|bf16|fp16|mxfp4)$/;

/**
 * What a calibration belongs to, whatever the quantisation: the name in the file, the architecture, layers and width. A fine-tune of
 * the same shape has another name.
 *
 * @example `qwen2.5 coder 0.5b instruct, qwen2 24x896`
 */
export function modelIdentity(metadata: Readonly<Record<string, string>>): string {
  const words = (metadata["general.name"] ?? "").toLowerCase().split(/[\s-]/);
  while (words.length > 1 && storage.test(words.at(-1)!)) words.pop();
  const architecture = metadata["general.architecture"] ?? "";
  const layers = metadata[`${architecture}.block_count`] ?? "";
  const width = metadata[`${architecture}.embedding_length`] ?? "";
  return `${words.join(" ")}, ${architecture} ${layers}x${width}`;
}
