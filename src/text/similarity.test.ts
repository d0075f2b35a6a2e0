import { describe, expect, it } from "vitest";
import { lexemesOf, signatureOf, signatureSimilarity, similarity } from "./similarity.ts";

describe("similarity", () => {
  it("is the share of words and signs that both lines have", () => {
    expect(lexemesOf("  foo(a_1);")).toEqual(["foo", "(", "a_1", ")", ";"]);
    expect(similarity("a b", "a b")).toBe(1);
    expect(similarity("a b", "b a")).toBe(1);
    expect(similarity("a b", "a c")).toBe(0.5);
    expect(similarity("a a", "a")).toBeCloseTo(2 / 3);
    expect(similarity("", " ")).toBe(1);
    expect(similarity("", "a")).toBe(0);
  });

  it("is estimated by signatures of character pairs", () => {
    const between = (a: string, b: string): number =>
      signatureSimilarity(signatureOf(a), signatureOf(b));
    expect(between("const total = 1;", "const total = 1;")).toBe(1);
    expect(between("const total = 1;", "const totals = 1;")).toBeGreaterThan(0.8);
    expect(between("const total = 1;", "return;")).toBeLessThan(0.3);
    expect(between("", "")).toBe(0);
  });
});
