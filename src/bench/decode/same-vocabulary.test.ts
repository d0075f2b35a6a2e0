import { describe, expect, it } from "vitest";
import { type FakeTarget, fakeTarget } from "../../engines/fake.ts";
import { requireSameVocabulary } from "./same-vocabulary.ts";

const spelling = (size: number, of: (id: number) => string): FakeTarget => ({
  ...fakeTarget({ vocabSize: size }),
  detokenize: async (tokens) => Buffer.from(tokens.map(of).join("")),
});

describe("requireSameVocabulary", () => {
  const target = spelling(1000, (id) => `<${id}>`);

  it("accepts the same texts, and a vocabulary that is only longer", async () => {
    await requireSameVocabulary(target, target);
    await requireSameVocabulary(
      target,
      spelling(1200, (id) => `<${id}>`),
    );
  });

  it("refuses another one, with the token that differs", async () => {
    const other = spelling(1000, (id) => (id === 700 ? "other" : `<${id}>`));
    await expect(requireSameVocabulary(target, other)).rejects.toThrow(/token 700 differs/);
  });
});
