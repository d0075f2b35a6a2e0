import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRows } from "./rows.ts";

/** The same figures by the definitions, in double precision. */
function reference(row: readonly number[], k: number) {
  const order = row.map((_, i) => i).sort((a, b) => row[b]! - row[a]! || a - b);
  const max = row[order[0]!]!;
  const sum = row.reduce((total, x) => total + Math.exp(x - max), 0);
  const logsumexp = max + Math.log(sum);
  const entropy = row.reduce((total, x) => {
    const p = Math.exp(x - logsumexp);
    return p > 0 ? total - p * (x - logsumexp) : total;
  }, 0);
  return { ids: order.slice(0, k), logsumexp, entropy };
}

describe("createRows", () => {
  it("agrees with the definitions on any logits", () => {
    const logit = fc.float({ min: -60, max: 60, noNaN: true });
    const rows = fc.integer({ min: 1, max: 300 }).chain((size) =>
      fc.array(fc.array(logit, { minLength: size, maxLength: size }), {
        minLength: 1,
        maxLength: 4,
      }),
    );
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 12 }), (sample, wanted) => {
        const size = sample[0]!.length;
        const k = Math.min(wanted, size);
        const builder = createRows(sample.length, size, {
          k: wanted,
          logsumexp: true,
          entropy: true,
        });
        // In two chunks, as a long verification comes.
        const first = Math.ceil(sample.length / 2);
        builder.add(Float32Array.from(sample.slice(0, first).flat()), first);
        builder.add(Float32Array.from(sample.slice(first).flat()), sample.length - first);
        const result = builder.finish();
        expect(result.k).toBe(k);
        sample.forEach((row, r) => {
          const expected = reference(row, k);
          expect([...result.ids.subarray(r * k, (r + 1) * k)]).toEqual(expected.ids);
          expect(result.logits[r * k]).toBe(row[expected.ids[0]!]);
          expect(Math.abs(result.logsumexp![r]! - expected.logsumexp)).toBeLessThan(1e-4);
          expect(Math.abs(result.entropy![r]! - expected.entropy)).toBeLessThan(1e-4);
        });
      }),
      { numRuns: 200 },
    );
  });

  it("leaves out what was not asked for, and takes the lower id of equal logits", () => {
    const builder = createRows(1, 130, { k: 2, logsumexp: false, entropy: false });
    const row = new Float32Array(130);
    row[7] = 3;
    row[129] = 3;
    builder.add(row, 1);
    const result = builder.finish();
    expect([...result.ids]).toEqual([7, 129]);
    expect(result.logsumexp).toBeUndefined();
    expect(result.entropy).toBeUndefined();
  });
});
