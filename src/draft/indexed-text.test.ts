import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Token } from "../core/target.ts";
import { indexText } from "./indexed-text.ts";

/** Longest common suffix of the text before `at` and the tail, at most 32. */
function suffix(tokens: readonly Token[], at: number, tail: readonly Token[]): number {
  let length = 0;
  while (
    length < Math.min(32, at, tail.length) &&
    tokens[at - 1 - length] === tail[tail.length - 1 - length]
  )
    length++;
  return length;
}

describe("indexed text", () => {
  it("finds the longest match first, then the newest", () => {
    const text = indexText([1, 2, 3, 9, 1, 2, 4, 9, 5, 2, 6]);
    expect(text.find([7, 1, 2], 3)).toEqual([
      { at: 6, length: 2 },
      { at: 2, length: 2 },
      { at: 10, length: 1 },
    ]);
    expect(text.find([8], 3)).toEqual([]);
  });

  it("finds what comes later, and not its own end", () => {
    const text = indexText([1, 2]);
    expect(text.find([1, 2], 3)).toEqual([]);
    text.push(3);
    expect(text.find([1, 2], 3)).toEqual([{ at: 2, length: 2 }]);
  });

  it("leaves out what it is told to skip", () => {
    const text = indexText([1, 2, 3, 1, 2, 4], { skip: { start: 0, end: 3 } });
    expect(text.find([1, 2], 3)).toEqual([{ at: 5, length: 2 }]);
  });

  it("finds the longest match of short texts, as a search through everything does", () => {
    const token = fc.nat(3);
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 20 }),
        fc.array(token, { minLength: 1, maxLength: 12 }),
        (tokens, tail) => {
          const all = [...tokens.keys()].map((at) => suffix(tokens, at, tail));
          const found = indexText(tokens).find(tail, 4);
          expect(found[0]?.length ?? 0).toBe(Math.max(0, ...all));
          for (const { at, length } of found) expect(length).toBe(all[at]);
        },
      ),
    );
  });

  it("tells how the text has gone on after a context", () => {
    const text = indexText([1, 2, 3, 9, 1, 2, 4, 9, 1, 2, 3]);
    const all = { from: 0, to: Number.POSITIVE_INFINITY, except: -1 };
    expect(text.precedent([9, 1, 2], 3, 3, all)).toEqual({
      same: 3,
      sames: 2,
      other: 3,
      others: 1,
    });
    expect(text.precedent([5, 1, 2], 3, 3, { ...all, from: 7 })).toMatchObject({
      same: 2,
      other: 0,
    });
    expect(text.precedent([5, 1, 2], 3, 3, { ...all, to: 6 })).toMatchObject({ same: 2, other: 0 });
    expect(text.precedent([9, 1, 2], 3, 3, { ...all, except: 10 })).toMatchObject({
      same: 2,
      other: 3,
    });
    expect(text.precedent([9, 1, 2, 7], 3, 4, all)).toMatchObject({ same: 3, other: 3 });
    expect(text.precedent([8], 1, 3, all)).toEqual({ same: 0, sames: 0, other: 0, others: 0 });
  });

  it("tells the longest contexts of short texts, as a search through everything does", () => {
    const token = fc.nat(2);
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 20 }),
        fc.array(token, { minLength: 1, maxLength: 10 }),
        token,
        fc.nat(20),
        (tokens, tail, next, from) => {
          const to = from + 9;
          const places = [...tokens.keys()].filter((at) => at >= from && at < to);
          const longest = (follows: (token: Token) => boolean): number =>
            Math.max(
              0,
              ...places.filter((at) => follows(tokens[at]!)).map((at) => suffix(tokens, at, tail)),
            );
          const found = indexText(tokens).precedent(tail, tail.length, next, {
            from,
            to,
            except: -1,
          });
          expect(found.same).toBe(longest((token) => token === next));
          expect(found.other).toBe(longest((token) => token !== next));
        },
      ),
    );
  });

  it("looks at a bounded number of places, however often the last tokens occur", () => {
    const reads = (length: number): number => {
      const text = indexText(Array.from({ length }, (_, i) => i % 2));
      let count = 0;
      const tail = new Proxy(
        Array.from({ length: 64 }, (_, i) => i % 2),
        {
          get(target, key, receiver) {
            if (typeof key === "string" && /^\d+$/.test(key)) count++;
            return Reflect.get(target, key, receiver);
          },
        },
      );
      text.find(tail, 6);
      return count;
    };
    expect(reads(100_000)).toBe(reads(1_000));
    expect(reads(100_000)).toBeLessThan(4000);
  });
});
