import { describe, expect, it } from "vitest";
import { targetConformance } from "../testing/target-conformance.ts";
import { fakeTarget } from "./fake.ts";

describe("fake target", () => {
  for (const { name, run } of targetConformance(() => fakeTarget())) it(name, run);
  for (const { name, run } of targetConformance(() =>
    fakeTarget({ capabilities: { trees: false } }),
  ))
    it(`lines only: ${name}`, run);

  it("throws on misuse", async () => {
    const sequence = await fakeTarget().open();
    await expect(sequence.verify([])).rejects.toThrow(/without a committed token/);
    await sequence.append([1]);
    await sequence.verify([]);
    await expect(sequence.verify([])).rejects.toThrow(/twice/);
    await expect(sequence.append([1])).rejects.toThrow(/between/);
  });

  it("counts what each pass feeds", async () => {
    const target = fakeTarget();
    const sequence = await target.open();
    await sequence.append([1, 2, 3]);
    await sequence.verify([{ token: 4, parent: -1 }]);
    await sequence.commit([]);
    await sequence.append([5]);
    await sequence.verify([]);
    expect(target.passes).toEqual([4, 1]);
  });
});
