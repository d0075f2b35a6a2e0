import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type Asset, lazyAsset, modelAsset, whyUnusable } from "../src/assets/asset.ts";
import { canonicalJson } from "../src/assets/canonical-json.ts";
import { acceptanceFolds } from "../src/bench/traces/weights.ts";
import { acceptanceWeights } from "../src/draft/acceptance-asset.ts";
import {
  type AcceptanceWeights,
  createAcceptanceModel,
  decodeNetwork,
  refineSurvival,
  survivalCurve,
} from "../src/draft/acceptance-model.ts";
import { copyFeatureNames } from "../src/draft/copy-features.ts";
import { riskFeatureCount } from "../src/draft/risk-features.ts";
import { scoreOf } from "../src/settle/rank/boosted-trees.ts";
import { featureNames } from "../src/settle/rank/candidate-features.ts";
import { rankerWeights } from "../src/settle/rank/ranker-asset.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-assets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Made-up features; what the networks say of them was noted when their weights were TypeScript. */
const features = Float32Array.from(copyFeatureNames, (_, i) => ((i * 37) % 11) / 10 - 0.3);
const risk = {
  starts: [0, 2, 4, 6, 8, 10, 12],
  indices: Array.from({ length: 12 }, (_, i) => (i * 29) % riskFeatureCount),
  values: Array.from({ length: 12 }, (_, i) => (i % 4) / 4 + 0.25),
};

function predictionsOf(weights: AcceptanceWeights): { curve: number[]; refined: number[] } {
  const model = createAcceptanceModel(decodeNetwork(weights.survival), false);
  const curve = survivalCurve(model.predict(features), 6);
  return { curve, refined: refineSurvival(curve, decodeNetwork(weights.risk), risk) };
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 6);
  });
}

describe("models/acceptance.json", () => {
  it("predicts what it predicted as source code", () => {
    const { curve, refined } = predictionsOf(acceptanceWeights());
    expectClose(
      curve,
      [
        0.4255850315093994, 0.32560929957450924, 0.25995609606351305, 0.2076558403369593,
        0.18291618388954772, 0.16112395526377984,
      ],
    );
    expectClose(
      refined,
      [
        0.4152299376852114, 0.33118782588730694, 0.2810229444549255, 0.26848888117118436,
        0.21181193225001987, 0.13565560284895872,
      ],
    );
  });

  it("is read once", () => {
    expect(acceptanceWeights()).toBe(acceptanceWeights());
  });
});

describe("bench-data/acceptance-folds.json", () => {
  it("predicts what it predicted as source code", () => {
    const folds = acceptanceFolds();
    expect(folds).toHaveLength(8);
    const first = predictionsOf(folds[0]!);
    expectClose(
      first.curve,
      [
        0.5218682289123535, 0.06706223685608848, 0.057891261267294464, 0.04391280825173132,
        0.03426103907061309, 0.02673067027435663,
      ],
    );
    const last = predictionsOf(folds[7]!);
    expectClose(
      last.refined,
      [
        0.5076491861177854, 0.4124406339506491, 0.3847734315675626, 0.3696542973054951,
        0.2956817012057438, 0.22369619633406684,
      ],
    );
  });
});

describe("models/ranker.json", () => {
  it("scores as it scored as source code", () => {
    const width = 4 * featureNames.length + 1;
    const rowOf = (k: number): number[] =>
      Array.from({ length: width }, (_, i) => ((i * (7 + 2 * k)) % 13) / 3 - k);
    const { trees } = rankerWeights();
    expect(trees).toHaveLength(250);
    expectClose(
      [0, 1, 2, 3].map((k) => scoreOf(rankerWeights(), rowOf(k))),
      [-5.081668, -1.174768, 0.202932, 0.334532],
    );
  });
});

describe("an asset", () => {
  const expected = { name: "ranker", version: 1, features: { candidate: featureNames } };
  const asset = JSON.parse(readFileSync(modelAsset("ranker.json"), "utf8")) as Asset;
  const candidate = [...featureNames];

  it.each<[string, Partial<Asset>, RegExp]>([
    ["of another name", { name: "acceptance" }, /holds "acceptance", not "ranker"/],
    ["of another version", { version: 2 }, /version 2; this code reads version 1/],
    [
      "with a feature missing",
      { features: { candidate: candidate.slice(0, -1) } },
      /candidate feature 55 is nothing, the code computes length/,
    ],
    [
      "with a feature too many",
      { features: { candidate: [...candidate, "more"] } },
      /candidate feature 56 is more, the code computes nothing/,
    ],
    [
      "with features in another order",
      { features: { candidate: candidate.toReversed() } },
      /candidate feature 0 is length, the code computes cost/,
    ],
    ["with a changed payload", { payload: { bias: 0 } }, /checksum is wrong/],
  ])("%s is refused, and the error says why", (_, change, why) => {
    expect(whyUnusable({ ...asset, ...change }, expected)).toMatch(why);
  });

  it("is used as it is where all fits", () => {
    expect(whyUnusable(asset, expected)).toBeUndefined();
  });

  it("that is missing or no JSON is an error that names the file", () => {
    const url = pathToFileURL(join(folder, "gone.json"));
    const gone = lazyAsset(url, expected);
    expect(gone).toThrow(/gone\.json cannot be used: it cannot be read/);
    writeFileSync(url, "not JSON");
    expect(gone).toThrow(/it is not JSON/);
    // What failed is not kept.
    writeFileSync(url, JSON.stringify(asset));
    expect(gone()).toEqual(asset.payload);
  });

  it("says where it is from", () => {
    for (const key of ["script", "date", "data", "figures"])
      expect(asset.provenance[key]).toBeTruthy();
  });
});

describe("canonical JSON", () => {
  it("is that of RFC 8785", () => {
    // training/tests/test_assets.py hashes the same value.
    const value = { b: [1e-7, 0.5, -3, 1e21, 123456789], a: { "": null, é: 'x"\n', Z: true } };
    expect(canonicalJson(value)).toBe(
      '{"a":{"":null,"Z":true,"é":"x\\"\\n"},"b":[1e-7,0.5,-3,1e+21,123456789]}',
    );
  });
});
