import { describe, expect, it } from "vitest";
import type { Token } from "../core/target.ts";
import { createCopySession } from "./copy-session.ts";
import { riskFeatureCount } from "./risk-features.ts";
import { createSpelling } from "./spelling.ts";

const spelling = createSpelling((tokens) => tokens.map((token) => String.fromCharCode(token)));

function tokens(text: string): Token[] {
  const all = [...text].map((character) => character.charCodeAt(0));
  spelling.learn(all);
  return all;
}

/** Per token of the draft that goes on copying the source, its features by index. */
function features(source: string, written: string, length: number): Map<number, number>[] {
  const session = createCopySession({ prompt: tokens("#"), source: tokens(source) }, spelling);
  for (const token of tokens(written)) session.commit([token]);
  const place = session.here();
  const copy = place.candidates.find(({ kind, at }) => kind === "source" && at === written.length)!;
  const draft = tokens(source).slice(written.length, written.length + length);
  const { starts, indices, values } = session.riskFeatures(place, copy, draft);
  return draft.map(
    (_, k) =>
      new Map(
        indices.slice(starts[k], starts[k + 1]).map((index, i) => [index, values[starts[k]! + i]!]),
      ),
  );
}

/** The first feature says that the source has never gone on in another way after this context. */
const unopposed = 0;

describe("the features of drafted tokens", () => {
  it("tell where the same context has gone on in another way", () => {
    const found = features("let abc = 1\nlet abd = 2\n", "let ", 4);
    expect(found.map((token) => token.has(unopposed))).toEqual([false, true, false, true]);
  });

  it("are the same, however long the draft is", () => {
    const source =
      "for (const line of lines) {\n  print(line)\n}\nfor (const word of words) {\n}\n";
    const long = features(source, "for (", 60);
    expect(features(source, "for (", 24)).toEqual(long.slice(0, 24));
  });

  it("have their place among so many inputs", () => {
    for (const token of features("a\nb\na\nc\n", "a\n", 6)) {
      for (const [index, value] of token) {
        expect(index).toBeLessThan(riskFeatureCount);
        expect(Number.isFinite(value)).toBe(true);
      }
    }
  });
});
