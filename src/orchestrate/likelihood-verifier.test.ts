import { describe, expect, it } from "vitest";
import { judgedPlaces } from "./judged-places.ts";
import { likelihoodVerifier, type ScoreVersions } from "./likelihood-verifier.ts";
import type { EditCandidate } from "./speculator.ts";

const lines = (...texts: string[]): string => texts.map((text) => `${text}\n`).join("");
const before = lines(...Array.from({ length: 60 }, (_, i) => `line ${i}`));

function candidate(after: string, more: Partial<EditCandidate> = {}): EditCandidate {
  const files = [{ path: "a.ts", before, after }];
  return { by: "fix", title: "t", why: "w", confidence: 0.5, files, notes: [], ...more };
}

const first = candidate(before.replace("line 10\n", "line ten\n"));
const second = candidate(before.replace("line 10\n", "line 10;\n"));
const two = candidate(before.replace("line 10\n", "line ten\n").replace("line 50\n", ""));
const signal = new AbortController().signal;

/** Finds texts with a word likelier than the unchanged one, by so many nats. */
const prefers =
  (word: string, nats: number): ScoreVersions =>
  async ({ versions }) =>
    versions.map((text) => ({ total: -20 + (text.includes(word) ? nats : 0), changed: 2 }));

describe("judgedPlaces", () => {
  it("has a place once for all candidates that change it, and the unchanged version first", () => {
    const { places, changes } = judgedPlaces([first, second, two]);
    expect(places.map(({ versions }) => versions)).toEqual([
      ["line 10\n", "line ten\n", "line 10;\n"],
      ["line 50\n", ""],
    ]);
    expect(places[0]!.above.endsWith("line 9\n")).toBe(true);
    expect(places[0]!.below.startsWith("line 11\n")).toBe(true);
    expect(changes).toEqual([
      [{ place: 0, version: 1 }],
      [{ place: 0, version: 2 }],
      [
        { place: 0, version: 1 },
        { place: 1, version: 1 },
      ],
    ]);
  });

  it("joins changes that are close, and bounds the places of one candidate", () => {
    const near = candidate(before.replace("line 10\n", "x\n").replace("line 12\n", "y\n"));
    expect(judgedPlaces([near]).places[0]!.versions[1]).toBe("x\nline 11\ny\n");
    const long = lines(...Array.from({ length: 400 }, (_, i) => `l ${i}`));
    const files = [{ path: "b.ts", before: long, after: long.replace(/l (\d*)0\n/g, "k $1\n") }];
    expect(judgedPlaces([{ ...first, files }]).places).toHaveLength(8);
  });
});

describe("likelihoodVerifier", () => {
  it("ranks by likelihood, and takes nothing unproved without a threshold", async () => {
    const verifier = likelihoodVerifier({ name: "m", score: prefers("ten", 6) });
    const verdicts = await verifier.verify([second, first], {}, signal);
    expect(verdicts.map(({ score, accepted }) => [score, accepted])).toEqual([
      [0, false],
      [3, false],
    ]);
  });

  it("takes what is likely enough and leads, by the threshold of its specialist", async () => {
    const options = { name: "m", score: prefers("ten", 6), thresholds: { fix: 2 } };
    const accepted = async (...candidates: EditCandidate[]) =>
      (await likelihoodVerifier(options).verify(candidates, {}, signal)).map((one) => one.accepted);
    expect(await accepted(first, second)).toEqual([true, false]);
    expect(await accepted({ ...first, by: "other" })).toEqual([false]);
    const twin = candidate(before.replace("line 10\n", "line ten!\n"));
    expect(await accepted(first, twin)).toEqual([false, false]);
    expect(await accepted({ ...first, type: "writer docs" })).toEqual([false]);
  });

  it("takes what is proved, and asks no model then", async () => {
    const score: ScoreVersions = async () => {
      throw new Error("asked");
    };
    const verifier = likelihoodVerifier({ name: "m", score, thresholds: { fix: -9 } });
    const verdicts = await verifier.verify([first, { ...second, confidence: 1 }], {}, signal);
    expect(verdicts.map(({ accepted }) => accepted)).toEqual([false, true]);
  });
});
