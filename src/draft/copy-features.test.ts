import { describe, expect, it } from "vitest";
import type { DraftRequest, Token } from "../core/target.ts";
import { copyFeatureNames, featureCount } from "./copy-features.ts";
import { createCopySession } from "./copy-session.ts";
import { riskFeatureNames } from "./risk-features.ts";
import { createSpelling } from "./spelling.ts";

const spelling = createSpelling((tokens) => tokens.map((token) => String.fromCharCode(token)));

function tokens(text: string): Token[] {
  const all = [...text].map((character) => character.charCodeAt(0));
  spelling.learn(all);
  return all;
}

const source = "let a = 1\nlet b = 2\nlet c = 3\n";

/** The features of the copies after `written`, by name. */
function named(written: string, more: Partial<DraftRequest> = {}) {
  const session = createCopySession(
    { prompt: tokens("#"), source: tokens(source), ...more },
    spelling,
  );
  for (const token of tokens(written)) session.commit([token]);
  const place = session.here();
  const copies = place.candidates.map((candidate, i) => ({
    candidate,
    feature: (name: string): number => {
      expect(copyFeatureNames).toContain(name);
      return place.features[i]![copyFeatureNames.indexOf(name)]!;
    },
  }));
  return { session, place, copies };
}

describe("the names of the features", () => {
  it("are as many as the features, each once", () => {
    expect(copyFeatureNames).toHaveLength(featureCount);
    expect(new Set(copyFeatureNames).size).toBe(featureCount);
    expect(new Set(riskFeatureNames).size).toBe(riskFeatureNames.length);
  });

  it("stand where the features are written", () => {
    const { copies } = named("let a = 1\nlet b");
    expect(copies.length).toBeGreaterThan(0);
    for (const { candidate, feature } of copies) {
      expect(feature(`kind=${candidate.kind}`)).toBe(1);
      expect(feature(`reason=${candidate.reason}`)).toBe(1);
      expect(feature("last=word")).toBe(1);
      expect(feature("firstRank")).toBe(Number(candidate.rank === 0));
      expect(feature("logMatch")).toBeCloseTo(Math.log1p(candidate.match) / 3, 5);
      expect(feature("hasSketch")).toBe(0);
      expect(feature("charactersPerToken")).toBeCloseTo(1 / 4, 5);
      expect(feature("lineLength")).toBeCloseTo("let b".length / 16, 5);
    }
    expect(named("let a", { sketch: tokens("let z\n") }).copies[0]!.feature("hasSketch")).toBe(1);
    expect(named("").copies.every(({ feature }) => feature("lineStart") === 1)).toBe(true);
  });

  it("of drafted tokens stand where these are written", () => {
    const { session, place } = named("let a", { candidates: [tokens("let a = 1\nlet z = 2\n")] });
    const copy = place.candidates.find(({ kind }) => kind === "source")!;
    const draft = tokens(" = 1\n");
    const { starts, indices, values } = session.riskFeatures(place, copy, draft);
    const valuesOf = (name: string): number[] =>
      draft.map((_, k) => {
        const own = indices.slice(starts[k], starts[k + 1]);
        return values[starts[k]! + own.indexOf(riskFeatureNames.indexOf(name))] ?? 0;
      });
    const has = (name: string): boolean[] =>
      draft.map((_, k) =>
        indices.slice(starts[k], starts[k + 1]).includes(riskFeatureNames.indexOf(name)),
      );
    expect(has("kind=source")).toEqual([true, true, true, true, true]);
    expect(has("token=newline")).toEqual([false, false, false, false, true]);
    expect(has("first")).toEqual([true, false, false, false, false]);
    expect(has("second")).toEqual([false, true, false, false, false]);
    expect(has("newlineStart")).toEqual([false, false, false, false, true]);
    expect(has("hasCandidates")).toEqual([true, true, true, true, true]);
    expect(valuesOf("length")).toEqual(draft.map(() => 1 / 12));
  });
});
