import { describe, expect, it } from "vitest";
import { scriptedSecond, scriptedTarget } from "../../../test/support/scripted-target.ts";
import type { TokenTarget } from "../../core/target.ts";
import { tieJudge } from "./ties.ts";

const prompt = [1, 2, 3];
const output = [...Buffer.from("abcdef")];
const plain = { prompt, output };
/** What speculation wrote: the second token at place 2, and something else after it. */
const other = [...output.slice(0, 2), scriptedSecond, 4];

/** A target whose passes over several nodes see the leader's logit so much lower. */
function noisyTarget(leads: Record<number, number>, noise: number): TokenTarget {
  const target = scriptedTarget(prompt.length, "abcdef", leads);
  return {
    ...target,
    async open() {
      const sequence = await target.open();
      return {
        ...sequence,
        async verify(nodes, options) {
          const rows = await sequence.verify(nodes, options);
          if (nodes.length > 0) {
            for (let row = 0; row < rows.count; row++) rows.logits[row * rows.k]! -= noise;
          }
          return rows;
        },
      };
    },
  };
}

describe("tieJudge", () => {
  it("calls equal outputs identical without reading anything", async () => {
    const judge = tieJudge(noisyTarget({}, 0));
    expect(await judge.compare(plain, [...output])).toEqual({ kind: "identical" });
    expect(judge.noise()).toBeUndefined();
  });

  it("calls a difference a near-tie where the logits are close, else a defect", async () => {
    const near = await tieJudge(noisyTarget({ 2: 0.09 }, 0)).compare(plain, other);
    expect(near).toMatchObject({ kind: "near-tie", at: 2 });
    expect(near.gap).toBeCloseTo(0.09);
    const far = await tieJudge(noisyTarget({ 2: 0.3 }, 0)).compare(plain, other);
    expect(far).toMatchObject({ kind: "diverged", at: 2 });
  });

  it("measures on the output how near is near, unless a bound is given", async () => {
    const target = noisyTarget({ 2: 0.3 }, 0.4);
    expect((await tieJudge(target).compare(plain, other)).kind).toBe("near-tie");
    expect((await tieJudge(target, 0.2).compare(plain, other)).kind).toBe("diverged");
  });

  it("says the noise over all outputs that it measured", async () => {
    const judge = tieJudge(noisyTarget({}, 0.4));
    await judge.measure(plain);
    const noise = judge.noise()!;
    // The place after the last token is read too.
    expect(noise.places).toBe(output.length + 1);
    expect(noise.median).toBeCloseTo(0.4);
    expect(noise.max).toBeCloseTo(0.4);
  });

  it("takes an earlier end for a choice of the end token", async () => {
    const target = scriptedTarget(prompt.length, "abc");
    const long = { prompt, output: [...Buffer.from("abc")] };
    const short = await tieJudge(target).compare(long, [...Buffer.from("ab")]);
    expect(short).toMatchObject({ kind: "diverged", at: 2 });
    const longer = await tieJudge(target, 5).compare(long, [...Buffer.from("abc"), scriptedSecond]);
    expect(longer).toMatchObject({ kind: "near-tie", at: 3 });
  });
});
