import { describe, expect, it } from "vitest";
import { compose, type EditHunk, type RefineEvent, refine } from "./refine.ts";

/** Numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Generated {
  readonly before: ReadonlyMap<string, string>;
  readonly hunks: readonly EditHunk[];
  readonly bad: number;
  readonly isMendable: boolean;
}

/** An edit of many hunks in several files, of which one is bad; half of the bad ones have a second alternative that is good. */
function generate(seed: number): Generated {
  const random = randomFrom(seed);
  const files = 1 + Math.floor(random() * 3);
  const texts = Array.from({ length: files }, (_, file) =>
    Array.from({ length: 30 }, (_, line) => `file ${file} line ${line}\n`).join(""),
  );
  const before = new Map(texts.map((text, file) => [`f${file}.txt`, text]));
  const count = 2 + Math.floor(random() * 9);
  const bad = Math.floor(random() * count);
  const isMendable = random() < 0.5;
  const hunks = Array.from({ length: count }, (_, hunk): EditHunk => {
    const file = Math.floor(random() * files);
    const start = texts[file]!.indexOf(`line ${hunk * 3}\n`);
    const one = (text: string): EditHunk["alternatives"][number] => ({
      path: `f${file}.txt`,
      changes: [{ start, end: start + (random() < 0.5 ? 4 : 0), text }],
    });
    if (hunk !== bad) return { alternatives: [one(`good${hunk} `)] };
    return { alternatives: isMendable ? [one("BAD "), one(`good${hunk} `)] : [one("BAD ")] };
  });
  return { before, hunks, bad, isMendable };
}

const noBad = async (
  texts: ReadonlyMap<string, string>,
): Promise<{ ok: boolean; why: string }> => ({
  ok: ![...texts.values()].some((text) => text.includes("BAD")),
  why: "it is bad",
});

describe("refinement hunk by hunk", () => {
  it("finds and mends or leaves out the bad hunk of each of 60 edits, and keeps the others", async () => {
    let mended = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { before, hunks, bad, isMendable } = generate(seed);
      const accepted: ReadonlyMap<string, string>[] = [];
      const refined = await refine(before, hunks, async (texts) => {
        const answer = await noBad(texts);
        if (answer.ok) accepted.push(texts);
        return answer;
      });
      const kept = refined.outcomes.map((one) => one.kept);
      const expected = hunks.map((_, hunk) => {
        if (hunk !== bad) return 0;
        return isMendable ? 1 : undefined;
      });
      expect(kept).toEqual(expected);
      expect(refined.outcomes[bad]!.refused).toEqual([{ alternative: 0, why: "it is bad" }]);
      // What is answered is a state that the check accepted, and it is the edit without what was refused.
      expect(accepted.at(-1)).toEqual(refined.texts);
      const chosen = hunks.flatMap(({ alternatives }, hunk) =>
        kept[hunk] === undefined ? [] : [alternatives[kept[hunk]]!],
      );
      expect(refined.texts).toEqual(compose(before, chosen));
      // Halves: two checks a level, and one for a second alternative.
      expect(refined.checks).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(hunks.length)) + 2);
      mended += isMendable ? 1 : 0;
    }
    expect(mended).toBeGreaterThan(15);
    expect(mended).toBeLessThan(45);
  });

  const before = new Map([["a", "one two three"]]);
  const change = (start: number, end: number, text: string): EditHunk => ({
    alternatives: [{ path: "a", changes: [{ start, end, text }] }],
  });
  const anything = async (): Promise<{ ok: boolean }> => ({ ok: true });

  it("asks once where everything is good, and not at all where there is nothing", async () => {
    const refined = await refine(before, [change(0, 3, "1"), change(4, 7, "2")], anything);
    expect(refined).toMatchObject({ checks: 1, outcomes: [{ kept: 0 }, { kept: 0 }] });
    expect(refined.texts.get("a")).toBe("1 2 three");
    expect(await refine(before, [{ alternatives: [] }], anything)).toEqual({
      texts: new Map(),
      outcomes: [{ refused: [] }],
      checks: 0,
    });
  });

  it("leaves out a hunk that changes what another one changes, and makes equal changes once", async () => {
    const overlapping = [change(0, 7, "1"), change(4, 13, "2"), change(0, 7, "1")];
    const refined = await refine(before, overlapping, anything);
    expect(refined.texts.get("a")).toBe("1 three");
    expect(refined.outcomes.map((one) => one.kept)).toEqual([0, undefined, 0]);
    expect(refined.outcomes[1]!.refused[0]!.why).toContain("another hunk");
  });

  it("keeps insertions at one place in the order of the hunks", async () => {
    const refined = await refine(before, [change(3, 3, " b"), change(3, 3, " a")], anything);
    expect(refined.texts.get("a")).toBe("one b a two three");
  });

  it("tries what the check does not blame at once, and believes no blame", async () => {
    const hunks = Array.from({ length: 8 }, (_, at) => change(at, at, at === 5 ? "BAD" : "x"));
    const blaming = async (
      texts: ReadonlyMap<string, string>,
      added: readonly { readonly hunk: number }[],
    ): Promise<{ ok: boolean; blamed: number[] }> => ({
      ok: (await noBad(texts)).ok,
      // One of the two is good.
      blamed: [...added.keys()].filter((at) => [2, 5].includes(added[at]!.hunk)),
    });
    const refined = await refine(before, hunks, blaming);
    expect(refined.outcomes.map((one) => one.kept)).toEqual([0, 0, 0, 0, 0, undefined, 0, 0]);
    // All, those without blame, and each blamed one.
    expect(refined.checks).toBe(4);
  });

  it("stops at a limit of checks, and at a signal", async () => {
    const bad = Array.from({ length: 8 }, (_, at) => change(at, at, "BAD"));
    const refined = await refine(before, bad, noBad, { mostChecks: 3 });
    expect(refined.checks).toBe(3);
    expect(refined.texts.size).toBe(0);
    const stop = new AbortController();
    const stopped = refine(
      before,
      bad,
      async (texts) => {
        stop.abort();
        return noBad(texts);
      },
      { signal: stop.signal },
    );
    await expect(stopped).rejects.toThrow();
  });

  it("says what happens", async () => {
    const events: RefineEvent[] = [];
    const hunks = [change(0, 3, "BAD"), change(4, 7, "2")];
    await refine(before, hunks, noBad, { onEvent: (event) => events.push(event) });
    expect(events).toEqual([
      { type: "hunks-tried", hunks: [0, 1], checks: 1 },
      { type: "hunks-tried", hunks: [0], checks: 2 },
      { type: "hunk-refused", hunk: 0, alternative: 0, why: "it is bad" },
      { type: "hunks-tried", hunks: [1], checks: 3 },
      { type: "hunk-kept", hunk: 1, alternative: 0 },
    ]);
  });
});
