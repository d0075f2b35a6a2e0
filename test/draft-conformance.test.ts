import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type ConformanceCase,
  type ConformanceStep,
  conformanceInputs,
  draftSteps,
} from "./support/draft-conformance.ts";

const python = new URL("../python/redraft-vllm/", import.meta.url);
const { cases } = JSON.parse(readFileSync(new URL("conformance/drafts.json", python), "utf8")) as {
  cases: readonly ConformanceCase[];
};
const tokensOf = (steps: readonly ConformanceStep[]) =>
  steps.map(({ written, drafts, line }) => ({
    written,
    line,
    drafts: drafts.map(({ tokens }) => tokens),
  }));
const survivals = (steps: readonly ConformanceStep[]): number[] =>
  steps.flatMap(({ drafts }) => drafts.flatMap(({ survival }) => survival));

describe("the cases that the Python drafter must answer alike", () => {
  it("are those of this code", () => {
    expect(cases.map(({ steps: _, ...input }) => input)).toEqual(
      JSON.parse(JSON.stringify(conformanceInputs)),
    );
  });

  it.each(cases.map((entry) => [entry.name, entry] as const))("%s", async (_, entry) => {
    const steps = await draftSteps(entry);
    expect(tokensOf(steps), "npm run conformance").toEqual(tokensOf(entry.steps));
    const wanted = survivals(entry.steps);
    survivals(steps).forEach((chance, i) => {
      expect(Math.abs(chance - wanted[i]!)).toBeLessThan(2e-3);
    });
  });

  it("use the shipped weights", () => {
    const shipped = readFileSync(new URL("../models/acceptance.json", import.meta.url), "utf8");
    const copy = readFileSync(new URL("redraft_vllm/data/acceptance.json", python), "utf8");
    expect(
      copy === shipped,
      "cp models/acceptance.json python/redraft-vllm/redraft_vllm/data/",
    ).toBe(true);
  });
});
