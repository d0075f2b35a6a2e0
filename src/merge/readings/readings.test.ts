import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readingsOfOthers } from "./costlier.ts";
import { heldSide } from "./held-side.ts";
import { readingsOfBest } from "./of-best.ts";

const all = [...readingsOfBest, ...readingsOfOthers, heldSide];

describe("readings", () => {
  it("have a file each, called by their name, and a reason", () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { name, why } of all) {
      expect(why).toMatch(/^[a-z].*[^.]$/);
      const text = readFileSync(new URL(`./${name}.ts`, import.meta.url), "utf8");
      expect(text).toContain(`name: "${name}"`);
    }
  });
});
